"""What a commit read and wrote, as the page shows it: each with the RID that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.ids import rid_of
from transforms.plan.incremental import read_amounts
from transforms.store.lookup import label, resource_of

if TYPE_CHECKING:
    from transforms.store.entry import Entry, InputPin
    from transforms.store.ledger import Ledger


def inputs_of(entry: Entry, ledger: Ledger) -> list[dict[str, Any]]:
    """Return what a commit read, in the order of the inputs' keys.

    The version of a dataset is that of its table. A model has several tables: its version is the newest that it had when
    it was read, which the row says that wrote it.

    Of a job that ran incrementally, or could have, each dataset has the number of rows that were read, and the version since
    which they came, None for all.

    :param entry: the commit.
    :param ledger: the ledger that it is in.
    """
    amounts = read_amounts(entry.outputs.values())
    return [
        {**_pinned(key, pin, ledger), "rows_read": None, "since": None, **amounts.get(key, {})}
        for key, pin in sorted(entry.inputs.items())
    ]


def _pinned(key: str, pin: InputPin, ledger: Ledger) -> dict[str, Any]:
    place = _place(key)
    version: int | str | None = pin.version
    if place["kind"] == "model":
        writer = ledger.entry(pin.seq) if pin.seq else None
        numbers = _numbers(writer.outputs.get(resource_of(key).key, {})) if writer is not None else []
        version = numbers[-1] if numbers else None
    return {**place, "version": version, "branch": pin.branch, "seq_of_writer": pin.seq or None}


def written(key: str, output: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
    """Return an output of a commit.

    :param key: the resource, as the ledger's row names it.
    :param output: what the row says of it.
    :param version: the version of a dataset's table that it made, where that was looked up.
    """
    numbers = _numbers(output)
    return {
        **_place(key),
        "version": numbers[-1] if numbers else version,
        "versions": numbers,
        "rows": output.get("rows"),
        "files": output.get("files"),
        "experiments": list(output.get("experiments", ())),
    }


def _numbers(output: Mapping[str, Any]) -> list[str]:
    return [one["version"] for one in output.get("versions") or ([output] if "version" in output else [])]


def _place(key: str) -> dict[str, Any]:
    resource = resource_of(key)
    return {"kind": resource.kind, "alias": label(key), "path": resource.alias, "rid": rid_of(resource)}
