"""Kinds of parameters that a user adds: their class says what the function receives, on both sides."""

from __future__ import annotations

import pytest

from transforms.api import (
    FoundryInputParam,
    FoundryOutputParam,
    Input,
    InputSet,
    IntegerParam,
    LightweightInputParam,
    Output,
    OutputSet,
    Param,
    transform,
)
from transforms.errors import DeclarationError, NotFoundError

ROWS = [{"x": 1}]


class Greeting(Param):
    """A text of the branch and the parameters."""

    @property
    def json_value(self) -> str:
        return "Hello"

    @staticmethod
    def instance(context, json_value) -> str:
        return f"{json_value} {context.branch} {context.param_overrides} {sorted(context.input_specs)}"


class Newest(FoundryInputParam, LightweightInputParam):
    """Reads a dataset as a pandas frame, on both kinds of transforms by one way."""

    def __init__(self, alias: str) -> None:
        super().__init__([alias])

    @staticmethod
    def instance(context, json_value):
        return context.foundry_connector.input(alias=json_value["aliases"][0]).pandas()

    @staticmethod
    def lightweight_instance(context, json_value):
        return Newest.instance(context, json_value).assign(light=True)


class Twice(FoundryOutputParam):
    """Writes a frame into two datasets."""

    @staticmethod
    def instance(context, json_value):
        outputs = [context.foundry_connector.output(alias=alias) for alias in json_value["aliases"]]
        return lambda frame: [output.write_pandas(frame) for output in outputs]


def test_a_value_is_what_its_class_makes_of_the_context(run_transform) -> None:
    seen = []

    @transform.using(greeting=Greeting("a greeting"), n=IntegerParam(2), rows=Input("/rows"), out=Output("/out"))
    def compute(greeting, n, rows, out) -> None:
        seen.append(greeting)
        out.write_table(rows.polars())

    entry = run_transform(compute, {"rows": ROWS}, {"n": 3}).entry

    assert seen == ["Hello master {'n': 3} ['rows']"]
    assert entry.parameters == {"n": 3}


def test_inputs_and_outputs_are_opened_by_the_connector_and_committed(run_transform) -> None:
    @transform(rows=Newest("/rows"), write=Twice(["/one", "/two"]))
    def compute(rows, write) -> None:
        write(rows)

    result = run_transform(compute, {"rows": ROWS})

    assert [result.outputs[alias].rows() for alias in ("/one", "/two")] == [ROWS, ROWS]
    assert list(result.entry.inputs) == ["dataset:/rows"]


def test_a_single_node_has_its_own_instance(run_transform) -> None:
    @transform.using(rows=Newest("/rows"), out=Output("/out"))
    def compute(rows, out) -> None:
        out.write_table(rows)

    assert run_transform(compute, {"rows": ROWS}).outputs["out"].rows() == [{"x": 1, "light": True}]


def test_a_class_that_is_silent_gives_lists(run_transform) -> None:
    @transform(rows=FoundryInputParam(["/a", "/b"]), outs=FoundryOutputParam(["/c", "/d"]))
    def compute(rows, outs) -> None:
        for one, other in zip(rows, outs, strict=True):
            other.write_pandas(one.pandas())

    result = run_transform(compute, {"rows": {"/a": ROWS, "/b": [{"x": 2}]}})

    assert [result.outputs[alias].rows() for alias in ("/c", "/d")] == [ROWS, [{"x": 2}]]


def test_sets_take_a_list_or_a_dict_of_data(run_transform) -> None:
    @transform(rows=InputSet(["/a", "/b"]), outs=OutputSet(["/c", "/d"]))
    def compute(rows, outs) -> None:
        for one, other in zip(rows, outs, strict=True):
            other.write_pandas(one.pandas())

    assert run_transform(compute, {"rows": [ROWS, [{"x": 2}]]}).outputs["/d"].rows() == [{"x": 2}]
    with pytest.raises(NotFoundError, match="a set of 2 datasets"):
        run_transform(compute, {"rows": ROWS})


def test_what_is_not_declared_or_has_no_alias_is_told(run_transform) -> None:
    class Other(Twice):
        @staticmethod
        def instance(context, json_value):
            return context.foundry_connector.output(alias="/on")

    with pytest.raises(NotFoundError, match="writes no '/on'. Did you mean '/one'"):
        run_transform(transform(write=Other(["/one"]))(lambda write: None))
    with pytest.raises(DeclarationError, match="has no alias"):
        run_transform(transform(write=Twice([None]))(lambda write: None))
    with pytest.raises(ValueError, match="exactly one of alias and rid"):
        run_transform(transform(write=Both(["/one"]))(lambda write: None))


class Both(Twice):
    """Asks for nothing in particular."""

    @staticmethod
    def instance(context, json_value):
        return context.foundry_connector.output()
