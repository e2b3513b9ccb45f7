"""Two builders on a bucket behind a network that loses, repeats and delays; some of them are killed."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.request import Request, urlopen

from obstore.store import S3Store

from tests.processes import object_store
from tests.torture.arena import Arena
from tests.torture.proxy import Proxy

_ORDER = ("build", "--force", "--quiet", "--wait", "60", "-j", "1")
_RATE = 0.03
_KILLED, _WITHIN_SECONDS = 0.3, 8.0


def lossy_bucket(arena: Arena, most: int) -> None:
    """Build through the proxy; recover without its faults; judge a copy of the bucket."""
    with object_store() as upstream:
        urlopen(Request(f"{upstream}/lake", method="PUT")).close()
        proxy = Proxy(upstream, arena.chance)
        mirrored = _Mirrored(arena, upstream, proxy.address)
        try:
            for number in mirrored.rounds(most):
                proxy.rate = _RATE
                sent = []
                for index in (0, 1):
                    is_killed = arena.chance.random() < _KILLED
                    moment = arena.chance.random() * _WITHIN_SECONDS if is_killed else None
                    sent.append((index, mirrored.send(index, _ORDER, kill_after=moment)))
                for index, name in sent:
                    mirrored.receive(index, _ORDER, name)
                proxy.rate = 0.0
                if number % 3 == 2:
                    mirrored.settle()
            mirrored.settle()
        finally:
            arena.done += proxy.faults
            proxy.close()


class _Mirrored(Arena):
    """An arena whose store is in a bucket; the judge sees a copy of it in a folder."""

    def __init__(self, arena: Arena, upstream: str, address: str) -> None:
        keys = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
            "XDG_CACHE_HOME": str(arena.folder / "cache"),
            "XDG_STATE_HOME": str(arena.folder / "state"),
        }
        super().__init__(arena.folder, 0, 0, arena.nurseries, "s3://lake/team", keys)
        self.chance, self.done, self.problems, self._deadline = (
            arena.chance,
            arena.done,
            arena.problems,
            arena._deadline,
        )
        self._bucket = S3Store(
            "lake",
            endpoint=upstream,
            access_key_id="test",
            secret_access_key="test",
            region="us-east-1",
            client_options={"allow_http": True},
        )

    def look(self, final: bool = False) -> None:
        """Copy the bucket, then judge as ever."""
        shutil.rmtree(self.store, ignore_errors=True)
        for listed in self._bucket.list("team").collect():
            place = self.store / Path(listed["path"]).relative_to("team")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(bytes(self._bucket.get(listed["path"]).bytes()))
        super().look(final)
