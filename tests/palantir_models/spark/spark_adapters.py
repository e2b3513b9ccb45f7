"""Adapters that workers can import."""

import os
from pathlib import Path

import palantir_models as pm
from palantir_models.serializers import DillSerializer


class Scaled(pm.ModelAdapter):
    """Adds a prediction; notes each load and each call in a folder."""

    @pm.auto_serialize(factor=DillSerializer(), notes=DillSerializer())
    def __init__(self, factor, notes=None):
        self.factor = factor
        self.notes = notes
        self._note("load")

    @classmethod
    def api(cls):
        inputs = {"df_in": pm.Pandas([("x", float)]), "offset": pm.Parameter(float, 0.0)}
        return inputs, {"df_out": pm.Pandas([("x", float), ("y", float)])}

    def predict(self, df_in, offset=0.0):
        self._note(f"rows-{len(df_in)}")
        if (df_in.x < 0).any():
            raise ValueError("x must not be negative")
        return df_in.assign(y=df_in.x * self.factor + (offset or 0.0))

    def _note(self, what):
        if self.notes is not None:
            with open(Path(self.notes) / f"{what}-{os.getpid()}", "a") as file:
                file.write(".")


class Open(Scaled):
    """Tells nothing of its output."""

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas()}, {"df_out": pm.Pandas()}


class Two(Scaled):
    """Has two tables as inputs."""

    @classmethod
    def api(cls):
        return {"a": pm.Pandas(), "b": pm.Pandas()}, {"df_out": pm.Pandas()}
