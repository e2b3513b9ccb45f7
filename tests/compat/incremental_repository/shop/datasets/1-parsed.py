"""Files into rows; lines that are none are kept."""

import pandas as pd
from pyspark.sql import types as T

from transforms import expectations as E
from transforms.api import Check, Input, Output, configure, incremental, transform


@configure(profile=["DRIVER_MEMORY_LARGE"])
@incremental()
@transform(
    raw=Input("/shop/raw"),
    orders=Output(
        "/shop/orders",
        checks=[
            Check(E.primary_key("id"), "order ids", on_error="FAIL"),
            Check(E.schema().contains({"country": T.StringType()}), "countries", on_error="WARN"),
        ],
    ),
    rejected=Output("/shop/rejected"),
)
def parse(raw, orders, rejected):
    fs = raw.filesystem()
    lines, bad = [], {}
    for status in fs.ls(regex=r".*\.csv"):
        with fs.open(status.path, errors="ignore") as f:
            for line in f.read().splitlines()[1:]:
                values = line.split(",")
                if len(values) == 4:
                    lines.append((int(values[0]), values[1], values[2], int(values[3])))
                else:
                    bad.setdefault(status.path, []).append(line)
    for path, texts in bad.items():
        with rejected.filesystem().open(f"lines/{path}", "w") as f:
            f.write("\n".join(texts))
    return orders.write_pandas(pd.DataFrame(lines, columns=["id", "customer", "country", "amount"]))
