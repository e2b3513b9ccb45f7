"""Contents: one lock, and batches that no later call reaches."""

from __future__ import annotations

import pytest

from palantir_models.experiment.errors import ExperimentClosedError, ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.media.tables import Table
from palantir_models.experiment.memory.contents import Batch, Contents
from palantir_models.experiment.values import Parameter


def drain(contents: Contents) -> Batch | None:
    """What came since the last time, if anything."""
    batches: list[Batch] = []
    contents.drain(batches)
    assert len(batches) < 2
    return batches[0] if batches else None


def test_draining_takes_everything_once() -> None:
    """A batch holds what came since the last one, and nothing logged later reaches it."""
    contents = Contents(Limits(), lambda: 0)
    assert drain(contents) is None
    one, two = Parameter("integer", 1), Parameter("integer", 2)
    contents.append_metrics({"a": 1.0}, None)
    contents.set_parameters({"j": one, "k": one})
    first = drain(contents)
    contents.append_metrics({"a": 2.0, "b": 2.0}, None)
    contents.set_parameters({"k": two})
    contents.append_plot("p", lambda: "{}", None, None)
    contents.set_table("t", lambda: Table(None, 0, "[]", b"xyz"))
    second = drain(contents)
    assert first is not None
    assert second is not None
    assert (first.value_count, first.names, first.parameters, first.plots) == (1, ["a"], {"j": one, "k": one}, [])
    assert (second.value_count, second.names, second.parameters, len(second.plots)) == (2, ["b"], {"k": two}, 1)
    assert second.size == 2 * 32 + 2 + 3
    assert contents.parameters == {"j": one, "k": two}
    assert drain(contents) is None


def test_encoding_is_spared_when_the_step_is_wrong() -> None:
    """An image whose step does not rise is refused before the work of encoding it."""
    contents = Contents(Limits(), lambda: 0)
    contents.append_image("a", lambda: "x", None, 3)
    with pytest.raises(ExperimentStepError):
        contents.append_image("a", lambda: pytest.fail("encoded"), None, 3)


def test_a_step_taken_while_encoding_is_refused() -> None:
    """When another thread takes the step during encoding, the later of the two is refused."""
    contents = Contents(Limits(), lambda: 0)

    def slow() -> str:
        contents.append_image("a", lambda: "fast", None, 3)
        return "slow"

    with pytest.raises(ExperimentStepError):
        contents.append_image("a", slow, None, 3)
    batch = drain(contents)
    assert batch is not None
    assert [row.content for row in batch.images] == ["fast"]


def test_room_for_hyperparameters_counts_new_keys() -> None:
    """At the limit a known key may be set again, but no batch with a new one is taken."""
    contents = Contents(Limits(parameters=2), lambda: 0)
    one, two = Parameter("integer", 1), Parameter("integer", 2)
    contents.set_parameters({"a": one, "b": one})
    contents.set_parameters({"a": two})
    with pytest.raises(ExperimentLimitError, match="'c'.*holds 2 hyperparameters"):
        contents.set_parameters({"b": two, "c": one})
    assert contents.parameters == {"a": two, "b": one}


def test_nothing_enters_closed_contents() -> None:
    """Each way in is refused with the reason, even when the closing comes during encoding."""
    contents = Contents(Limits(), lambda: 0)
    contents.append_metrics({"a": 1.0}, None)

    def closing() -> str:
        contents.close("it is over")
        return "x"

    with pytest.raises(ExperimentClosedError, match="it is over"):
        contents.append_plot("p", closing, None, None)
    assert not contents.metrics.append("a", 1.0, None)
    with pytest.raises(ExperimentClosedError):
        contents.append_metrics({"a": 1.0}, None)
    with pytest.raises(ExperimentClosedError):
        contents.set_parameters({})
    with pytest.raises(ExperimentClosedError):
        contents.set_table("t", lambda: Table(None, 0, "[]", b""))
    batch = drain(contents)
    assert batch is not None
    assert (batch.value_count, batch.plots, batch.tables) == (1, [], {})
