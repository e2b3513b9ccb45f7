"""What a commit read and wrote, as the page shows it: each with the RID that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.ids import rid_of
from transforms.store.lookup import label, resource_of

if TYPE_CHECKING:
    from transforms.store.entry import InputPin


def pinned(key: str, pin: InputPin) -> dict[str, Any]:
    """Return an input as a commit read it.

    :param key: the input, as the ledger's row names it.
    :param pin: what was read of it.
    """
    return {**_place(key), "version": pin.version, "branch": pin.branch, "seq_of_writer": pin.seq or None}


def written(key: str, output: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
    """Return an output of a commit.

    :param key: the resource, as the ledger's row names it.
    :param output: what the row says of it.
    :param version: the version of a dataset's table that it made, where that was looked up.
    """
    numbers = [one["version"] for one in output.get("versions") or ([output] if "version" in output else [])]
    return {
        **_place(key),
        "version": numbers[-1] if numbers else version,
        "versions": numbers,
        "rows": output.get("rows"),
        "files": output.get("files"),
        "experiments": list(output.get("experiments", ())),
    }


def _place(key: str) -> dict[str, Any]:
    resource = resource_of(key)
    return {"kind": resource.kind, "alias": label(key), "path": resource.alias, "rid": rid_of(resource)}
