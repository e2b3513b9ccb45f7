"""A project: finding its pipelines, planning and building them."""

from __future__ import annotations

import itertools
from textwrap import dedent

import polars as pl
import pytest

from transforms.errors import ConfigError, NotFoundError
from transforms.run.project import BuildOptions, Project
from transforms.run.put_frame import put_frame
from transforms.store.store import Store

_numbers = itertools.count()


class Quiet:
    """A listener that says nothing."""

    def started(self, name): ...

    def finished(self, result): ...


CODE = """
    import polars as pl
    from transforms.api import Input, IntegerParam, Output, Pipeline, transform

    @transform.using(raw=Input("/raw"), out=Output("/one"), least=IntegerParam(0))
    def one(ctx, raw, out, least):
        rows = raw.polars().filter(pl.col("x") >= least.value)
        if rows.height > 3:
            ctx.abort_job()
        out.write_table(rows)

    @transform.using(one=Input("/one"), out=Output("/two"))
    def two(one, out):
        out.write_table(one.polars())

    pipeline = Pipeline()
    pipeline.add_transforms(one, two)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two transforms, with data for the first."""
    name = f"sample_pipeline_{next(_numbers)}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    (tmp_path / f"{name}.py").write_text(dedent(CODE))
    monkeypatch.syspath_prepend(str(tmp_path))
    made = Project.open(tmp_path)
    put_frame(made.store, "master", "/raw", pl.DataFrame({"x": [1, 2]}))
    return made


def built(project, *selectors, **options):
    """Build, and return how each job ended."""
    chosen = BuildOptions(**options)
    results = project.build(project.plan(selectors, (), chosen), Quiet(), chosen)
    return {result.name: result.status for result in results}


def test_a_second_build_is_fresh_and_touches_no_data(project):
    """Nothing changed, nothing runs, nothing is committed."""
    assert built(project) == {"one": "committed", "two": "committed"}
    before = project.store.ledger.head()
    assert built(project) == {"one": "fresh", "two": "fresh"}
    assert project.store.ledger.head() == before


def test_new_input_rebuilds_what_follows_and_force_everything(project):
    """``put`` is a change like any other."""
    built(project)
    put_frame(project.store, "master", "/raw", pl.DataFrame({"x": [3]}))
    assert [job.reason for job in project.plan().jobs] == ["/raw changed", "/one will be rebuilt"]
    assert built(project) == {"one": "committed", "two": "committed"}
    assert built(project, force=True, workers=2) == {"one": "committed", "two": "committed"}


def test_what_an_aborted_job_feeds_stays_fresh(project):
    """The output did not change, so what reads it is not run, although the plan had to expect it."""
    built(project)
    put_frame(project.store, "master", "/raw", pl.DataFrame({"x": [1, 2, 3, 4]}))
    assert [job.action for job in project.plan().jobs] == ["build", "build"]
    assert built(project) == {"one": "aborted", "two": "fresh"}


def test_parameters_reach_the_transform_that_has_them(project):
    """Given as text, as the command line does."""
    assert built(project, parameters={"least": "2"}) == {"one": "committed", "two": "committed"}
    view, _ = project.store.view(next(iter(project.graph().node("two").outputs)), "master")
    assert view.row_count() == 1


def test_a_missing_input_stops_the_plan(project, tmp_path):
    """Nothing runs, and the error says how to bring the dataset in."""
    empty = Project(project.config)
    empty.store = Store(tmp_path / "empty")
    with pytest.raises(NotFoundError, match="transforms put /raw"):
        empty.plan()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "pyproject.toml:2: .*was not found"),
        ("x = 1", "has no Pipeline"),
        ("import nothing_like_it", "nothing_like_it"),
    ],
)
def test_pipelines_that_cannot_be_loaded(tmp_path, monkeypatch, code, words):
    """A wrong module name, a module without a pipeline, a broken import."""
    name = f"odd_pipeline_{next(_numbers)}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    if code is not None:
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises((ConfigError, ModuleNotFoundError), match=words):
        _ = Project.open(tmp_path).transforms


ENTRIES = {
    '"{name}:number"': ("'number' of .* is no Pipeline but 3", "Type there: {name}:pipeline"),
    '"{name}:pipe"': ("'pipe' of .* is not there", "Type there: {name}:pipeline"),
    '"{name}.py"': ("not the name of a module", 'pipelines = ["{name}"]'),
    '"./src/{name}.py:pipeline"': ("not the name of a module", 'pipelines = ["{name}:pipeline"]'),
    '""': ("not the name of a module", "Type there: pipelines = "),
    "3": ("not the name of a module", "Type there: pipelines = "),
    '"json"': ("has no Pipeline", "pipeline = Pipeline()"),
}


