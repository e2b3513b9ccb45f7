"""What a commit read and wrote, as the page shows it: each with the RID that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.ids import dataset_rid, model_rid
from transforms.store.lookup import label

if TYPE_CHECKING:
    from transforms.store.entry import InputPin


def pinned(key: str, pin: InputPin) -> dict[str, Any]:
    """Return an input as a commit read it.

    :param key: the input, as the ledger's row names it.
    :param pin: what was read of it.
    """
    return {**_place(key), "version": pin.version, "branch": pin.branch, "seq_of_writer": pin.seq or None}


def written(key: str, output: Mapping[str, Any], version: int | None) -> dict[str, Any]:
    """Return an output of a commit.

    :param key: the resource, as the ledger's row names it.
    :param output: what the row says of it.
    :param version: the version of the dataset's table, where that is known.
    """
    numbers = [one["version"] for one in output.get("versions") or ([output] if "version" in output else [])]
    return {
        **_place(key),
        "version": version if numbers == [] else numbers[-1],
        "versions": numbers,
        "rows": output.get("rows"),
        "files": output.get("files"),
        "experiments": list(output.get("experiments", ())),
    }


def _place(key: str) -> dict[str, Any]:
    identity, _, alias = key.partition(":")
    kind = identity.partition("@")[0]
    rid = model_rid(alias) if kind == "model" else dataset_rid(alias)
    return {"kind": kind, "alias": label(key), "path": alias, "rid": rid}
