"""The jobs that crash tests kill: two datasets, an experiment and a model version in one commit; a dataset and an evaluation."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import palantir_models as pm
from palantir_models.model.restoring import restore_model
from palantir_models.transforms import ModelInput, ModelOutput, evaluation
from transforms.api import Output, transform
from transforms.config import Config
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.rollback import plan_rollback, roll_back
from transforms.store.store import Store

VALUES = 20


class Generation(pm.ModelAdapter):
    """A model that only knows which run it comes from."""

    @pm.auto_serialize
    def __init__(self, generation):
        self.generation = generation

    @classmethod
    def api(cls):
        return {"n": pm.Parameter(int)}, {"generation": pm.Parameter(int)}

    def predict(self, n):
        return self.generation


def run(root: str, generation: int, mode: str, wait_seconds: float = 0.0, suffix: str = "") -> JobResult:
    """Commit one generation to two datasets and a model."""
    if Generation.__module__ == "__main__":
        raise RuntimeError("import this module; an adapter cannot live in __main__")

    @transform.using(a=Output("/a"), b=Output("/b"), model=ModelOutput("/model"))
    def train(a, b, model):
        for out in (a, b):
            out.set_mode(mode)
            out.write_table(pl.DataFrame({"generation": [generation], "run": [suffix]}))
        experiment = model.create_experiment("run")
        experiment.log_param("generation", generation)
        for step in range(VALUES):
            experiment.log_metric("loss", float(generation), step=step)
        model.publish(Generation(generation), experiment=experiment)

    config = Config(project=Path.cwd(), root=root)
    result = run_job(train, Store(root), config, JobOptions(wait_seconds=wait_seconds))
    if result.error is not None:
        print(f"{type(result.error).__name__}: {result.error}", file=sys.stderr)
    return result


def evaluate(root: str, generation: int) -> JobResult:
    """Evaluate the model of :func:`run`, and commit what it scored with a dataset."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), a=Output("/scores"))
    def judge(model, a):
        a.write_table(pl.DataFrame({"generation": [generation]}))
        made = model.create_evaluation()
        made.log_metric("generation", generation)
        made.log_table("rows", pl.DataFrame({"x": [generation]}))

    return run_job(judge, Store(root), Config(project=Path.cwd(), root=root), JobOptions())


def take_back(root: str, seq: int) -> JobResult:
    """Take a commit back, as ``transforms rollback`` does."""
    store = Store(root)
    entry = roll_back(store, plan_rollback(store, seq), restore_model)
    return JobResult("rollback", "committed", entry=entry)
