"""Random histories of incremental transforms: what may happen, in which order."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.transforms.run.lake_model import OUTPUTS, STEPS, Lake

Step = tuple[str, str, str, int]
"""What happens, on which branch, to which dataset or transform; how much of it, or how it ends."""

ENDINGS = ["commit", "commit", "commit", "failure", "abort", "abort of one output"]
KILLED_AT = [
    "first frame staged",
    "everything staged",
    "ledger row written",
    "after the link",
    "after table 1",
    "after table 2",
    "before the mark",
]
_BRANCHES = st.sampled_from(["master", "master", "dev"])
_TRANSFORMS = st.sampled_from(list(OUTPUTS))
_DATASETS = st.sampled_from(["/raw", "/raw", *(alias for outputs in OUTPUTS.values() for alias in outputs)])
GROWING = st.tuples(st.sampled_from(["append", "outside"]), _BRANCHES, st.just("/raw"), st.integers(0, 4))
RUNNING = st.tuples(st.just("run"), _BRANCHES, _TRANSFORMS, st.integers(0, len(ENDINGS) - 1))
KILLED = st.tuples(st.just("kill"), _BRANCHES, _TRANSFORMS, st.integers(0, len(KILLED_AT) - 1))
REWRITING = st.tuples(st.sampled_from(["optimize", "merge", "checkpoint"]), _BRANCHES, _DATASETS, st.just(0))
ANYTHING = st.tuples(st.sampled_from(list(STEPS)), _BRANCHES, _DATASETS, st.integers(0, 3))


def happens(lake: Lake, step: Step, engine: str) -> None:
    """Do a step; one that cannot be done does nothing."""
    what, branch, name, number = step
    if what == "run":
        lake.run(name, branch, ENDINGS[number], engine=engine)
    elif what == "kill":
        lake.run(name, branch, step=KILLED_AT[number])
    elif (branch, name) in lake.tables or (what in ("put", "append") and name == "/raw"):
        STEPS[what](lake, branch, name, number)


def settle(lake: Lake, engine: str, branches: Sequence[str] = ("master", "dev")) -> None:
    """Run everything until there is nothing more to read."""
    for branch in branches:
        if lake.found(branch, "/raw") is None:
            lake.put(branch, "/raw", 2)
        for name in OUTPUTS:
            lake.run(name, branch, engine=engine)
        for _ in lake.tables[lake.found(branch, "/raw") or "", "/raw"].moments:
            if lake.tables[branch, "/limited"].rows == lake.tables[branch, "/doubled"].rows:
                break
            lake.run("limited", branch, engine=engine)
        assert lake.tables[branch, "/limited"].rows == lake.tables[branch, "/doubled"].rows
