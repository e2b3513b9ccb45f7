"""A later experiment of a name ends the former one in its process, which can go on or be published all the same."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from palantir_models import open_model
from palantir_models.code_workspaces import ModelOutput
from palantir_models.experiment.journal import background
from palantir_models.experiments import Experiment
from tests.palantir_models.model.sample_adapter import Doubler
from tests.processes import await_true


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a notebook runs in."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\npipelines = []\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def statuses() -> dict[str, str]:
    """Return the status of each experiment that is not published, by its parameter ``cell``."""
    return {str(one.params.get("cell")): one.status for one in open_model("/m").unpublished}


def cell(output: ModelOutput, number: int) -> Experiment:
    """Run the cell that makes the experiment and logs."""
    experiment = output.create_experiment("sgd")
    experiment.log_param("cell", number)
    experiment.log_metric("loss", 1 / number)
    return experiment


def test_a_cell_that_runs_again_leaves_one_running_experiment() -> None:
    """Also where the cell makes the output anew; those of other names run on."""
    first = cell(ModelOutput("/m"), 1)
    other = ModelOutput("/m").create_experiment("adam")
    second = cell(ModelOutput("/m"), 2)
    second._recording.drain()
    other._recording.drain()
    assert statuses() == {"1": "SUPERSEDED", "2": "RUNNING", "None": "RUNNING"}
    assert (first.status, second.status, other.status) == ("SUPERSEDED", "RUNNING", "RUNNING")


def test_one_that_is_logged_to_again_runs_again() -> None:
    """Trials of one name may run side by side: nothing is refused, and nothing lost."""
    output = ModelOutput("/m")
    first, second = cell(output, 1), cell(output, 2)
    for step in range(3):
        first.log_metric("loss", step)
        second.log_metric("loss", -step)
    first._recording.drain()
    second._recording.drain()
    assert statuses() == {"1": "RUNNING", "2": "RUNNING"}
    output.publish(Doubler(1), experiment=first)
    (published,) = open_model("/m").experiments
    assert published.metrics().polars()["value"].to_list() == [1.0, 0.0, 1.0, 2.0]
    assert statuses() == {"2": "RUNNING"}


def test_the_best_of_a_study_is_published_although_later_ones_have_its_name() -> None:
    """With all that it logged, images in the making among it."""
    output = ModelOutput("/m")
    best = cell(output, 1)
    best.log_image("map", Image.new("L", (512, 512)))
    cell(output, 2)
    cell(output, 3)
    output.publish(Doubler(1), experiment=best)
    (published,) = open_model("/m").experiments
    assert (published.params["cell"], len(published.images())) == (1, 1)


def test_what_nobody_has_any_more_is_kept_and_leaves_the_memory() -> None:
    """It was logged to at the last moment; afterwards nothing of the process knows it."""
    output, others = ModelOutput("/m"), set(background._running)
    for number in (1, 2):
        output.create_experiment(f"run {number}").log_param("cell", number)
    gc.collect()
    await_true(lambda: statuses() == {"1": "ABANDONED", "2": "ABANDONED"}, "their end", 60)
    assert output.experiments == ()
    assert set(background._running) <= others


def test_a_job_keeps_what_it_did_not_publish_although_nobody_has_it(run_transform) -> None:
    """As before: superseded ones among it."""
    from palantir_models.transforms import ModelOutput as Output
    from transforms.api import transform

    @transform.using(model=Output("/m"))
    def train(model):
        for number in range(3):
            cell(model, number + 1)
        model.publish(Doubler(1))

    result = run_transform(train)
    assert [one.status for one in result.experiments] == ["SUCCEEDED"] * 3


MANY = """
    import resource, sys
    from pathlib import Path
    from palantir_models.experiment.journal import kept
    from palantir_models.experiments import ErrorHandlerType, Experiment
    from palantir_models.experiment.recording import Recording

    journals, number = Path(sys.argv[1]), 300
    runs = [
        Experiment(Recording(f"run {n}", model="/m", error_handler_type=ErrorHandlerType.FAIL, journals=journals))
        for n in range(number)
    ]
    for n, run in enumerate(runs):
        run.log_metric("loss", n)
        run._recording.drain()
        run._recording.check_publishable()
    assert runs[7]._recording.recorded().arrow(runs[7].experiment_id)["metrics"]["value"].to_pylist() == [7.0]
    rows = [one.row for one in kept.unpublished(journals)]
    print([(row["status"], row["value_count"]) for row in rows] == [("RUNNING", 1)] * number)
"""


@pytest.mark.slow
def test_a_thousand_experiments_need_a_handful_of_descriptors(tmp_path: Path) -> None:
    """Far fewer descriptors than experiments are allowed; others see each of them run, and then abandoned."""
    limited = f"ulimit -n 64; exec {sys.executable} -c '{textwrap.dedent(MANY)}' {tmp_path / 'many'}"
    done = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
    from palantir_models.experiment.journal import kept

    found = Counter(
        (row["status"], row["value_count"]) for row in (one.row for one in kept.unpublished(tmp_path / "many"))
    )
    assert found == {("ABANDONED", 1): 300}


STUDY = """
    from palantir_models.code_workspaces import ModelOutput
    from tests.palantir_models.model.sample_adapter import Doubler

    output, best = ModelOutput("/m"), None
    for trial in range(200):
        experiment = output.create_experiment("trial")
        experiment.log_metrics({"loss": 1 / (trial + 1)})
        if trial == 150:
            best = experiment
    output.publish(Doubler(1), experiment=best)
"""


@pytest.mark.slow
def test_the_best_of_many_trials_is_published_with_few_descriptors(project: Path) -> None:
    """Fewer than there are trials: none that is at rest has a file open when the commit needs some."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    limited = f"ulimit -n 128; exec {sys.executable} -c '{textwrap.dedent(STUDY)}'"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    (published,) = open_model("/m").experiments
    assert published.metrics("loss").polars()["value"].to_list() == [1 / 151]


def test_a_forked_child_supersedes_nothing_of_its_parent() -> None:
    """An experiment of the same name in it is another one."""
    first = cell(ModelOutput("/m"), 1)
    first._recording.drain()
    child = os.fork()
    if child == 0:
        try:
            cell(ModelOutput("/m"), 2)._recording.drain()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert statuses() == {"1": "RUNNING", "2": "ABANDONED"}


@pytest.mark.slow
def test_what_a_later_one_took_the_place_of_is_collected_when_it_is_old(project: Path) -> None:
    """Days after, when its process has ended, and only what was superseded: the others hold what is nowhere else."""
    from palantir_models.reading.collecting import collect_journals
    from transforms.store.store import Store

    code = """
        import sys
        from palantir_models.code_workspaces import ModelOutput
        runs = [ModelOutput("/m").create_experiment("sgd") for _ in range(3)]
        for number, run in enumerate(runs):
            print(run.experiment_id)
        sys.stdout.flush()
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first, second, _ = sorted(process.stdout.readline().strip() for _ in range(2)) + [process.stdout.readline()]
    store = Store(project / ".transforms")
    assert collect_journals(store, older_than_days=0) == [], "the best of a study may be among them"
    process.communicate()
    assert collect_journals(store) == []
    assert collect_journals(store, older_than_days=1) == []
    assert collect_journals(store, older_than_days=0, dry_run=True) == [first, second]
    assert collect_journals(store, older_than_days=0) == [first, second]
    assert statuses() == {"None": "ABANDONED"}
