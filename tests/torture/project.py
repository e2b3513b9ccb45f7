"""The project that is tortured: three jobs, each with an appended and a replaced output, a model and an experiment, and one that
follows another incrementally.

Everything that a build writes bears its name, which stands in ``TORTURE_BUILD``; so whoever reads the tables can tell which
builds are in them, and whether they are there as a whole.
"""

from __future__ import annotations

import multiprocessing
import os

import polars as pl

import palantir_models as pm
from palantir_models.transforms import ModelOutput
from transforms.api import Input, Output, Pipeline, incremental, transform

BUILD = os.environ.get("TORTURE_BUILD", "none")
WORKERS = int(os.environ.get("TORTURE_WORKERS", "0"))
VALUES = 20


class Named(pm.ModelAdapter):
    """A model that knows which build made it."""

    @pm.auto_serialize
    def __init__(self, build):
        self.build = build

    @classmethod
    def api(cls):
        """Take a number, give the name of the build."""
        return {"n": pm.Parameter(int)}, {"build": pm.Parameter(str)}

    def predict(self, n):
        """Return the name of the build."""
        return self.build


def look(_):
    """Do what a worker of a data loader does, until it is told to end or the job is killed."""
    return sum(range(20_000))


def work(added, replaced, model, seen=0):
    """Write every output of a job."""
    frame = pl.DataFrame({"build": [BUILD], "seen": [seen]})
    added.set_mode("append")
    added.write_table(frame)
    experiment = model.create_experiment("run")
    experiment.log_param("build", BUILD)
    if WORKERS:
        with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
            pool.map(look, range(WORKERS * 4))
    for step in range(VALUES):
        experiment.log_metric("loss", 1 / (step + 1), step=step)
    if replaced is not None:
        replaced.write_table(frame)
    model.publish(Named(BUILD), experiment=experiment)


@transform.using(added=Output("/t/added1"), replaced=Output("/t/replaced1"), model=ModelOutput("/t/model1"))
def first(added, replaced, model):
    """Read nothing."""
    work(added, replaced, model)


@transform.using(
    before=Input("/t/added1"), added=Output("/t/added2"), files=Output("/t/files2"), model=ModelOutput("/t/model2")
)
def second(before, added, files, model):
    """Read rows, add raw files."""
    files.set_mode("modify")
    with files.filesystem().open(f"builds/{BUILD}.txt", "w") as file:
        file.write(BUILD)
    work(added, None, model, before.polars().height)


@transform.using(
    before=Input("/t/added2"),
    files=Input("/t/files2"),
    added=Output("/t/added3"),
    replaced=Output("/t/replaced3"),
    model=ModelOutput("/t/model3"),
)
def third(before, files, added, replaced, model):
    """Read rows and raw files."""
    names = [status.path for status in files.filesystem().ls()]
    with files.filesystem().open(names[-1]) as file:
        file.read()
    work(added, replaced, model, before.polars().height)


@incremental()
@transform.using(before=Input("/t/added2"), followed=Output("/t/followed"))
def follow(before, followed):
    """Add the rows that came since the last run."""
    followed.write_table(before.polars())


pipeline = Pipeline()
pipeline.add_transforms(first, second, follow, third)
