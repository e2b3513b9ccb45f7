"""Evaluations in builds: what a plan knows of them, and what the graph and the commands show."""

from __future__ import annotations

import itertools
import shutil
from textwrap import dedent

import pytest

import palantir_models as pm
from transforms.cli.summary import commit_line, outputs_text
from transforms.plan.render import to_mermaid, to_text
from transforms.plan.svg import to_svg
from transforms.run.project import BuildOptions, Project

_numbers = itertools.count()
CODE = """
    from palantir_models.transforms import ModelInput, ModelOutput, evaluation
    from tests.palantir_models.evaluation.sample_evaluations import AtLeast
    from transforms.api import IntegerParam, Pipeline, transform

    @transform.using(model=ModelOutput("/model"), least=IntegerParam(1))
    def train(model, least):
        model.publish(AtLeast(least.value))

    def judge_of(version):
        @evaluation("holdout")
        @transform.using(model=ModelInput("/model", model_version=version))
        def judge(model):
            model.create_evaluation().log_metric("least", model.least)
        return judge

    pipeline = Pipeline()
    pipeline.add_transforms(train, *map(judge_of, (None, "1.0.0")))
"""
NAMES = ["judge (1)", "judge (2)"]


class Quiet:
    """A listener that says nothing."""

    def started(self, name): ...

    def finished(self, result): ...


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that trains a model and evaluates its newest and its first version in one set."""
    name = f"evaluating_pipeline_{next(_numbers)}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    (tmp_path / f"{name}.py").write_text(dedent(CODE))
    monkeypatch.syspath_prepend(str(tmp_path))
    return Project.open(tmp_path)


def built(project, *selectors, **options):
    """Build, and return how each job ended."""
    chosen = BuildOptions(**options)
    results = project.build(project.plan(selectors, (), chosen), Quiet(), chosen)
    assert all(result.error is None for result in results)
    return [result.status for result in sorted(results, key=lambda result: result.name)]


def test_an_evaluation_is_fresh_until_its_model_or_its_code_changes(project):
    """Though it has no output: the ledger has what it read. Two transforms that evaluate in one set know of each other nothing."""
    assert built(project, workers=2) == ["committed", "committed", "committed"]
    assert built(project) == ["fresh", "fresh", "fresh"]
    assert built(project, "train", parameters={"least": 2}) == ["committed"]
    told = {job.node.name: job.reason for job in project.plan(NAMES).jobs}
    assert told == dict.fromkeys(NAMES, "/model changed")
    assert built(project, *NAMES) == ["committed", "committed"]
    found = pm.open_model("/model", root=project.store.root).evaluations("holdout")
    assert sorted(one.name for one in found) == ["holdout", "holdout-2", "holdout-3", "holdout-4"]
    assert sorted((one.version, one.metrics["least"]) for one in found) == [("1.0.0", 1.0)] * 3 + [("1.1.0", 2.0)]


def test_evaluations_that_were_deleted_by_hand_are_made_again(project):
    """As any table is."""
    built(project)
    shutil.rmtree(project.store.root / "master/models/model/evaluations")
    assert {job.node.name: job.reason for job in project.plan(NAMES).jobs} == dict.fromkeys(NAMES, "new")


def test_the_graph_shows_what_evaluates(project):
    """By set and transform, in each of its forms."""
    graph = project.graph("master")
    assert "judge (1) -> holdout by judge (1)" in to_text(graph)
    assert '(["holdout by judge (2)"])' in to_mermaid(graph)
    assert to_svg(graph).count('class="evaluation"') == 2


def test_a_commit_says_what_was_evaluated(project):
    """With the version and the set."""
    built(project)
    for entry in project.store.newest_entries(2):
        line = f"COMMIT  #{entry.seq}  {entry.transform} -> evaluation of /model 1.0.0 (holdout)"
        assert commit_line(entry) == line
    assert outputs_text({"evaluation:s by t": {"set": "s", "evaluations": []}}) == "evaluation of nothing (s)"
