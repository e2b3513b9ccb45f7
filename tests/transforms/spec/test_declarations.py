"""Declaring transforms: what is refused, and how it is said."""

from __future__ import annotations

import functools
from datetime import timedelta

import pandas as pd
import pytest

from transforms import expectations as E
from transforms.api import (
    BooleanParam,
    Check,
    ComputeBackend,
    FloatParam,
    Input,
    InputSet,
    IntegerParam,
    Markings,
    OrgMarkings,
    Output,
    StringParam,
    configure,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_polars,
)
from transforms.errors import DeclarationError, TransformKeyError, TransformTypeError
from transforms.external.systems import Source, external_systems


def test_a_transform_is_called_as_the_function_it_decorates():
    """Positional or keyword, with whatever is passed: the hook for unit tests."""

    @transform.using(a=Input("/a"), out=Output("/out"))
    def compute(a, out, times=2):
        """Doc."""
        return (a, out, times)

    assert compute(1, out=2, times=3) == (1, 2, 3)
    assert (compute.__name__, compute.__doc__, compute.inputs["a"].alias) == ("compute", "Doc.", "/a")
    compute.__name__ = "renamed"
    assert compute.__name__ == "renamed"


def test_compute_binds_by_name_and_returns_the_outputs():
    """The documented way to run a transform with instantiated parameters."""
    seen = []

    @transform(out=Output("/out"), a=Input("/a"))
    def compute(a, ctx, out):
        seen.append((a, ctx, out))

    assert compute.compute(ctx="c", a="A", out="O") == {"out": "O"}
    assert seen == [("A", "c", "O")]


def test_names_that_do_not_match_are_both_shown():
    """The error names the transform, its line, both sides, and the nearest name."""
    with pytest.raises(DeclarationError) as caught:

        @transform(raw=Input("/a"), outptu=Output("/b"))
        def compute(raw, output): ...

    message = str(caught.value)
    assert "test_declarations.py:" in message
    assert all(word in message for word in ("'outptu'", "output", "(raw, outptu)", "Did you mean 'output'"))


def test_a_parameter_that_nobody_declares_is_found_before_the_job_runs(run_transform):
    """Another decorator might still have brought it, so it is checked last."""

    @transform(out=Output("/b"))
    def compute(out, rwa): ...

    with pytest.raises(DeclarationError, match="'rwa' is not in the decorator"):
        run_transform(compute)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: transform(a="/not/an/input"),
        lambda: transform(ctx=Input("/a")),
        lambda: transform_df(Input("/a")),
        lambda: transform_df("/a"),
        lambda: transform_polars(Output("/a"), b=Output("/b")),
        lambda: transform_df(Output("/a"), Output("/b")),
        lambda: transform(Input("/a")),
        lambda: Input(3),
        lambda: Input("/a", failure_strategy="maybe"),
        lambda: Input("/a", checks="no check"),
        lambda: InputSet([]),
        lambda: InputSet("/a"),
        lambda: Check("no expectation", "name"),
        lambda: Check(E.true(), ""),
        lambda: Check(E.true(), "n", on_error="MAYBE"),
        lambda: IntegerParam("3"),
        lambda: IntegerParam(True),
        lambda: StringParam(3),
        lambda: BooleanParam(1),
        lambda: FloatParam("x"),
        lambda: configure()(lambda: None),
        lambda: incremental()(lambda: None),
        lambda: lightweight(lambda: None),
        lambda: lightweight(transform_df(Output("/a"))(lambda: None)),
        lambda: lightweight(memory_mb=1, memory_gb=1)(transform(out=Output("/a"))(lambda out: None)),
        lambda: lightweight(cpu_cores="four")(transform(out=Output("/a"))(lambda out: None)),
        lambda: transform.using(out=Output("/a")).with_resources(memory_gb=-1)(lambda out: None),
        lambda: lightweight(container_image="i")(transform(out=Output("/a"))(lambda out: None)),
        lambda: configure()(transform.using(out=Output("/a"))(lambda out: None)),
        lambda: transform(out=Output("/a"))("no function"),
        lambda: E.col(3),
        lambda: E.any("no expectation"),
        lambda: E.primary_key(3),
        lambda: E.group_by(["a"]),
        lambda: E.dataset_ref(Input("/a")),
        lambda: E.schema().contains(["a"]),
        lambda: E.col("a").gt_col(3),
        lambda: E.col("a").is_after_col(3),
        lambda: E.col("a").is_after(3),
        lambda: E.col("a").rlike(3),
        lambda: E.col("a").is_in_foreign_col("b"),
        lambda: Input("/a", checks=3),
        lambda: transform(out=Output("/a"))(functools.partial(lambda out: None)),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_written(wrong):
    """A wrong declaration fails with a TypeError or a ValueError of ours."""
    with pytest.raises((DeclarationError, TypeError)):
        wrong()


