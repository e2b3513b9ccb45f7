"""A pipeline takes each transform once and refuses two writers of one output."""

from __future__ import annotations

import types

import pytest

from transforms.api import Output, Pipeline, transform
from transforms.errors import DeclarationError, TransformTypeError


def writer(alias):
    """Return a transform that writes one dataset."""

    @transform(out=Output(alias))
    def compute(out): ...

    return compute


def test_one_transform_found_twice_is_one():
    """A re-export does not count twice, and order is kept."""
    one, two = writer("/1"), writer("/2")
    module = types.ModuleType("m")
    module.a, module.b, module.c, module.d = two, one, [one, two], (two,)
    pipeline = Pipeline()
    pipeline.discover_transforms(module, module)
    assert pipeline.transforms == [two, one]


def test_a_pipeline_is_a_collection_of_its_transforms_and_prints_some():
    """Empty, it is still a pipeline; of many, it names the first."""
    pipeline = Pipeline()
    assert (len(pipeline), bool(pipeline), repr(pipeline)) == (0, True, "<Pipeline of 0 transforms>")
    pipeline.add_transforms(*(writer(f"/{number}") for number in range(12)))
    assert list(pipeline) == pipeline.transforms
    assert len(pipeline) == 12
    assert repr(pipeline) == f"<Pipeline of 12 transforms: {', '.join(['compute'] * 10)}, …>"


def test_two_writers_of_one_output_are_both_named():
    """A ValueError with both places."""
    with pytest.raises(ValueError, match=r"compute \(.*test_pipeline.py:\d+\) and compute .* both write .*/same"):
        Pipeline().add_transforms(writer("/same"), writer("/same"))


def test_one_function_in_two_transforms_is_refused():
    """A ValueError, as documented."""

    def compute(out): ...

    with pytest.raises(ValueError, match="function of two transforms"):
        Pipeline().add_transforms(transform(out=Output("/a"))(compute), transform(out=Output("/b"))(compute))


@pytest.mark.parametrize("wrong", ["module", None, 3])
def test_only_modules_are_searched_and_only_transforms_are_added(wrong):
    """Anything else is named in the error."""
    with pytest.raises(TransformTypeError):
        Pipeline().discover_transforms(wrong)
    with pytest.raises(TransformTypeError):
        Pipeline().add_transforms(wrong)


def test_a_module_that_cannot_be_imported_is_named(tmp_path, monkeypatch):
    """With its file and its own error."""
    folder = tmp_path / "broken_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "bad.py").write_text("import there_is_no_such_thing")
    monkeypatch.syspath_prepend(str(tmp_path))
    import broken_package

    with pytest.raises(
        DeclarationError, match=r"bad.py cannot be imported: ModuleNotFoundError.*there_is_no_such_thing"
    ):
        Pipeline().discover_transforms(broken_package)


def test_a_generator_that_two_modules_hold_is_lost_to_neither():
    """It can be read once; each module finds what it gave, in every discovery."""
    first, second = types.ModuleType("first"), types.ModuleType("second")
    first.made = second.again = (writer(f"/{name}") for name in "ab")
    for modules in ([first, second], [second], [first]):
        pipeline = Pipeline()
        pipeline.discover_transforms(*modules)
        assert [transform.outputs["out"].alias for transform in pipeline.transforms] == ["/a", "/b"]


def test_a_generator_that_fails_is_named():
    """With its module, its name and its own error."""
    module = types.ModuleType("m")
    module.made = (writer(1 / divisor) for divisor in (0,))
    with pytest.raises(DeclarationError, match=r"m\.made .* cannot be read: ZeroDivisionError"):
        Pipeline().discover_transforms(module)


def test_modules_with_an_underscore_are_searched_and_main_is_not_run(tmp_path, monkeypatch):
    """Everything below a package is imported but what Python runs on its own."""
    folder = tmp_path / "underscored"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text("raise SystemExit(3)")
    (folder / "_private.py").write_text(
        "from transforms.api import transform, Output\n@transform(out=Output('/p'))\ndef private(out): ...\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import underscored

    pipeline = Pipeline()
    pipeline.discover_transforms(underscored)
    assert [transform.__name__ for transform in pipeline.transforms] == ["private"]


def test_a_transform_that_was_refused_owns_nothing():
    """Its other outputs stay free for those that come after it."""

    @transform(new=Output("/new"), taken=Output("/taken"))
    def refused(new, taken): ...

    pipeline = Pipeline()
    pipeline.add_transforms(writer("/taken"))
    with pytest.raises(DeclarationError, match="/taken"):
        pipeline.add_transforms(refused)
    pipeline.add_transforms(writer("/new"))
    assert len(pipeline.transforms) == 2
