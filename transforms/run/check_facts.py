"""What is known of a dataset whose checks are made, for the job that makes them and for the plan that looks whether it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from transforms.checks.facts import Facts, Referred, columns_of_fields
from transforms.errors import DataError
from transforms.spec.checks import Check
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform
from transforms.store.tables import TableView

Others = Mapping[str, tuple[str, TableView]]
"""The other inputs that checks name: alias and version, by parameter."""


def facts_of(transform: Transform, resource: Resource, fields: Sequence[Mapping[str, Any]], others: Others) -> Facts:
    """Return what is known before any row is read.

    :param transform: the transform that declares the checks.
    :param resource: the dataset.
    :param fields: its columns, as Delta's schema JSON has them.
    :param others: the other inputs that the checks name.
    :raises DataError: if one of these holds raw files.
    """
    for param, (alias, view) in others.items():
        if view.holds_files:
            raise DataError(
                f"{transform.__name__} ({transform.source}): a check on {resource.alias} names {param!r} ({alias}), which holds "
                f"raw files and no rows."
            )
    referred = {
        param: Referred(alias, view.row_count(), columns_of_fields(view.fields))
        for param, (alias, view) in others.items()
    }
    return Facts(resource.alias, columns_of_fields(fields), datetime.now(UTC), referred)


def need_rows(transform: Transform, resource: Resource, holds_files: bool, checks: Sequence[Check]) -> None:
    """Refuse checks of a dataset of raw files.

    :param transform: the transform that declares them.
    :param resource: the dataset.
    :param holds_files: whether it holds raw files.
    :param checks: the checks, at least one.
    :raises DataError: if it does.
    """
    if holds_files:
        raise DataError(
            f"{transform.__name__} ({transform.source}): check {checks[0].name!r} is on {resource.alias}, which holds raw "
            f"files and no rows, so it cannot be made. Leave it out, or write rows with .write_table(df)."
        )
