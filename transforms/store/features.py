"""Which Delta tables can be written here, and what to do about one that cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.errors import UnsupportedTableError

if TYPE_CHECKING:
    from deltalake import DeltaTable

_SUPPORTED = frozenset({"appendOnly", "invariants", "timestampNtz", "changeDataFeed", "checkConstraints"})
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


def check_writable(table: DeltaTable, name: str) -> None:
    """Refuse a table with a feature that cannot be written here, before any work starts.

    :raises UnsupportedTableError: names the feature, the table property behind it and the command that drops it.
    """
    protocol = table.protocol()
    features = {*(protocol.writer_features or ()), *(protocol.reader_features or ())}
    unsupported = sorted(features - _SUPPORTED)
    if unsupported:
        feature = unsupported[0]
        behind = f" (table property {_PROPERTY_OF[feature]})" if feature in _PROPERTY_OF else ""
        raise UnsupportedTableError(
            f"{name} has the Delta table feature {', '.join(unsupported)}, which cannot be written here. Drop it "
            f"with Spark: ALTER TABLE delta.`<path>` DROP FEATURE {feature}{behind}. Nothing was changed."
        )
    if table.metadata().configuration.get("delta.appendOnly") == "true":
        raise UnsupportedTableError(
            f"{name} has the table property delta.appendOnly, so its content cannot be replaced. Drop it with Spark: "
            f"ALTER TABLE delta.`<path>` UNSET TBLPROPERTIES ('delta.appendOnly'). Nothing was changed."
        )
