"""The page's server as a browser meets it: a real one, asked over a real connection."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner

from palantir_models import open_model
from palantir_models.page.ids import model_rid
from palantir_models.page.opened import Opened
from palantir_models.page.start import Page, Place
from transforms.cli.app import app
from transforms.config import load_config


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON as every browser reads it."""
        assert self.headers.get_content_type() == "application/json", self.body
        return json.loads(self.body, parse_constant=_no_json)

    @property
    def error(self) -> Mapping[str, str]:
        """What it says went wrong."""
        found: Mapping[str, str] = self.json["error"]
        assert set(found) == {"title", "detail", "hint"}
        return found


class Browser:
    """Asks a server.

    :param page: the server, which runs.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.port = page.port

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask for a path."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, given)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """Ask for JSON, which must be there."""
        answer = self.ask(path + (f"?{urlencode(parameters, doseq=True)}" if parameters else ""))
        assert answer.status == 200, answer.body
        return answer.json


def _no_json(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


class Running:
    """Begins servers, and ends them."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._pages: list[tuple[Page, threading.Thread]] = []

    def begin(self, project: Path, place: Place | None = None, root: str | None = None) -> Browser:
        """Begin a server over the store of a project."""
        config = load_config(project, {}, root)
        page = Page(Opened(config), place or Place(port=0), self.said.append)
        thread = threading.Thread(target=page.run, args=(False,), daemon=True)
        thread.start()
        self._pages.append((page, thread))
        return Browser(page)

    def end(self) -> None:
        """End them all."""
        for page, thread in self._pages:
            page.stop()
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture
def running() -> Iterator[Running]:
    """Begins servers, which end with the test."""
    pages = Running()
    yield pages
    pages.end()


@pytest.fixture(scope="session")
def rid() -> str:
    """The RID of the model ``/wine``."""
    return model_rid("/wine")


SHOP = """
import math

import plotly.graph_objects as go
import polars as pl
from PIL import Image

from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Input, IntegerParam, Output, Pipeline, transform

print("a pipeline's module may print")


@transform.using(out=Output("/shop/raw"))
def raw(out):
    out.write_table(pl.DataFrame({"x": [2**60, 1, None], "name": ["<script>alert(1)</script>", "b", "c"]}))


@transform.using(clean=Output("/shop/clean"), raw=Input("/shop/raw"), least=IntegerParam(0))
def clean(raw, clean, least):
    clean.write_table(raw.polars().drop_nulls())


@transform.using(model=ModelOutput("/wine"), clean=Input("/shop/clean"))
def train(clean, model):
    for number in range(3):
        experiment = model.create_experiment(f"trial <b>{number}</b>")
        experiment.log_params({"depth": number, "rate": 0.5, "large": 2**60, "mixed": 1 if number else "1"})
        for step in range(100):
            value = [math.nan, math.inf, -math.inf][step - 50] if 50 <= step < 53 else 1 / (step + 1 + number)
            experiment.log_metrics({"train/loss": value, "speed": float(step)})
        if number == 1:
            experiment.log_metric("only/here", 1.0)
            experiment.log_image("val/samples", Image.new("RGB", (4, 2), "red"), caption="<b>red</b>")
            experiment.log_image("val/samples", Image.new("L", (3, 3)), step=5)
            experiment.log_plot("curve", go.Figure(go.Scatter(y=[1, 2])), caption="two")
            experiment.log_table("confusion", pl.DataFrame({"a": [1, 2**60], "b": ["x", None]}), description="all")
        model.publish(Doubler(number + 2), experiment=experiment, notes="<i>notes</i>")


pipeline = Pipeline()
pipeline.add_transforms(raw, clean, train)
"""


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that was built: /shop/raw, /shop/clean and three versions of /wine with their experiments."""
    folder, module = tmp_path_factory.mktemp("shop"), f"shop_{uuid.uuid4().hex}"
    (folder / f"{module}.py").write_text(SHOP)
    (folder / "pyproject.toml").write_text(
        f'[tool.transforms]\npipelines = ["{module}"]\n[tool.transforms.models]\nwine = "/wine"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", [str(folder), *sys.path])
        result = CliRunner().invoke(app, ["build"])
    assert result.exit_code == 0, result.output
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))  # for the process that imports the project anew
        yield folder
    sys.modules.pop(module, None)


@pytest.fixture(scope="package")
def page(shop: Path) -> Iterator[Browser]:
    """A page over the project that was built; for tests that change nothing."""
    pages = Running()
    yield pages.begin(shop)
    pages.end()


@pytest.fixture(scope="package")
def ids(shop: Path) -> list[str]:
    """The ids of the three published experiments, oldest first."""
    model = open_model("/wine", root=shop / ".transforms")
    return [one.experiment_id for one in reversed(model.experiments)]
