"""A model's versions, where each came from, and what changed between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from palantir_models.page import chosen
from palantir_models.page.answers import exact, shown_numbers
from palantir_models.page.asked import Asked
from palantir_models.page.ids import model_rid
from palantir_models.page.provenance import inputs_of
from palantir_models.reading.parameters import are_same
from transforms.common.json_text import from_json
from transforms.spec.resource import Resource
from transforms.store import layout

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion
    from palantir_models.page.chosen import Known
    from palantir_models.reading.model import Model
    from transforms.store.entry import Entry
    from transforms.store.ledger import Ledger

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


def model(asked: Asked) -> Response:
    """Return a model with all of its versions, newest first."""
    known = chosen.known(asked)
    return known.answer("versions", lambda: _model(asked, known))


def _model(asked: Asked, known: Known) -> dict[str, Any]:
    opened = known.model
    names = {path: alias for alias, path in asked.opened.config.models.items()}
    trained = _trained(known, opened.versions)
    written = asked.opened.store.entries_of(version.transaction for version in opened.versions)
    artifacts = _artifacts(asked, opened)
    return {
        "rid": model_rid(opened.alias),
        "path": opened.alias,
        "alias": names.get(opened.alias),
        "branch": opened.branch,
        "versions": [
            {
                **_version(version, written.get(version.transaction), asked.opened.store.ledger),
                **trained[version.version],
                "tags": opened.tags_of(version),
                "artifacts": artifacts[version.version],
            }
            for version in reversed(opened.versions)
        ],
    }


def difference(asked: Asked) -> dict[str, Any]:
    """Return what is in one or both of two versions, and what changed from the left one to the right one."""
    known = chosen.known(asked)
    sides = [known.model.version(asked.place(side)) for side in ("left", "right")]
    written = asked.opened.store.entries_of(version.transaction for version in sides)
    trained = _trained(known, sides)
    found = []
    for version in sides:
        shown = {
            **_version(version, written.get(version.transaction), asked.opened.store.ledger),
            **trained[version.version],
        }
        found.append(
            {
                "api": {f"{way} {one['name']}": one for way in ("inputs", "outputs") for one in shown["api"][way]},
                "inputs": {one["alias"]: one["version"] for one in shown["inputs"]},
                "requirements": dict(text.partition("==")[::2] for text in shown["requirements"]),
                "parameters": known.parameters.get(version.experiment_id or "", {}),
                "metrics": shown["metrics"],
                "code": {
                    **{name: shown[name] for name in ("transform", "source", "code_version", "adapter")},
                    **(shown["environment"]["git"] or {}),
                },
            }
        )
    left, right = found
    return {group: changes(left[group], right[group]) for group in left}


def changes(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how values differ, by name: ``added``, ``removed``, ``changed`` or the ``same``."""
    rows = []
    for name in sorted({*left, *right}):
        kind = "added" if name not in left else "removed" if name not in right else "changed"
        if name in left and name in right and are_same(left[name], right[name]):
            kind = "same"
        rows.append({"name": name, "kind": kind, "left": exact(left.get(name)), "right": exact(right.get(name))})
    return rows


def _version(version: ModelVersion, entry: Entry | None, ledger: Ledger) -> dict[str, Any]:
    return {
        **{name: getattr(version, name) for name in _FACTS},
        "seq": None if entry is None else entry.seq,
        "api": _decoded(version.api),
        "inputs": _inputs(version, entry, ledger),
        "requirements": _decoded(version.requirements),
    }


@lru_cache(256)
def _decoded(text: str) -> Any:
    """Return what a text of JSON holds; most versions of a model say the same."""
    return exact(from_json(text))


def _artifacts(asked: Asked, model: Model) -> dict[str, list[dict[str, Any]]]:
    """Return the saved files of each version, with their sizes in bytes; None for one that is gone."""
    folder = layout.resource_path(Resource("model", model.alias), model.branch)
    files = [(version, name) for version in model.versions for name in sorted(version.sha256)]
    places = [f"{folder}/{layout.ARTIFACTS}/{version.version_id}/{name}" for version, name in files]
    found: dict[str, list[dict[str, Any]]] = {version.version: [] for version in model.versions}
    for (version, name), size in zip(files, asked.opened.store.storage.sizes(places), strict=True):
        found[version.version].append({"name": name, "size": size, "sha256": version.sha256[name]})
    return found


def _trained(known: Known, versions: Sequence[ModelVersion]) -> dict[str, dict[str, Any]]:
    """Return what the experiments of versions say of their training, by version."""
    last: dict[str, dict[str, Any]] = {}
    if known.summaries is not None:
        metrics = known.summaries.filter(kind="metric")
        values = shown_numbers(metrics["last"])
        for identity, name, value in zip(metrics["experiment_id"], metrics["name"], values, strict=True):
            last.setdefault(identity, {})[name] = value
    found = {}
    for version in versions:
        identity = version.experiment_id or ""
        environment = known.environments.get(identity, {})
        found[version.version] = {
            "source": known.published[identity].source if identity in known.published else None,
            "metrics": last.get(identity, {}),
            "environment": {name: environment.get(name) for name in ("python", "platform", "git")},
        }
    return found


def _inputs(version: ModelVersion, entry: Entry | None, ledger: Ledger) -> list[dict[str, Any]]:
    """Return what a version was trained on: from the row of its commit, or where that is gone from its own."""
    if entry is None:
        return [
            {
                **dict.fromkeys(("kind", "rid", "seq_of_writer", "rows_read", "since")),
                "alias": alias,
                "path": alias,
                "version": number,
            }
            for alias, number in version.trained_on.items()
        ]
    return inputs_of(entry, ledger)
