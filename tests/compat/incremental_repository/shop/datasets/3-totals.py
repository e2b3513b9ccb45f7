"""A running total."""

import polars as pl

from transforms.api import Input, LightweightInput, LightweightOutput, Output, incremental, transform

SCHEMA = pl.Schema({"country": pl.String, "amount": pl.Int64})


@incremental(semantic_version=2)
@transform.using(orders=Input("/shop/orders"), totals=Output("/shop/totals"), seen=Output("/shop/seen"))
def totals(ctx, orders: LightweightInput, totals: LightweightOutput, seen: LightweightOutput):
    added = orders.polars("added")
    before = totals.polars("previous", SCHEMA)
    totals.set_mode("replace")
    totals.write_table(
        pl.concat([before, added.select("country", "amount")]).group_by("country").agg(pl.col("amount").sum())
    )
    seen.write_table(pl.DataFrame({"orders": [added.height], "incremental": [ctx.is_incremental]}))
