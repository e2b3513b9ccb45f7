"""RIDs: the same ones that jobs and the command line see."""

from __future__ import annotations

from palantir_models.page.ids import dataset_rid, experiment_id, experiment_rid, model_rid
from transforms.run.scope import resource_rid
from transforms.spec.resource import Resource

DIGITS = "0123456789abcdef" * 2


def test_a_resource_has_the_rid_that_its_job_sees() -> None:
    """So a RID that was logged leads to its page."""
    assert model_rid("/wine") == resource_rid(Resource("model", "/wine"))
    assert dataset_rid("/wine") == resource_rid(Resource("dataset", "/wine"))
    assert model_rid("/wine").startswith("ri.models.main.model.")
    assert dataset_rid("/wine").startswith("ri.foundry.main.dataset.")


def test_an_alias_that_is_a_rid_stands_for_itself() -> None:
    """As it does everywhere."""
    assert model_rid("ri.models.main.model.1") == "ri.models.main.model.1"


def test_an_experiment_is_named_by_its_digits_or_their_rid_and_nothing_else() -> None:
    """No text that could lead anywhere else comes through."""
    assert experiment_id(DIGITS) == experiment_id(experiment_rid(DIGITS)) == DIGITS
    for text in ("", DIGITS[1:], DIGITS.upper(), f"../{DIGITS}", f"ri.other.{DIGITS}", f"{DIGITS}\n", "٣" * 32):
        assert experiment_id(text) is None
