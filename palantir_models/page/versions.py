"""A model's versions, where each came from, and what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import exact
from palantir_models.page.asked import Asked
from palantir_models.page.ids import model_rid
from palantir_models.page.provenance import pinned
from palantir_models.page.summaries import Details, details_of
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion
    from palantir_models.reading.experiment import RecordedExperiment
    from transforms.store.entry import Entry

_FACTS = (
    "version",
    "rid",
    "created_time",
    "adapter",
    "experiment_id",
    "notes",
    "transaction",
    "transform",
    "change_type",
    "code_version",
)


def model(asked: Asked) -> dict[str, Any]:
    """Return a model with all of its versions, newest first."""
    resource = asked.resource("model")
    opened = asked.opened.model(resource, asked.branch)
    names = {path: alias for alias, path in asked.opened.config.models.items()}
    named = {version.experiment_id for version in opened.versions}
    found = {one.experiment_id: one for one in opened.experiments if one.experiment_id in named}
    details = details_of(found.values())
    written = asked.opened.store.ledger.of_transactions([version.transaction for version in opened.versions])
    return {
        "rid": model_rid(resource.alias),
        "path": resource.alias,
        "alias": names.get(resource.alias),
        "branch": asked.branch,
        "versions": [
            _version(version, written.get(version.transaction))
            | _trained(found.get(version.experiment_id or ""), details.get(version.experiment_id or "", Details()))
            for version in reversed(opened.versions)
        ],
    }


def _version(version: ModelVersion, entry: Entry | None) -> dict[str, Any]:
    return {
        **{name: getattr(version, name) for name in _FACTS},
        "seq": None if entry is None else entry.seq,
        "api": exact(from_json(version.api)),
        "inputs": _inputs(version, entry),
        "requirements": from_json(version.requirements),
        "artifacts": [{"name": name, "sha256": sha256} for name, sha256 in sorted(version.sha256.items())],
    }


def _trained(experiment: RecordedExperiment | None, details: Details) -> dict[str, Any]:
    """Return what the experiment of a version says of its training."""
    environment = from_json(details.environment)
    return {
        "source": None if experiment is None else experiment.source,
        "metrics": {one.name: one.last for one in details.series if one.kind == "metric"},
        "environment": {name: environment.get(name) for name in ("python", "platform", "git")},
    }


def _inputs(version: ModelVersion, entry: Entry | None) -> list[dict[str, Any]]:
    """Return what a version was trained on: from the row of its commit, or where that is gone from its own."""
    if entry is None:
        return [
            {"alias": alias, "path": alias, "kind": None, "rid": None, "version": number, "seq_of_writer": None}
            for alias, number in version.trained_on.items()
        ]
    return [pinned(key, pin) for key, pin in sorted(entry.inputs.items())]
