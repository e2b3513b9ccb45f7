"""An asset of Dagster that cleans all orders; run in the peers' environment: ``peer_rebuild.py SOURCE TARGET``.

Prints the seconds of materializing it, Dagster's start and imports left out.
"""

from __future__ import annotations

import sys
import time

import dagster
import polars as pl
from deltalake import write_deltalake

SOURCE, TARGET = sys.argv[1:3]


@dagster.asset
def clean_orders() -> None:
    """The orders that count, with their prices."""
    orders = pl.scan_delta(SOURCE)
    rows = orders.filter(pl.col("amount") > 0.1).with_columns(price=pl.col("amount") * 100)
    write_deltalake(TARGET, rows.collect(), mode="overwrite")


if __name__ == "__main__":
    with dagster.DagsterInstance.ephemeral() as instance:
        began = time.perf_counter()
        result = dagster.materialize([clean_orders], instance=instance)
        assert result.success
        print(time.perf_counter() - began)
