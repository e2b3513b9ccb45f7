"""What can be done here with the features and rules of a Delta table, and what to do about one that is in the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from transforms.errors import UnsupportedTableError

if TYPE_CHECKING:
    from deltalake import DeltaTable

Reader = Literal["arrow", "polars", "files", "spark files", "added files"]

WRITTEN = frozenset({"appendOnly", "invariants", "timestampNtz", "changeDataFeed", "checkConstraints"})
"""The features of a table that can be written here."""

# Features that change how bytes are read. All others concern writers alone, or change nothing for a reader.
_READ_BY: Mapping[str, frozenset[Reader]] = {
    "timestampNtz": frozenset(("arrow", "polars", "files", "spark files", "added files")),
    "vacuumProtocolCheck": frozenset(("arrow", "polars", "files", "spark files", "added files")),
    "deletionVectors": frozenset(("polars", "added files")),  # a file still holds the rows that are deleted later
    "columnMapping": frozenset(),  # a file has other names than the table
    "v2Checkpoint": frozenset(("files", "added files")),  # the log is read by delta-rs, which knows them
}
# delta-rs reads these by itself, whole: slower than the readers above, which push down what is asked of them.
_READ_WHOLE = frozenset({"timestampNtz", "vacuumProtocolCheck", "deletionVectors", "columnMapping", "v2Checkpoint"})

_PROPERTY_OF = {
    "deletionVectors": "delta.enableDeletionVectors",
    "columnMapping": "delta.columnMapping.mode",
    "typeWidening": "delta.enableTypeWidening",
    "inCommitTimestamp": "delta.enableInCommitTimestamps",
    "rowTracking": "delta.enableRowTracking",
    "icebergCompatV1": "delta.enableIcebergCompatV1",
    "icebergCompatV2": "delta.enableIcebergCompatV2",
    "v2Checkpoint": "delta.checkpointPolicy",
    "variantShredding": "delta.enableVariantShredding",
}
_RULES = {
    "delta.generationExpression": "is generated from others",
    "delta.identity.start": "is an identity column",
    "delta.invariants": "has an invariant",
}


def reading_features(table: DeltaTable) -> frozenset[str]:
    """Return the features of a table that a reader has to know."""
    protocol = table.protocol()
    features = set(protocol.reader_features or ())
    if protocol.min_reader_version == 2 or "columnMapping" in features:
        features.discard("columnMapping")
        if table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none":
            features.add("columnMapping")
    return frozenset(features)


def can_read(table: DeltaTable, reader: Reader) -> bool:
    """Whether a reader gives the rows of a table as they are.

    :param table: the table.
    :param reader: ``arrow`` and ``polars`` scan it lazily; ``files`` are its Parquet files read one by one, ``spark files``
        the same without Delta's jar, ``added files`` those of which no row was deleted.
    """
    if reader == "polars" and table.protocol().min_reader_version == 2:
        return False  # it goes by the number, whether the table has a mapping or not
    if reader == "arrow" and _has_decimal_partitions(table):
        return False  # delta-rs hands it -0.05 as 0.-5
    return all(reader in _READ_BY.get(feature, ()) for feature in reading_features(table))


def can_read_whole(table: DeltaTable) -> bool:
    """Whether delta-rs gives all rows of a table as they are."""
    return reading_features(table) <= _READ_WHOLE


def unreadable(table: DeltaTable, name: str, why: str, instead: str) -> UnsupportedTableError:
    """Return the error for a table that a reader would not give as it is.

    :param table: the table.
    :param name: the dataset, as messages name it.
    :param why: what the reader cannot do: the end of "has the Delta table feature …, which".
    :param instead: what can be done: the beginning of a sentence.
    """
    features = sorted(reading_features(table))
    return UnsupportedTableError(
        f"{name} has the Delta table feature {', '.join(features)}, which {why}. {instead}, or {_drop(features)}."
    )


def check_writable(table: DeltaTable, name: str, mode: Literal["overwrite", "append"] = "overwrite") -> None:
    """Refuse a table with a feature or a rule that cannot be kept here, before any work starts.

    :param table: the table.
    :param name: the dataset, as messages name it.
    :param mode: what is to be done; a table that rows can only be added to takes ``append``.
    :raises UnsupportedTableError: names the feature, the table property behind it and the command that drops it.
    """
    protocol, configuration = table.protocol(), table.metadata().configuration
    features = {*(protocol.writer_features or ()), *(protocol.reader_features or ())}
    if protocol.min_writer_version == 6:
        features.add("identityColumns")  # the version stands for it
    if configuration.get("delta.columnMapping.mode", "none") != "none":
        features.add("columnMapping")
    unsupported = sorted(features - WRITTEN)
    if unsupported:
        raise UnsupportedTableError(
            f"{name} has the Delta table feature {', '.join(unsupported)}, which cannot be written here. To write it, "
            f"{_drop(unsupported)}. Nothing was changed."
        )
    constraints = [
        key.removeprefix("delta.constraints.") for key in configuration if key.startswith("delta.constraints.")
    ]
    if constraints:
        raise UnsupportedTableError(
            f"{name} has the constraint {', '.join(constraints)}, which cannot be checked here. Drop it with Spark: "
            f"ALTER TABLE delta.`<path>` DROP CONSTRAINT {constraints[0]}. Nothing was changed."
        )
    for field in _fields(table):
        for key, rule in _RULES.items():
            if key in field["metadata"]:
                raise UnsupportedTableError(
                    f"{name}: column {field['name']!r} {rule}, which cannot be kept up here. Write under another alias, or "
                    f"make the table anew without it. Nothing was changed."
                )
    if mode == "overwrite" and configuration.get("delta.appendOnly", "").lower() == "true":
        raise UnsupportedTableError(
            f"{name} has the table property delta.appendOnly, so its content cannot be replaced: add to it with "
            f"set_mode('append'), or drop the property with Spark: ALTER TABLE delta.`<path>` UNSET TBLPROPERTIES "
            f"('delta.appendOnly'). Nothing was changed."
        )


def _has_decimal_partitions(table: DeltaTable) -> bool:
    partitions = table.metadata().partition_columns
    kinds = {field["name"]: field["type"] for field in _fields(table)} if partitions else {}
    return any(str(kinds[name]).startswith("decimal") for name in partitions)


def _fields(table: DeltaTable) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = json.loads(table.schema().to_json())["fields"]
    return fields


def _drop(features: list[str]) -> str:
    feature = features[0]
    behind = f" (table property {_PROPERTY_OF[feature]})" if feature in _PROPERTY_OF else ""
    return f"drop it with Spark: ALTER TABLE delta.`<path>` DROP FEATURE {feature}{behind}"
