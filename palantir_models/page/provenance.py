"""What a commit read and wrote, as the page shows it: each with the RID that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import exact
from palantir_models.page.ids import rid_of
from palantir_models.reading.inputs import inputs_read, version_numbers
from transforms.spec.resource import Resource
from transforms.store.lookup import label, resource_of

_SHOWN = ("check", "on_error", "expectation", "passed", "failing", "rows", "seconds", "found", "transform", "seq")

if TYPE_CHECKING:
    from transforms.store.entry import Entry
    from transforms.store.ledger import Ledger


def inputs_of(entry: Entry, ledger: Ledger) -> list[dict[str, Any]]:
    """Return what a commit read, in the order of the inputs' keys; see :class:`~palantir_models.reading.inputs.InputRead`.

    :param entry: the commit.
    :param ledger: the ledger that it is in.
    """
    return [
        {**vars(read), "rid": rid_of(Resource("model" if read.kind == "model" else "dataset", read.path))}
        for read in inputs_read(entry, ledger)
    ]


def checked(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a check found, as the page shows it.

    :param found: a result as JSON, with the transform and the commit that it was made in.
    """
    resource = resource_of(found["dataset"])
    return {**{key: exact(found[key]) for key in _SHOWN}, "path": resource.alias, "rid": rid_of(resource)}


def written(key: str, output: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
    """Return an output of a commit.

    :param key: the resource, as the ledger's row names it.
    :param output: what the row says of it.
    :param version: the version of a dataset's table that it made, where that was looked up.
    """
    numbers = version_numbers(output)
    return {
        **_place(key),
        "version": numbers[-1] if numbers else version,
        "versions": numbers,
        "rows": output.get("rows"),
        "files": output.get("files"),
        "experiments": list(output.get("experiments", ())),
    }


def evaluated(output: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a commit says that it evaluated: a place for each version of a model.

    :param output: what the ledger's row says of its evaluations.
    """
    nothing: dict[str, Any] = {"version": None, "versions": [], "rows": None, "files": None, "experiments": []}
    return [
        {
            "kind": "evaluation",
            "alias": (path := f"{output['set']} of {one['model']} {one['version']}"),
            "path": path,
            "rid": rid_of(Resource("model", one["model"])),
            **nothing,
        }
        for one in output["evaluations"]
    ]


def _place(key: str) -> dict[str, Any]:
    resource = resource_of(key)
    return {"kind": resource.kind, "alias": label(key), "path": resource.alias, "rid": rid_of(resource)}
