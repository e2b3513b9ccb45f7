"""What is said of an output that a function returned without writing."""

from __future__ import annotations

from transforms.run.scope import JobScope
from transforms.spec.resource import Resource
from transforms.store.tables import TableView


def unwritten_text(scope: JobScope, name: str, resource: Resource, before: TableView | None, left_out: bool) -> str:
    """Return what whoever wrote the function should know: it leaves an empty dataset, as Foundry has it.

    :param scope: the job.
    :param name: the output's parameter.
    :param resource: the dataset.
    :param before: the dataset as it was; None where it was not there.
    :param left_out: whether Parquet files lie in its ``path_for_write_table`` that nobody takes in.
    """
    now = "it is empty"
    if before is not None and (count := before.row_count()):
        noun = "file" if before.holds_files else "row"
        now = f"it had {count:,} {noun}{'' if count == 1 else 's'}, now 0"
    transform = scope.transform
    write = f"{name}.{'write_table' if transform.lightweight else 'write_dataframe'}"
    remedy = f"Use {write}(df)."
    if scope.returned:
        remedy = f"Its return value, {scope.returned}, is ignored: use {write}(df)."
    elif left_out:
        remedy = f"What lies in path_for_write_table is left out: use {name}.write_table({name}.path_for_write_table)."
    return f"{transform.__name__} ({transform.source}) returned without writing {name!r} ({resource.alias}): {now}. {remedy}"
