"""The rules by which a run goes on from the last one, as a table of cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from transforms.plan.incremental import Decision, InputState, OutputState, decide, foreseen
from transforms.spec.incremental import Incremental
from transforms.spec.resource import Resource
from transforms.store.entry import InputPin
from transforms.store.index import LastWrite


def written(alias="/out", by="sum_up", seq=7, kind="dataset", changed=None, aborted=(), **record):
    """Return an output that a transform wrote."""
    last = LastWrite(
        branch="master",
        key=f"{kind}:{alias}",
        seq=seq,
        transaction="t",
        transform=by,
        code_version="v",
        inputs={},
        inputs_branches={},
        inputs_versions={},
        time="2026-01-01T00:00:00+00:00",
        output={"rows": 1, "aborted": aborted, **({"incremental": record} if record else {})},
    )
    return OutputState(Resource(kind, alias), last, changed)


def unwritten(alias="/new"):
    """Return an output that nobody wrote yet."""
    return OutputState(Resource("dataset", alias), None)


def grown(name="/raw"):
    """Return an input that the last run read, and that only grew."""
    return InputState(name, InputPin(3, 2, "master"), "master")


PLAIN = Incremental()
CASES = {
    "all that was read only grew": (PLAIN, [written()], [grown()], True, "since commit #7"),
    "no inputs": (PLAIN, [written()], [], True, "since commit #7"),
    "never built": (PLAIN, [unwritten()], [grown()], False, "it was never built"),
    "no outputs": (PLAIN, [], [], False, "it was never built"),
    "an output that is new, beside one that is built": (
        PLAIN,
        [written(), unwritten()],
        [grown()],
        True,
        "since commit #7",
    ),
    "an input that is new": (PLAIN, [written()], [grown(), InputState("/new", None, "dev")], True, "since commit #7"),
    "rows of an input went": (
        PLAIN,
        [written()],
        [grown(), replace(grown("/b"), broken="commit #9 of put replaced what was there (version 3)")],
        False,
        "/b: commit #9 of put replaced what was there (version 3)",
    ),
    "an input on another branch": (
        PLAIN,
        [written()],
        [replace(grown(), branch="dev")],
        False,
        "/raw is read on branch dev, and was on master",
    ),
    "put over an output": (
        PLAIN,
        [written(by="put", seq=9)],
        [grown()],
        False,
        "/out was last written by put (commit #9)",
    ),
    "put over one of two outputs": (
        PLAIN,
        [written(), written("/b", by="put", seq=9)],
        [grown()],
        False,
        "/b was last written by put (commit #9)",
    ),
    "an output aborted alone": (
        PLAIN,
        [written(seq=7), written("/b", seq=9)],
        [grown()],
        False,
        "/out was last written by commit #7, and #9 wrote /b without it",
    ),
    "an output that the first run aborted alone": (
        PLAIN,
        [unwritten("/a"), written("/b", seq=9, aborted=["dataset:/a"])],
        [grown()],
        False,
        "/a was never written, as commit #9 left it out",
    ),
    "a new output beside one that was aborted and built since": (
        PLAIN,
        [unwritten(), written("/a"), written("/b", aborted=["dataset:/c"])],
        [grown()],
        True,
        "since commit #7",
    ),
    "a model that the last run did not publish": (
        PLAIN,
        [written("/m", seq=5, kind="model"), written(seq=9)],
        [grown()],
        True,
        "since commit #9",
    ),
    "a model published, and the dataset beside it aborted": (
        PLAIN,
        [written("/m", seq=9, kind="model"), written(seq=5)],
        [grown()],
        False,
        "/out was last written by commit #5, and #9 wrote /m without it",
    ),
    "an output that another program changed": (
        PLAIN,
        [written(changed="UPDATE by another program changed rows (version 4)")],
        [grown()],
        False,
        "/out: UPDATE by another program changed rows (version 4)",
    ),
    "a new output where another program has a table": (
        PLAIN,
        [written(), replace(unwritten(), changed="another program made it")],
        [grown()],
        False,
        "/new: another program made it",
    ),
    "semantic version raised": (
        Incremental(semantic_version=2),
        [written(semantic_version=1)],
        [grown()],
        False,
        "semantic_version 1 -> 2",
    ),
    "semantic version lowered": (
        Incremental(semantic_version=1),
        [written(semantic_version=3)],
        [grown()],
        False,
        "semantic_version 3 -> 1",
    ),
    "semantic version the same": (
        Incremental(semantic_version=2),
        [written(semantic_version=2)],
        [grown()],
        True,
        "since commit #7",
    ),
    "no semantic version so far counts as 1": (Incremental(), [written()], [grown()], True, "since commit #7"),
    "no semantic version so far, and now 2": (
        Incremental(semantic_version=2),
        [written()],
        [grown()],
        False,
        "semantic_version 1 -> 2",
    ),
    "v2_semantics turned on": (
        Incremental(v2_semantics=True),
        [written(v2_semantics=False, semantic_version=1)],
        [grown()],
        False,
        "v2_semantics was turned on",
    ),
    "v2_semantics as before": (
        Incremental(v2_semantics=True),
        [written(v2_semantics=True, semantic_version=1)],
        [grown()],
        True,
        "since commit #7",
    ),
    "v2_semantics turned off": (PLAIN, [written(v2_semantics=True)], [grown()], True, "since commit #7"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_decision_and_reason(case):
    """What is declared, what the outputs and inputs are; whether the run is incremental, and why."""
    declared, outputs, inputs, is_incremental, reason = CASES[case]
    decision = decide("sum_up", declared, outputs, inputs)
    assert (decision.is_incremental, decision.reason) == (is_incremental, reason)


def test_only_first_runs_and_declared_changes_are_meant():
    """What ``require_incremental`` lets pass."""
    meant = {case for case, (*given, _, _) in CASES.items() if decide("sum_up", *given).is_meant}
    assert meant == {
        "never built",
        "no outputs",
        "semantic version raised",
        "semantic version lowered",
        "no semantic version so far, and now 2",
        "v2_semantics turned on",
    }


def test_inputs_are_not_asked_where_the_outputs_decide():
    """Reading their logs would cost for nothing."""

    def asked():
        pytest.fail("an input was asked")
        yield grown()

    assert not decide("sum_up", PLAIN, [written(by="put")], asked()).is_incremental


def test_what_will_be_replaced_makes_a_run_whole():
    """A plan knows it beforehand; what is whole anyhow keeps its reason."""
    decision = decide("sum_up", PLAIN, [written()], [grown()])
    assert foreseen(decision, []) == decision
    assert str(foreseen(decision, ["/b", "/a"])) == "whole: /a, /b will be replaced"
    never = Decision(False, "it was never built", is_meant=True)
    assert foreseen(never, ["/a"]) == never