def test_a_snapshot_input_must_be_an_input():
    """A KeyError, as documented, that lists the inputs."""
    with pytest.raises(TransformKeyError, match="the inputs are a"):
        incremental(snapshot_inputs=["b"])(transform(a=Input("/a"), out=Output("/o"))(lambda a, out: None))
    assert issubclass(TransformKeyError, KeyError)
    assert issubclass(TransformTypeError, TypeError)


def test_unbound_inputs_can_be_made_and_changed():
    """``Input()`` is valid, and its attributes can be set, as documented tests do."""
    made = Input()
    made.dataframe = lambda: "frame"
    assert made.alias is None
    assert made.dataframe() == "frame"


def test_a_wrapped_function_is_bound_by_its_own_parameters():
    """A decorator between the transform and the function does not hide them."""

    def traced(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)

        return wrapper

    @transform(a=Input("/a"), out=Output("/o"))
    @traced
    def compute(ctx, a, out): ...

    assert compute.wants_ctx
    assert compute.source.file.endswith("test_declarations.py")


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [
        (IntegerParam(1), "7", 7),
        (FloatParam(1), "2.5", 2.5),
        (BooleanParam(False), "true", True),
        (StringParam(""), "x", "x"),
    ],
)
def test_overrides_come_as_text_from_the_command_line(param, text, value):
    """Text is read as the parameter's type, and anything else is refused."""
    assert param.coerce(text) == value
    if not isinstance(param, StringParam):
        with pytest.raises(TransformTypeError):
            param.coerce("neither")


@pytest.mark.parametrize("form", [transform.using, transform])
def test_a_job_has_the_values_it_was_given_and_a_wrong_one_is_answered_with_the_declaration(form, run_transform):
    """On both engines' forms; the ledger keeps every value, and a default that may be a secret is not shown."""
    seen = []

    @form(n=IntegerParam(1), api_key=StringParam("sk-live-1"), share=FloatParam(0.5), out=Output("/out"))
    def compute(n, api_key, share, out):
        seen.append((n.value, api_key.value, share.value))
        out.write_pandas(pd.DataFrame({"n": [n.value]}))

    assert run_transform(compute, params={"n": 3, "share": 2}).entry.parameters["n"] == 3
    assert seen == [(3, "sk-live-1", 2.0)]
    with pytest.raises(
        TransformTypeError, match=r"declares n=1 \(IntegerParam\): IntegerParam takes a whole number; got '3.5'"
    ):
        run_transform(compute, params={"n": "3.5"})
    with pytest.raises(ValueError, match=r"no parameter 'm'. It has: n=1 \(IntegerParam\), api_key=\*"):
        run_transform(compute, params={"m": 1})


@pytest.mark.parametrize(
    ("declare", "error", "says"),
    [
        (lambda: Input("/a", stop_propagating="PII"), TransformTypeError, "takes Markings or OrgMarkings; got 'PII'"),
        (lambda: Markings([1], "master"), TransformTypeError, "marking_ids=.1.*: give a text"),
        (lambda: OrgMarkings("m", None), TransformTypeError, "OrgMarkings.on_branches=None.: give a text"),
        (lambda: configure(backend="VELOXX"), DeclarationError, "Did you mean 'VELOX'"),
        (lambda: configure(profile=3), TransformTypeError, "the name of a Spark profile"),
        (lambda: configure(allowed_run_duration=60), TransformTypeError, "give a timedelta"),
    ],
)
def test_what_is_kept_for_compatibility_is_looked_at_all_the_same(declare, error, says):
    """A word that nobody knows is a mistake also where it would do nothing."""
    with pytest.raises(error, match=says):
        declare()


