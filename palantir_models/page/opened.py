"""The store that the page shows, with what of it is kept open from one request to the next."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar, cast

from palantir_models.page.answers import Refusal
from palantir_models.page.ids import dataset_rid, model_rid
from transforms.config import Config
from transforms.spec.resource import Resource, ResourceKind

if TYPE_CHECKING:
    from palantir_models.page.apart import Apart
    from palantir_models.page.columns import Columns
    from palantir_models.page.live import Live
    from palantir_models.reading.model import Model
    from transforms.store.index import LastWrite
    from transforms.store.store import Store

_MOST_KEPT = 256
_MOMENT_SECONDS = 1.0
T = TypeVar("T")


class Opened:
    """One store and its project, for as long as the page runs. Nothing of it is opened before somebody looks.

    :param config: the project's configuration.

    Attributes:
        config: the same.
        closing: is set when the page ends, for what would go on until then.
        begun: when experiments began, in seconds since 1970, by id, as far as somebody asked.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.closing = threading.Event()
        self.begun: dict[str, float] = {}
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._looked: dict[str, tuple[float, list[str]]] = {}
        self._making: dict[Hashable, threading.Lock] = {}

    @property
    def store(self) -> Store:
        """The store."""
        from transforms.store.store import Store

        with self._lock:
            if self._store is None:
                self._store = Store(self.config.root)
            return self._store

    def writes(self, branch: str) -> Mapping[str, LastWrite]:
        """Return what last wrote each resource of a branch, by resource key."""
        return {key: write for (found, key), write in self.store.writes().items() if found == branch}

    def aliases(self, kind: ResourceKind, branch: str) -> list[str]:
        """Return the models or datasets of a branch, also models that have only experiments so far, sorted."""
        from palantir_models.reading.everywhere import every_model

        if kind == "model":
            return every_model(self.store, branch)
        return sorted(write.alias for write in self.writes(branch).values() if write.kind == kind)

    def resource(self, kind: ResourceKind, rid: str, branch: str) -> Resource:
        """Return the model or dataset of a RID.

        :raises Refusal: if the branch has none of it.
        """
        rid_of = dataset_rid if kind == "dataset" else model_rid
        written = (write.alias for write in self.writes(branch).values() if write.kind == kind)
        for alias in chain(written, self._unwritten(kind, branch)):
            if rid == rid_of(alias):
                return Resource(kind, alias)
        raise Refusal(
            404,
            f"There is no such {kind}",
            f"Branch {branch} has no {kind} with the RID {rid[:200]}.",
            "It may be on another branch, or in another store.",
        )

    def _unwritten(self, kind: ResourceKind, branch: str) -> Iterator[str]:
        """Yield models that no job has written yet; looked for last, as every journal has to be asked.

        Those of a moment ago come first: a wall of charts asks for the same one many times.
        """
        if kind == "model":
            looked, there = self._looked.get(branch, (-math.inf, []))
            if time.monotonic() - looked < _MOMENT_SECONDS:
                yield from there
            there = self.aliases(kind, branch)
            self._looked[branch] = time.monotonic(), there
            yield from there

    def model(self, resource: Resource, branch: str) -> Model:
        """Open a model as it is now; one that nobody wrote since it was opened is the same as before.

        :raises NotFoundError: if it has neither a version nor an experiment.
        """
        from palantir_models.reading.model import Model

        key = ("model", *self.state(resource, branch))
        return self.once(key, lambda: Model(resource.alias, branch, self.store))

    def state(self, resource: Resource, branch: str) -> tuple[str, str, int]:
        """Return what names a state of a dataset or model: its branch, its key, and the row of the ledger that last wrote it."""
        write = self.store.writes().get((branch, resource.key))
        return branch, resource.key, 0 if write is None else write.seq

    def apart(self, model: Model) -> Apart:
        """Return what is known of the experiments of a model that are no part of a version."""
        from palantir_models.page.apart import Apart

        return self.once(("apart", model.branch, model.alias), Apart)

    @cached_property
    def columns(self) -> Columns:
        """The series that were read last, of experiments that ended."""
        from palantir_models.page.columns import Columns

        return Columns()

    def live(self, model: Model) -> Live:
        """Return the experiments of a model that run, followed."""
        from palantir_models.page.live import Live

        live = self.once(("live", model.branch, model.alias), lambda: Live(model))
        live.model = model
        return live

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key before, or make it; what nobody asked for in a long time is forgotten.

        :param key: all that what is made depends on, such as the row of the ledger that wrote it.
        :param make: makes it; called by one thread at a time for a key.
        """
        with self._lock:
            lock = self._making.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return cast(T, self._kept[key])
            made = make()
            with self._lock:
                self._kept[key] = made
                self._making.pop(key, None)
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return made

    def forget(self, key: Hashable) -> None:
        """Forget what was made for a key."""
        with self._lock:
            self._kept.pop(key, None)