@pytest.mark.parametrize(("entry", "says"), ENTRIES.items(), ids=list(ENTRIES))
def test_an_entry_that_is_no_pipeline_is_named_with_its_line_and_what_to_type(tmp_path, monkeypatch, entry, says):
    """And only who needs pipelines is refused: the store can be read, and data put into it."""
    name = f"entry_pipeline_{next(_numbers)}"
    (tmp_path / f"{name}.py").write_text("from transforms.api import Pipeline\npipeline = Pipeline()\nnumber = 3\n")
    written = f'version = "3"\n[tool.transforms]\npipelines = [\n  "{name}",\n  {entry.format(name=name)},\n]\n'
    (tmp_path / "pyproject.toml").write_text(written)
    monkeypatch.syspath_prepend(str(tmp_path))
    opened = Project.open(tmp_path)
    put_frame(opened.store, "master", "/a", pl.DataFrame({"x": [1]}))
    with pytest.raises(ConfigError, match=rf"pyproject.toml:5: .*{says[0]}") as refused:
        _ = opened.transforms
    assert says[1].format(name=name) in str(refused.value)


@pytest.mark.parametrize("value", ["3", "true", "{ a = 1 }"])
def test_pipelines_that_are_no_list_are_told_like_an_entry(tmp_path, value):
    """With the line where they stand."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.transforms]\npipelines = {value}\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml:2: .* not the name of a module. Type there: pipelines = "):
        _ = Project.open(tmp_path).transforms


def test_an_entry_of_the_environment_is_named_with_its_variable(tmp_path, monkeypatch):
    """As it stands in no file."""
    monkeypatch.setenv("TRANSFORMS_PIPELINES", "no/such.py")
    with pytest.raises(ConfigError, match=r"^TRANSFORMS_PIPELINES: 'no/such.py' is not"):
        _ = Project.open(tmp_path).transforms


def test_generated_transforms_of_one_name_get_numbers_and_become_fresh(tmp_path, monkeypatch):
    """The name with its number is the one that the ledger knows."""
    name = f"generated_pipeline_{next(_numbers)}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    code = """
        import polars as pl
        from transforms.api import Output, Pipeline, transform_polars
        def make(n):
            @transform_polars(Output(f"/g{n}"))
            def generated():
                return pl.DataFrame({"n": [n]})
            return generated
        pipeline = Pipeline()
        pipeline.add_transforms(*(make(n) for n in range(3)))
    """
    (tmp_path / f"{name}.py").write_text(dedent(code))
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project.open(tmp_path)
    names = ["generated (1)", "generated (2)", "generated (3)"]
    assert built(project) == dict.fromkeys(names, "committed")
    assert built(project) == dict.fromkeys(names, "fresh")


def test_a_dataset_that_somebody_deleted_is_built_again(project):
    """The ledger remembers it, but it is not there."""
    import shutil

    built(project)
    shutil.rmtree(project.store.root / "master/datasets/one")
    assert [job.reason for job in project.plan().jobs] == ["new", "/one will be rebuilt"]
    assert built(project) == {"one": "committed", "two": "committed"}


def test_a_delta_table_from_elsewhere_is_an_input_whose_versions_count(project, tmp_path):
    """A table that no job of this store wrote can be read, and a new version of it makes its readers stale."""
    project.store = Store(tmp_path / "another")
    raw = str(project.store.root / "master/datasets/raw")
    pl.DataFrame({"x": [7]}).write_delta(raw)
    assert built(project) == {"one": "committed", "two": "committed"}
    assert built(project) == {"one": "fresh", "two": "fresh"}
    pl.DataFrame({"x": [8]}).write_delta(raw, mode="append")
    assert [job.reason for job in project.plan().jobs] == ["/raw changed", "/one will be rebuilt"]
    assert built(project) == {"one": "committed", "two": "committed"}


def test_an_input_of_another_branch_has_a_state_of_its_own(tmp_path, monkeypatch):
    """Reading a dataset on two branches confuses neither reader: after a build, everything is fresh."""
    name = f"branches_pipeline_{next(_numbers)}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    code = """
        from transforms.api import Input, Output, Pipeline, transform_polars
        @transform_polars(Output("/here"), raw=Input("/raw"))
        def here(raw):
            return raw
        @transform_polars(Output("/there"), raw=Input("/raw", branch="dev"))
        def there(raw):
            return raw
        pipeline = Pipeline()
        pipeline.add_transforms(here, there)
    """
    (tmp_path / f"{name}.py").write_text(dedent(code))
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project.open(tmp_path)
    put_frame(project.store, "master", "/raw", pl.DataFrame({"x": [1]}))
    put_frame(project.store, "dev", "/raw", pl.DataFrame({"x": [2]}))
    assert built(project) == {"here": "committed", "there": "committed"}
    assert built(project) == {"here": "fresh", "there": "fresh"}
    put_frame(project.store, "dev", "/raw", pl.DataFrame({"x": [3]}))
    assert built(project) == {"here": "fresh", "there": "committed"}
