"""What is known of a version of a model, in groups of names and values, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.reading.parameters import are_same
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion
    from palantir_models.reading.model import Model

Facts = Mapping[str, Mapping[str, Any]]


class Difference(NamedTuple):
    """Something that two versions do not have alike.

    Attributes:
        group: what kind of thing: ``api``, ``inputs``, ``parameters``, ``metrics``, ``code``, ``files`` or ``requirements``.
        name: its name.
        before: its value in the first version; None where it has none.
        after: its value in the second.
    """

    group: str
    name: str
    before: Any
    after: Any


def facts_of(model: Model, version: ModelVersion) -> Facts:
    """Return what is known of a version: its row, and the experiment that was published with it.

    :param model: the model.
    :param version: one of its versions.
    """
    experiment = next((one for one in model.experiments if one.experiment_id == version.experiment_id), None)
    api = from_json(version.api)
    git = {} if experiment is None else experiment.environment.get("git") or {}
    return {
        "api": {f"{way} {one['name']}": one for way in ("inputs", "outputs") for one in api.get(way, ())},
        "inputs": version.trained_on,
        "parameters": {} if experiment is None else experiment.params,
        "metrics": {}
        if experiment is None
        else {series.name: series.last for series in experiment.series if series.kind == "metric"},
        "code": {"transform": version.transform, "version": version.code_version, "adapter": version.adapter, **git},
        "files": version.sha256,
        "requirements": dict(str(text).partition("==")[::2] for text in from_json(version.requirements)),
    }


def differences(before: Facts, after: Facts) -> list[Difference]:
    """Return what two versions do not have alike, group by group, in the order of names.

    :param before: what is known of one.
    :param after: what is known of the other.
    """
    return [
        Difference(group, name, before[group].get(name), after[group].get(name))
        for group in before
        for name in sorted({*before[group], *after[group]})
        if not are_same(before[group].get(name), after[group].get(name))
    ]
