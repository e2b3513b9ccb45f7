"""Lists of files as Spark DataFrames whose partitions are about equally large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from transforms.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from transforms.engine.spark.engine import SparkEngine

HEURISTICS = ("ffd", "wfd")
_MOST_BYTES, _OPEN_COST = 128 << 20, 4 << 20  # what Spark itself begins with


def files_dataframe(engine: SparkEngine, statuses: Sequence[Any], heuristic: str | None) -> DataFrame:
    """Return files as a frame of path, size and modified.

    :param engine: Spark.
    :param statuses: the files.
    :param heuristic: how they are put together; see :func:`packed`.
    """
    session = engine.session
    most = _bytes(session.conf.get("spark.sql.files.maxPartitionBytes"), _MOST_BYTES)
    cost = _bytes(session.conf.get("spark.sql.files.openCostInBytes"), _OPEN_COST)
    bins = packed([(status.size, status) for status in statuses], most, cost, heuristic)
    schema = "path string, size bigint, modified bigint"
    rows = [tuple(status) for one in bins for status in one]
    if engine.is_connect or not rows:
        return session.createDataFrame(rows, schema)
    partitions = session.sparkContext.parallelize([[tuple(status) for status in one] for one in bins], len(bins))
    return session.createDataFrame(partitions.flatMap(lambda one: one), schema)


def packed(items: Sequence[tuple[int, Any]], most: int, cost: int, heuristic: str | None) -> list[list[Any]]:
    """Put things of known size together, none of the groups larger than allowed unless one thing is.

    :param items: size and thing.
    :param most: the largest sum of a group.
    :param cost: what each thing takes in addition to its size.
    :param heuristic: ``ffd`` puts the largest first, each into the first group with room; ``wfd`` into the emptiest
        group; None keeps the order and begins a new group when one is full.
    :raises UsageError: for another heuristic.
    """
    if heuristic is not None and heuristic not in HEURISTICS:
        raise UsageError(f"packing_heuristic is 'ffd', 'wfd' or None; got {heuristic!r}.")
    ordered = list(items) if heuristic is None else sorted(items, key=lambda item: item[0], reverse=True)
    groups: list[list[Any]] = []
    sums: list[int] = []
    for size, thing in ordered:
        taken = size + cost
        fitting = [index for index, total in enumerate(sums) if total + taken <= most]
        if heuristic is None:
            fitting = [index for index in fitting if index == len(sums) - 1]
        if fitting:
            index = min(fitting, key=sums.__getitem__) if heuristic == "wfd" else fitting[0]
            groups[index].append(thing)
            sums[index] += taken
        else:
            groups.append([thing])
            sums.append(taken)
    return groups


def _bytes(text: str | None, default: int) -> int:
    units = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
    digits = (text or "").lower().removesuffix("b")
    if digits and digits[-1] in units and digits[:-1].isdigit():
        return int(digits[:-1]) * units[digits[-1]]
    return int(digits) if digits.isdigit() else default