def test_markings_and_backends_are_taken_in_every_documented_form():
    """One id or a list, by place or by name; a backend as a member or as its name."""
    one = Input("/a", stop_propagating=Markings("m", on_branches=["master"]), stop_requiring=OrgMarkings(["a"], "dev"))
    assert repr(one.stop_propagating) == "Markings('m', on_branches=['master'])"
    declared = transform(out=Output("/o"))(lambda out: None)
    for backend in (ComputeBackend.VELOX, ComputeBackend.SPARK, "VELOX", "velox"):
        assert configure(["A", "B"], timedelta(minutes=5), backend=backend)(declared).profiles == ("A", "B")


def test_expectations_are_values_with_a_readable_form():
    """Equal declarations are equal, and a check shows what it expects."""
    assert E.col("a").is_in(1, 2) == E.col("a").is_in(1, 2)
    assert str(E.all(E.col("a").non_null(), E.count().gt(3))) == "(a is not null and count() > 3)"
    chosen = E.when(E.true(), E.false()).otherwise(E.primary_key("x"))
    assert str(chosen) == "if always then never else (x) is a primary key: unique and not null"


def test_a_source_cannot_take_the_name_of_another_parameter():
    """It would silently stand in for the input."""
    with pytest.raises(DeclarationError, match="'a' is the name of another"):
        external_systems(a=Source("ri.source"))(transform(a=Input("/a"), out=Output("/o"))(lambda a, out: None))


def test_two_parameters_cannot_write_one_output(run_transform):
    """Both are named, before anything runs."""

    @transform.using(one=Output("/same"), two=Output("/same"))
    def compute(one, two): ...

    with pytest.raises(DeclarationError, match="'one' and 'two' both write the dataset /same"):
        run_transform(compute)


def checked(*, inputs=None, outputs=None):
    """Declare a transform with these parameters."""

    def build(**given): ...

    return transform(**(inputs or {}), **(outputs or {"out": Output("/out")}))(build)


@pytest.mark.parametrize(
    ("declare", "told"),
    [
        (lambda: checked(inputs={"a": Input("/a", checks=[Check(E.true(), "one"), Check(E.true(), "one")])}), "'one'"),
        (
            lambda: checked(
                inputs={"a": Input("/a", checks=Check(E.true(), "one"))},
                outputs={"out": Output("/out", checks=Check(E.true(), "one"))},
            ),
            "'a' and 'out' both have a check 'one'",
        ),
        (
            lambda: checked(
                inputs={
                    "known": Input("/k"),
                    "a": Input("/a", checks=Check(E.count().gt(E.dataset_ref("knwn").count()), "c")),
                }
            ),
            "Did you mean 'known'",
        ),
        (
            lambda: checked(inputs={"a": Input("/a", checks=Check(E.count().gt(E.dataset_ref("a").count()), "c"))}),
            "compares 'a' with itself",
        ),
        (
            lambda: checked(
                inputs={"s": InputSet(["/a", "/b"])},
                outputs={"out": Output("/out", checks=Check(E.count().gt(E.dataset_ref("s").count()), "c"))},
            ),
            "which is 2 datasets",
        ),
    ],
    ids=["twice on one", "on two", "unknown", "itself", "several"],
)
def test_checks_that_cannot_be_told_apart_or_refer_to_nothing_are_refused(declare, told):
    """Where the transform is declared, with its line."""
    with pytest.raises(DeclarationError, match=rf"test_declarations\.py:\d+.*{told}"):
        declare()


def test_what_a_check_expects_is_part_of_the_version():
    """Another expectation, or another consequence, makes the job run again."""
    versions = {
        checked(inputs={"a": Input("/a", checks=checks)}).version
        for checks in (
            None,
            Check(E.count().gt(1), "c"),
            Check(E.count().gt(2), "c"),
            Check(E.count().gt(2), "c", "WARN"),
        )
    }
    assert len(versions) == 4
