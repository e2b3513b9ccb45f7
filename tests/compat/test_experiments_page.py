"""The code samples of the public page on experiments run as they stand, in a notebook's project and in a transform.

The samples are in ``experiments_page/samples.md``, with what each of them leaves open.
"""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import plotly.express as px
import polars as pl
import pytest
from PIL import Image
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

import palantir_models as pm
from palantir_models.experiment.errors import ExperimentLimitError
from transforms.testing import run_transform

PAGE = Path(__file__).parent / "experiments_page" / "samples.md"
ALIAS, MODEL = "my-alias", "/iris"
COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
SECTION = re.compile(
    r"^## (?P<heading>.+)\n(?P<notes>(?:(?!## ).*\n)*?)```python\n(?P<code>(?:.*\n)*?)```$", re.MULTILINE
)


@dataclass(frozen=True)
class Sample:
    """A code block of the page, with what it leaves open put in, and the names that it expects to be defined."""

    heading: str
    code: str
    expects: frozenset[str]


def read_sample(section: Mapping[str, str]) -> Sample:
    """Return one sample; a comment that does not fit its code is an error."""
    code = section["code"]
    for shown, meant in re.findall(r"^<!-- `(.+)` stands for `(.+)` -->$", section["notes"], re.MULTILINE):
        assert shown in code, f"{section['heading']}: there is no {shown}"
        code = code.replace(shown, meant, 1)
    names = re.findall(r"^<!-- defined: (.+) -->$", section["notes"], re.MULTILINE)
    expects = frozenset(re.findall(r"`(\w+)`", " ".join(names)))
    assert all(re.search(rf"\b{name}\b", code) for name in expects), f"{section['heading']}: some name is not used"
    return Sample(section["heading"], code, expects)


SAMPLES = [read_sample(section.groupdict()) for section in SECTION.finditer(PAGE.read_text())]
BY_HEADING = {sample.heading: sample for sample in SAMPLES}
IN_WORKSPACE, IN_REPOSITORY = (
    BY_HEADING[f"Create experiments in Code {place}"] for place in ("Workspaces", "Repositories")
)
HANDLER, PUBLISH = BY_HEADING["Choose how errors are handled"], BY_HEADING["Publish experiments"]
LOGGING = [sample for sample in SAMPLES if sample.heading.startswith("Log ")]


class MyModelAdapter(pm.ModelAdapter):
    """The adapter of the page's samples: a classifier of scikit-learn."""

    @pm.auto_serialize
    def __init__(self, model):
        self.model = model

    @classmethod
    def api(cls):
        columns = [(name, float) for name in COLUMNS]
        return {"df_in": pm.Pandas(columns)}, {"df_out": pm.Pandas([*columns, ("species", int)])}

    def predict(self, df_in):
        return df_in.assign(species=self.model.predict(df_in[COLUMNS].to_numpy()))


def digit(position: int) -> Image.Image:
    """Return a handwritten digit as an image."""
    return Image.fromarray((load_digits().images[position] * 15).astype("uint8"))


def as_png(image: Image.Image) -> bytes:
    """Return an image as the bytes of a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def iris_frame() -> pd.DataFrame:
    """Return the iris measurements."""
    return pd.DataFrame(load_iris().data, columns=COLUMNS)


def defined() -> dict[str, Any]:
    """Return what stands for the names that the page's samples use and do not define."""
    features, target = load_iris(return_X_y=True)
    trained = LogisticRegression(max_iter=500).fit(features, target)
    digits = load_digits()
    enlarged = np.kron(digits.images[:64] / 16, np.ones((4, 4)))[:, 2:30, 2:30]
    return {
        "model_adapter": MyModelAdapter(trained),
        "trained_model": trained,
        "MyModelAdapter": MyModelAdapter,
        "LogisticRegression": LogisticRegression,
        "features": features,
        "target": target,
        "data": np.repeat(enlarged[..., None], 3, axis=3),
        "label": digits.target[:64] % 2,
        "x_data": features[:, 0],
        "y_data": features[:, 1],
        "pillow_image": digit(0),
        "image_bytes_arr": as_png(digit(1)),
    }


