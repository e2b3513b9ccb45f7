"""Declaring ``@incremental``: on every form, in every order, each argument checked."""

from __future__ import annotations

import pytest

from transforms.api import (
    Input,
    Output,
    configure,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_pandas,
    transform_polars,
)
from transforms.errors import DeclarationError, TransformKeyError, TransformTypeError
from transforms.external.systems import Source, external_systems
from transforms.spec.incremental import Incremental

LIMITED = incremental(v2_semantics=True)


def plain(raw, output): ...


def whole(raw): ...


def declared(**inputs):
    """Return the undecorated form of a transform with one input, unless told otherwise."""
    return transform(**(inputs or {"raw": Input("/raw")}), output=Output("/o"))(plain)


FORMS = {
    "transform": lambda: declared(),
    "using": lambda: transform.using(raw=Input("/raw"), output=Output("/o"))(plain),
    "spark.using": lambda: transform.spark.using(raw=Input("/raw"), output=Output("/o"))(plain),
    "_df": lambda: transform_df(Output("/o"), raw=Input("/raw"))(whole),
    "_pandas": lambda: transform_pandas(Output("/o"), raw=Input("/raw"))(whole),
    "_polars": lambda: transform_polars(Output("/o"), raw=Input("/raw"))(whole),
    "lightweight": lambda: lightweight(declared()),
    "configure": lambda: configure("PROFILE")(declared()),
    "lightweight over external": lambda: lightweight()(external_systems(s=Source("ri.s"))(declared())),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_incremental(form):
    """What is declared is kept with the transform."""
    made = incremental(semantic_version=3, snapshot_inputs=["raw"], strict_append=True)(FORMS[form]())
    assert made.incremental == Incremental(semantic_version=3, snapshot_inputs=("raw",), strict_append=True)


def test_it_may_stand_below_other_decorators():
    """Every order that real code has."""
    for above in (configure("PROFILE"), lightweight, lightweight(cpu_cores=1), external_systems(s=Source("ri.s"))):
        assert above(incremental()(declared())).incremental == Incremental()


def test_without_it_there_is_nothing():
    """A transform runs on everything."""
    assert declared().incremental is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"require_incremental": "yes"}, "require_incremental is True or False, not 'yes'"),
        ({"semantic_version": "2"}, "semantic_version is a whole number, not '2'"),
        ({"semantic_version": True}, "semantic_version is a whole number, not True"),
        ({"semantic_version": 1.5}, "semantic_version is a whole number, not 1.5"),
        ({"snapshot_inputs": "raw"}, "snapshot_inputs is a list of names"),
        ({"snapshot_inputs": 3}, "snapshot_inputs is a list of names"),
        ({"allow_retention": None}, "allow_retention is True or False, not None"),
        ({"strict_append": 1}, "strict_append is True or False, not 1"),
        ({"v2_semantics": 2}, "v2_semantics is True or False, not 2"),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(arguments, said):
    """Where they are written, naming the transform and its line."""
    with pytest.raises(TransformTypeError, match=said) as caught:
        incremental(**arguments)(declared())
    assert "plain (" in str(caught.value)
    assert "test_incremental.py:" in str(caught.value)


def test_without_parentheses_it_says_what_to_write():
    """As it is a decorator with arguments on Foundry, too."""
    with pytest.raises(TransformTypeError, match=r"write @incremental\(\)"):
        incremental(declared())


def test_an_unknown_snapshot_input_is_refused():
    """With the inputs there are, and the nearest."""
    with pytest.raises(TransformKeyError, match=r"names 'rwa', but the inputs are raw\. Did you mean 'raw'"):
        incremental(snapshot_inputs=["rwa"])(declared())


@pytest.mark.parametrize("limit", [0, -1, 1.0, True, "3"])
def test_a_limit_of_transactions_is_a_number(limit):
    """One or more."""
    with pytest.raises(TransformTypeError, match="whole number, 1 or more"):
        Input("/raw", transaction_limit=limit)


def test_a_limit_needs_v2_semantics():
    """Without, and without ``@incremental`` at all, it would be left out in silence."""
    limited = Input("/raw", transaction_limit=2)
    for made in (declared(raw=limited), incremental()(declared(raw=limited))):
        with pytest.raises(DeclarationError, match=r"needs @incremental\(v2_semantics=True\)"):
            made.check_complete()
    LIMITED(declared(raw=limited)).check_complete()


def test_a_limit_on_a_snapshot_input_is_refused():
    """It is read whole."""
    made = incremental(v2_semantics=True, snapshot_inputs=["raw"])(declared(raw=Input("/raw", transaction_limit=2)))
    with pytest.raises(DeclarationError, match="is a snapshot input, which is read whole"):
        made.check_complete()


def test_two_limits_on_one_dataset_are_refused():
    """A run reads a dataset up to one place."""

    def twice(raw, again, output): ...

    made = transform(raw=Input("/r", transaction_limit=2), again=Input("/r"), output=Output("/o"))(twice)
    with pytest.raises(DeclarationError, match="different transaction limits"):
        LIMITED(made).check_complete()
