"""Arguments of an adapter that are kept by their serializers."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import palantir_models as pm
from palantir_models.adapter import load_adapter, save_adapter
from palantir_models.errors import AdapterError, SerializationError
from palantir_models.serializers import DillSerializer, JsonSerializer
from transforms.errors import TransformTypeError


def round_trip(adapter: pm.ModelAdapter, state: Path) -> Any:
    saved = save_adapter(adapter, state)
    return load_adapter(state, saved.adapter, saved.sha256)


def test_serializers_keep_each_argument_in_its_own_folder(adapters: ModuleType, state: Path) -> None:
    """Two arguments with the same serializer do not overwrite each other."""
    loaded = round_trip(adapters.Scaled({"a": 1}, {"a": 2}), state)
    assert (loaded.first, loaded.second) == ({"a": 1}, {"a": 2})
    assert sorted(p.relative_to(state).as_posix() for p in state.rglob("*.json")) == [
        "first/config.json",
        "second/config.json",
    ]


def test_bare_keeps_every_kind_of_argument(adapters: ModuleType, state: Path) -> None:
    """The bare form keeps positional, variable, keyword-only and extra named arguments, defaults among them."""
    loaded = round_trip(adapters.Bare(lambda x: x + 1, 2, 3, extra="e"), state)
    assert (loaded.model(1), loaded.rest, loaded.flag, loaded.options) == (2, (2, 3), False, {"extra": "e"})


def test_called_empty_is_the_bare_form(adapters: ModuleType, state: Path) -> None:
    """``@auto_serialize()`` keeps every argument with dill."""
    loaded = round_trip(adapters.Called(model={1, 2}), state)
    assert loaded.model == {1, 2}
    assert (state / "model" / "dill.pkl").is_file()


def test_inherited_constructor_rebuilds_the_subclass(adapters: ModuleType, state: Path) -> None:
    """A class that inherits a decorated constructor is loaded as itself."""
    loaded = round_trip(adapters.Inheriting(7), state)
    assert type(loaded) is adapters.Inheriting
    assert loaded.model == 7


def test_outermost_constructor_is_kept(adapters: ModuleType, state: Path) -> None:
    """When a decorated constructor calls another, the arguments of the instance's own class are kept."""
    loaded = round_trip(adapters.Extending("n"), state)
    assert (loaded.name, loaded.model) == ("n", {"name": "n"})


def test_undecorated_subclass_is_refused(adapters: ModuleType, state: Path) -> None:
    """A constructor that is not decorated keeps nothing, even when it calls one that is."""
    with pytest.raises(AdapterError, match="Undecorated has no save"):
        save_adapter(adapters.Undecorated(), state)


def test_argument_without_serializer_is_named_at_definition() -> None:
    """With serializers given, the arguments that have none are named when the class is defined."""
    with pytest.raises(AdapterError, match="no serializer for 'second', 'third'"):

        class Partial:
            @pm.auto_serialize(first=JsonSerializer())
            def __init__(self, first: Any, second: Any, third: Any = 1) -> None: ...


def test_serializer_without_argument_suggests_the_nearest() -> None:
    """A serializer for an argument that does not exist names the nearest one."""
    with pytest.raises(AdapterError, match="Did you mean 'model'"):

        class Misspelled:
            @pm.auto_serialize(modle=JsonSerializer())
            def __init__(self, model: Any) -> None: ...


def test_serializer_class_is_refused() -> None:
    """A serializer class in place of an instance is told how to be called."""
    with pytest.raises(TransformTypeError, match=r"call it, as in DillSerializer\(\)"):

        class NotCalled:
            @pm.auto_serialize(model=DillSerializer)  # type: ignore[call-overload, untyped-decorator]
            def __init__(self, model: Any) -> None: ...


def test_only_constructors_are_decorated() -> None:
    """Decorating a class or another method is refused."""
    with pytest.raises(TransformTypeError, match="__init__"):
        pm.auto_serialize(lambda self: None)
    with pytest.raises(TransformTypeError, match="__init__"):
        pm.auto_serialize(int)  # type: ignore[type-var]


def test_failure_names_class_argument_and_serializer(adapters: ModuleType, state: Path) -> None:
    """What cannot be written names the adapter class, the argument and the serializer."""
    with pytest.raises(SerializationError, match="'second' of Scaled could not be saved with JsonSerializer"):
        save_adapter(adapters.Scaled({}, {"x": object()}), state)


def test_argument_added_after_publishing_takes_its_default(adapters: ModuleType, state: Path) -> None:
    """A class that has gained an argument with a default still loads an older state."""
    saved = save_adapter(adapters.Called(5), state)

    class Newer(adapters.Called):  # type: ignore[misc, name-defined]
        @pm.auto_serialize
        def __init__(self, model: Any, threshold: float = 0.5) -> None:
            self.model, self.threshold = model, threshold

    loaded: Any = load_adapter(state, saved.adapter, saved.sha256, adapter_class=Newer)
    assert (loaded.model, loaded.threshold) == (5, 0.5)


def test_a_full_disk_is_no_fault_of_the_serializer(adapters: ModuleType, state: Path, monkeypatch: Any) -> None:
    """Another serializer would fare no better: what is said is to make room."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pm.serializers.JsonSerializer, "serialize", full)
    with pytest.raises(SerializationError, match=r"No space left on device\. Make room") as caught:
        save_adapter(adapters.Scaled(1, 2), state)
    assert "another serializer" not in str(caught.value)