class Place:
    """Where samples run: a project with a store, an alias of the model, and an image where the page has one."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.store_root = project / "store"

    def run(self, samples: Sequence[Sample]) -> None:
        """Run the page's sample that creates an experiment here, then the given ones."""
        raise NotImplementedError

    def model(self) -> Any:
        """Return the model as it is read back."""
        return pm.open_model(ALIAS)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of one of the model's Delta tables, read without this package."""
        return pl.read_delta(str(self.store_root / f"master/models{MODEL}" / table)).to_dicts()


class Workspace(Place):
    """A notebook: each sample is a cell."""

    name, create, trained_on = "workspace", IN_WORKSPACE, {}
    ended = ("RUNNING", {"RUNNING", "SUPERSEDED"})  # a cell makes a second experiment of the name

    def __init__(self, project: Path) -> None:
        super().__init__(project)
        self._cells = ModuleType("notebook").__dict__

    def run(self, samples: Sequence[Sample]) -> None:
        cells = [self.create, *samples]
        self._cells.update(given(cells))
        for cell in cells:
            exec(compile(cell.code, cell.heading, "exec"), self._cells)

    def drain(self) -> None:
        """Bring into the journals what the background thread would a moment later."""
        for recording in self._cells["model_output"]._trials.recordings:
            recording.drain()

    def close(self) -> None:
        """End what the notebook left running."""
        for recording in self._cells["model_output"]._trials.recordings:
            recording.close("FAILED", "the notebook ended")
            recording.discard_journal()


class Repository(Place):
    """A transform: the samples are the body of the function that the page declares."""

    name, create, trained_on = "repository", IN_REPOSITORY, {"/raw/iris": 0}
    ended = ("SUCCEEDED", {"FAILED"})

    def run(self, samples: Sequence[Sample]) -> None:
        from transforms.store.store import Store

        file = self.project / "training.py"
        file.write_text("\n".join([self.create.code, *(indent(sample.code, "    ") for sample in samples)]))
        spec = importlib.util.spec_from_file_location("training", file)
        module = importlib.util.module_from_spec(spec)
        vars(module).update(given([self.create, *samples]))
        spec.loader.exec_module(module)
        run_transform(module.compute, {"input_data": iris_frame()}, store=Store(self.store_root))

    def drain(self) -> None:
        """Nothing is left running."""

    def close(self) -> None:
        """Nothing is left running."""


