"""A job that is killed in the middle leaves all of it or nothing, and the next one goes on from there."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.api import Input, IntegerParam, Output, incremental, transform
from transforms.errors import DataError, UsageError

pytestmark = pytest.mark.slow


@incremental()
@transform.using(raw=Input("/raw"), by=IntegerParam(1), a=Output("/a"), b=Output("/b"))
def share(raw, by, a, b):
    """Write to two datasets."""
    rows = raw.polars().with_columns(pl.col("x") * by.value)
    a.write_table(rows)
    b.write_table(rows)


@pytest.mark.parametrize(
    ("step", "is_committed", "tables"),
    [("written", False, 0), ("sealed", False, 0), ("committed", True, 0), ("published", True, 1), ("ended", True, 2)],
)
def test_a_job_that_is_killed_is_committed_or_not(run_transform, crash_at, store, step, is_committed, tables) -> None:
    killed = crash_at(step, share, {"raw": [{"x": 1}]}, {"by": 2})
    assert (killed.status, killed.entry is not None, len(killed.outputs)) == ("killed", is_committed, tables)
    store.recover()
    after = run_transform(share)
    assert after.is_incremental is is_committed
    assert after.outputs["a"].rows() == after.outputs["b"].rows() == [{"x": 2 if is_committed else 1}]


def test_what_cannot_be_killed_is_told(crash_at) -> None:
    """An unknown step, one that never comes, and a job that fails before."""
    with pytest.raises(UsageError, match="There is no step 'publishd'. Did you mean 'published'"):
        crash_at("publishd", share)
    with pytest.raises(UsageError, match=r"share \(.*\) committed before it came to the step 'published:3'"):
        crash_at("published:3", share, {"raw": [{"x": 1}]})

    @transform.using(out=Output("/out"))
    def fail(out):
        raise DataError("no rows today")

    with pytest.raises(DataError, match="no rows today"):
        crash_at("sealed", fail)
