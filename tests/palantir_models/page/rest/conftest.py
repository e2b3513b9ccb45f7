"""A store with one model on two branches, and experiments of every status, behind a real server."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from foundry_sdk import Config, FoundryClient, UserTokenAuth
from PIL import Image

from palantir_models.code_workspaces import ModelOutput
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.page.ids import experiment_rid, model_rid
from palantir_models.testing import put_model
from tests.palantir_models.model.sample_adapter import Doubler
from tests.palantir_models.page.conftest import Running
from transforms.spec.resource import Resource
from transforms.store.store import Store

STARTED = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
BIG = 2**62 + 1
"""An integer that no float holds."""
PARAMETERS = {"big": BIG, "optimizer": "adam", "warm": True, "day": date(2026, 1, 2), "started": STARTED}


@dataclass(frozen=True)
class Foundry:
    """A server that runs, and its data.

    Attributes:
        port: where it listens.
        client: the official client, pointed at it.
        model: the RID of the model ``/wine``.
        ids: the ids of its experiments, by a word for each.
    """

    port: int
    client: FoundryClient
    model: str
    ids: Mapping[str, str]

    @property
    def experiments(self) -> Any:
        """The client's calls for experiments."""
        return self.client.models.Model.Experiment

    def rid(self, word: str) -> str:
        """Return the RID of an experiment."""
        return experiment_rid(self.ids[word])

    def found(self, where: Any = None, **asked: Any) -> list[str]:
        """Search, and return the words of the experiments that are found, in the order of their answers."""
        words = {experiment_rid(identity): word for word, identity in self.ids.items()}
        answer = self.experiments.search(self.model, where=where, preview=True, **asked)
        return [words[one.rid] for one in answer.data]

    # There is no TLS, and reading the certificates for it takes longer than an answer.
    def post(self, body: Any) -> httpx.Response:
        """Search with a body of one's own."""
        return httpx.post(
            f"http://127.0.0.1:{self.port}/api/v2/models/{self.model}/experiments/search", json=body, verify=False
        )

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Ask for a path below ``/api``."""
        return httpx.get(f"http://127.0.0.1:{self.port}/api{path}", params=query, verify=False)


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The store's root, and the ids of its experiments by a word for each, in the order they began."""
    project = tmp_path_factory.mktemp("project")
    root = project / ".transforms"
    (project / "pyproject.toml").write_text("[tool.transforms]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        model = ModelOutput("/wine")
        first = model.create_experiment("trial")
        first.log_params({**PARAMETERS, "depth": 3, "rate": 0.5})
        for step in range(20):
            first.log_metrics({"train/loss": 1 / (step + 1), "accuracy": math.nan if step == 5 else step / 20})
        first.log_metric("ratio", math.inf)
        first.log_table("confusion/test", pd.DataFrame({"a": [1, 2, 3], "big": [BIG, 0, -1]}), description="of 3 rows")
        first.log_image("samples", Image.new("RGB", (4, 2), "red"))
        model.publish(Doubler(2), experiment=first)
        second = model.create_experiment("trial")
        second.log_params({"depth": 4, "rate": 0.25, "only": "here"})
        second.log_metrics({"train/loss": 7.0}, step=100)
        model.publish(Doubler(3), experiment=second)
        failed = model.create_experiment("broken")
        failed.log_param("depth", 5)
        failed._recording.close("FAILED", "ValueError: it broke")
        failed._recording.keep(journals_of(Store(root).storage))
        resting = model.create_experiment("study")
        running = model.create_experiment("study")
        running.log_metric("train/loss", 0.5)
        running._recording.drain()
    put_model(Store(root), "feature", Resource("model", "/wine"), Doubler(4))
    kinds = {"first": first, "second": second, "failed": failed, "resting": resting, "running": running}
    yield root, {word: one._recording.experiment_id for word, one in kinds.items()}
    running._recording.close("FAILED", "the test ended")


@pytest.fixture(scope="package")
def foundry(root: tuple[Path, dict[str, str]]) -> Iterator[Foundry]:
    """The server over the store, and the official client."""
    pages = Running()
    port = pages.begin(root[0].parent).port
    client = FoundryClient(UserTokenAuth("any"), f"127.0.0.1:{port}", Config(scheme="http"))
    yield Foundry(port, client, model_rid("/wine"), root[1])
    pages.end()