def given(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return the names that these samples expect, and no others."""
    names = frozenset().union(*(sample.expects for sample in samples))
    return {name: value for name, value in {**defined(), "too_long": TOO_LONG}.items() if name in names}


TOO_LONG = pl.DataFrame({"row": range(100_001)})
OVERFLOW = Sample("a table that is too long", 'experiment.log_table("too long", too_long)\n', frozenset({"too_long"}))


@pytest.fixture
def place(request, tmp_path, monkeypatch) -> Iterator[Place]:
    """The place that the test is for, in a project of its own."""
    import matplotlib.pyplot as plt

    (tmp_path / "pyproject.toml").write_text(
        f'[tool.transforms]\nroot = "store"\n\n[tool.transforms.models]\n{ALIAS} = "{MODEL}"\n'
    )
    (tmp_path / "path" / "to").mkdir(parents=True)
    (tmp_path / "path" / "to" / "image.png").write_bytes(as_png(digit(2)))
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    place = request.param(tmp_path)
    yield place
    place.close()
    plt.close("all")


everywhere = pytest.mark.parametrize("place", [Workspace, Repository], indirect=True, ids=lambda place: place.name)


def nothing_more(experiment: Any) -> None:
    """The sample logs nothing."""
    assert (experiment.params, experiment.series) == ({}, ())


def hyperparameters(experiment: Any) -> None:
    """Each is of the type it was logged with."""
    expected = {"learning_rate": 1e-3, "model_type": "CNN", "batch_size": 12, "parallel": True}
    assert experiment.params == expected
    assert {key: type(experiment.params[key]) for key in expected} == {key: type(expected[key]) for key in expected}


def metrics(experiment: Any) -> None:
    """A series goes on from its last step, or from the step that is given."""
    values = experiment.metrics().polars().select("series", "step", "value").rows()
    assert sorted(values) == [
        ("test/acc", 1, 15.0),
        ("train/acc", 0, 1.5),
        ("train/acc", 1, 5.0),
        ("train/loss", 0, 0.9),
    ]
    last = {name: experiment.summary(name).last for name in ("test/acc", "train/acc", "train/loss")}
    assert last == {"test/acc": 15.0, "train/acc": 5.0, "train/loss": 0.9}


def images(experiment: Any) -> None:
    """Every pixel is kept, of each kind of image."""
    logged = experiment.images(["train/bounding_boxes", "test/bounding_boxes", "test/segmentation"])
    found = {image.series: (image.step, image.caption, image.pillow().tobytes()) for image in logged}
    assert found == {
        "train/bounding_boxes": (0, None, digit(0).tobytes()),
        "test/bounding_boxes": (0, None, digit(1).tobytes()),
        "test/segmentation": (1, "Segmentation Image", digit(2).tobytes()),
    }
    assert len(logged) == len(found)


def charts(experiment: Any) -> None:
    """The file is kept as it is."""
    (image,) = experiment.images("scatter")
    assert (image.step, image.png) == (0, Path("path/to/image.png").read_bytes())
    assert image.pillow().size == (image.width, image.height) != digit(2).size


def plots(experiment: Any) -> None:
    """Figures are read back as figures."""
    drawn = px.line(x=[1, 2, 3], y=[0.2, 0.4, 0.6]).to_plotly_json()["data"][0]
    found = {plot.series: (plot.step, plot.caption, plot.figure()) for plot in experiment.plots()}
    assert {name: parts[:2] for name, parts in found.items()} == {
        "train/acc": (0, None),
        "test/acc": (1, None),
        "validation/loss": (2, "Validation Loss over Epochs"),
    }
    for _, _, figure in found.values():
        (line,) = figure.data
        assert (list(line.x), list(line.y), line.type) == (list(drawn["x"]), list(drawn["y"]), drawn["type"])


def tables(experiment: Any) -> None:
    """The frame is read back as it was."""
    assert list(experiment.tables) == ["model_leaderboard"]
    table = experiment.tables["model_leaderboard"].pandas()
    assert table.to_dict("list") == {
        "model_type": ["xgboost", "decision_tree", "torch_nn"],
        "score": [0.75, 0.6, 0.93],
        "rank": [2, 3, 1],
    }


def autologged(experiment: Any) -> None:
    """The parameters and training scores of scikit-learn's model, and its confusion matrix."""
    assert experiment.params["max_iter"] == 500
    assert len(experiment.params) == 14
    scores = ("accuracy_score", "f1_score", "log_loss", "precision_score", "recall_score", "roc_auc", "score")
    values = experiment.metrics().polars()
    assert sorted(values["series"]) == [f"training_{score}" for score in scores]
    expected = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)).score(*load_iris(return_X_y=True))
    assert experiment.summary("training_score").last == expected
    assert [image.series for image in experiment.images()] == ["training_confusion_matrix"]


def called_back(experiment: Any) -> None:
    """The parameters of Keras' optimizer and fit, and a value for each epoch."""
    assert experiment.params["optimizer_learning_rate"] == pytest.approx(0.001)
    assert len(experiment.params) == 15
    for name in ("loss", "sparse_categorical_accuracy"):
        assert experiment.metrics(name).polars()["step"].to_list() == list(range(8))
    assert len(experiment.series) == 2


CHECKS: dict[str, Callable[[Any], None]] = {
    "Choose how errors are handled": nothing_more,
    "Publish experiments": nothing_more,
    "Log hyperparameters": hyperparameters,
    "Log metrics": metrics,
    "Log images": images,
    "Log custom charts": charts,
    "Log plots": plots,
    "Log tables": tables,
    "MLflow autologging": autologged,
    "MLflow with Keras": called_back,
}
"""What must be in the published experiment after a sample."""

