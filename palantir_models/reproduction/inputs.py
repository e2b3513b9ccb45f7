"""The inputs of a job as it read them, where they lie: nothing of them is copied."""

from __future__ import annotations

from collections.abc import Mapping

from palantir_models.errors import ReproductionError
from transforms.errors import NotFoundError, StoreError
from transforms.run.still_whole import check_whole
from transforms.store.contents import Contents
from transforms.store.entry import InputPin
from transforms.store.lookup import label, resource_of
from transforms.store.tables import TableView, at_version


def pinned(store: Contents, inputs: Mapping[str, InputPin]) -> dict[str, tuple[TableView, InputPin]]:
    """Open the inputs of a job at the versions that it read.

    :param store: the store that has them.
    :param inputs: what the ledger's row says, by :func:`~transforms.store.lookup.input_key`.
    :raises ReproductionError: if one cannot be read any more as it was.
    """
    return {key: (_opened(store, key, pin), pin) for key, pin in inputs.items()}


def _opened(store: Contents, key: str, pin: InputPin) -> TableView:
    resource = resource_of(key)
    table = store.table_of(resource, pin.branch)
    is_model = resource.kind == "model"  # whose table only grows, and whose log is cut
    try:
        view = store.view_table(table, pin.seq if is_model else None)
        if view is None:
            raise NotFoundError("there is no such table any more")
        if not is_model:
            view = at_version(view, pin.version, store.app_id)
            check_whole(view, resource)
    except (NotFoundError, StoreError) as error:
        raise ReproductionError(
            f"The input {label(key)} cannot be read any more at version {pin.version}, which the job read: {error} A store that "
            f"was backed up before has it: transforms --root BACKUP reproduce …"
        ) from error
    return view