CREATE = {"Create experiments in Code Workspaces": Workspace, "Create experiments in Code Repositories": Repository}
"""The samples that begin a program, each with the place it is for."""

WHOLE = ["Publish experiments", "MLflow autologging", "MLflow with Keras"]
"""The samples that publish."""


def published(place: Place) -> Any:
    """Return the one published experiment; its row, its version and the adapter are what they must be."""
    model = place.model()
    (experiment,) = model.experiments
    (version,) = model.versions
    (row,) = place.rows("experiments")
    (version_row,) = place.rows("versions")
    assert (row["name"], row["status"], row["error"]) == ("my-experiment", "SUCCEEDED", None)
    assert row["model_version_id"] == version_row["version_id"] == version.version_id
    assert (experiment.name, experiment.version) == (row["name"], version.version) == ("my-experiment", "1.0.0")
    assert (row["dropped_count"], row["branch"]) == (0, "master")
    assert version.trained_on == place.trained_on
    iris = iris_frame()
    expected = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)).predict(iris.to_numpy())
    assert model.load().transform(iris).df_out["species"].tolist() == expected.tolist()
    return experiment


def test_every_block_is_run():
    """A block without a heading of its own, or that no test is for, is a mistake here."""
    fences = re.findall(r"^\s*(?:```|~~~)", PAGE.read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(SAMPLES) == 2 * len(BY_HEADING)
    tested = [*CREATE, *CHECKS]
    assert sorted(tested) == sorted(BY_HEADING)


def test_nothing_is_left_open():
    """Every ``...`` of the page has something that stands for it."""
    assert [sample.heading for sample in SAMPLES if "..." in sample.code] == []


@pytest.mark.parametrize(("heading", "place"), CREATE.items(), indirect=["place"], ids=[*CREATE])
def test_creating(heading, place):
    """The experiment is there before anything is published, in the state that its process or job is in."""
    assert place.create is BY_HEADING[heading]
    place.run([])
    model = place.model()
    (experiment,) = model.unpublished
    assert (experiment.name, experiment.model, experiment.status) == ("my-experiment", MODEL, place.ended[0])
    assert (model.experiments, model.versions) == ((), ())


@everywhere
@pytest.mark.parametrize("heading", CHECKS)
def test_sample(heading, place):
    """After the sample, publishing as the page does leaves a version and what the sample logged in the store."""
    sample = BY_HEADING[heading]
    place.run([sample] if heading in WHOLE else [sample, PUBLISH])
    CHECKS[heading](published(place))


@everywhere
def test_the_page_from_top_to_bottom(place):
    """All samples that log go into one experiment: series of different kinds may have the same name."""
    place.run([HANDLER, *LOGGING, PUBLISH])
    experiment = published(place)
    for sample in LOGGING:
        CHECKS[sample.heading](experiment)


@everywhere
def test_the_chosen_handler_fails_the_code(place):
    """With FAIL, as in the sample, a reached limit stops the code before it publishes."""
    with pytest.raises(ExperimentLimitError):
        place.run([HANDLER, OVERFLOW, PUBLISH])
    model = place.model()
    assert (model.experiments, model.versions) == ((), ())
    assert {experiment.status for experiment in model.unpublished} == place.ended[1]
    place.drain()
    assert sorted(experiment.dropped_count for experiment in place.model().unpublished) == [0, 1]


@everywhere
def test_the_default_handler_goes_on(place, caplog):
    """With WARN, the default, it is warned of once; later faults are only counted."""
    place.run([OVERFLOW, OVERFLOW, PUBLISH])
    (row,) = place.rows("experiments")
    assert (row["status"], row["dropped_count"]) == ("SUCCEEDED", 2)
    assert caplog.text.count("100,000") == 1


@everywhere
def test_names_are_made_distinct(place):
    """The same code may run again: experiments of one name are told apart."""
    for _ in range(3):
        place.run([PUBLISH])
    names = [row["name"] for row in place.rows("experiments")]
    assert len(set(names)) == len(names) == 3
    assert all(name.startswith("my-experiment") for name in names)
    assert sorted(version["version"] for version in place.rows("versions")) == ["1.0.0", "1.1.0", "1.2.0"]
