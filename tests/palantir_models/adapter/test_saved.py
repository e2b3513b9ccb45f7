"""An adapter that was saved comes back as it was, or is refused."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import dill
import pytest

import palantir_models as pm
from models_api.models_api_executable import (
    ContainerizedApplicationContext,
    ExternalModel,
    ExternalModelExecutionContext,
)
from palantir_models.adapter import load_adapter, save_adapter
from palantir_models.adapter.artifacts import verify
from palantir_models.adapter.saved import LoadContexts
from palantir_models.adapter.state import ModelStateReader
from palantir_models.errors import (
    AdapterError,
    AdapterNotFoundError,
    ArtifactMismatchError,
    SerializationError,
)
from transforms.errors import StoreError, TransformTypeError, UnavailableError


class Payload:
    """An object whose unpickling leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.trace),)


def test_saved_adapter_describes_itself(adapters: ModuleType, state: Path) -> None:
    """Saving gives the class, the API, the serializers, the digests and the distributions in use."""
    saved = save_adapter(adapters.Called(1), state)
    assert saved.adapter == "sample_adapters:Called"
    assert [entry["name"] for entry in json.loads(saved.api)["inputs"]] == ["df_in", "scale"]
    assert json.loads(saved.serializers) == {"model": "DillSerializer"}
    assert list(saved.sha256) == [".code/sample_adapters.py", "model/dill.pkl"]
    assert len(saved.sha256["model/dill.pkl"]) == 64
    assert [requirement.partition("==")[0] for requirement in json.loads(saved.requirements)] == [
        "dill",
        "transforms-on-delta",
    ]


def test_save_and_load_overrides_are_used(adapters: ModuleType, state: Path) -> None:
    """An adapter with its own ``save`` and a one-argument ``load`` round-trips."""
    saved = save_adapter(adapters.ByHand("häß"), state)
    loaded: Any = load_adapter(state, saved.adapter, saved.sha256)
    assert loaded.text == "häß"
    assert json.loads(saved.serializers) == {}


def test_tampered_pickle_is_refused_before_it_runs(adapters: ModuleType, state: Path, tmp_path: Path) -> None:
    """A changed dill file is refused by its digest, and its payload never runs."""
    import dill

    trace = tmp_path / "payload-ran"
    saved = save_adapter(adapters.Called(1), state)
    (state / "model" / "dill.pkl").write_bytes(dill.dumps(Payload(trace)))
    with pytest.raises(ArtifactMismatchError, match="model/dill.pkl was changed"):
        load_adapter(state, saved.adapter, saved.sha256)
    assert not trace.exists()
    dill.loads((state / "model" / "dill.pkl").read_bytes())
    assert trace.exists(), "the payload would have run"


def test_tampered_state_is_refused_before_its_class_is_imported(adapters: ModuleType, state: Path) -> None:
    """Files are verified before any module is imported."""
    saved = save_adapter(adapters.Called(1), state)
    (state / "model" / "dill.pkl").write_bytes(b"")
    sys.modules.pop("sample_adapters")
    with pytest.raises(ArtifactMismatchError):
        load_adapter(state, saved.adapter, saved.sha256)
    assert "sample_adapters" not in sys.modules


def test_missing_added_and_linked_files_are_refused(adapters: ModuleType, state: Path, tmp_path: Path) -> None:
    """A file that is gone, one that nobody published, and a linked folder are each named."""
    saved = save_adapter(adapters.Scaled({}, {}), state)
    (state / "first" / "config.json").unlink()
    (state / "extra.bin").touch()
    (state / "link").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ArtifactMismatchError) as refused:
        load_adapter(state, saved.adapter, saved.sha256)
    for problem in ("first/config.json is missing", "extra.bin was added", "link was added"):
        assert problem in str(refused.value)


def test_absent_folder_is_a_mismatch(state: Path) -> None:
    """A state whose folder is gone is told as missing files."""
    with pytest.raises(ArtifactMismatchError, match="a is missing"):
        load_adapter(state, "json:JSONDecoder", {"a": "00"})


def test_missing_module_is_named_with_a_hint(adapters: ModuleType, state: Path) -> None:
    """A class whose module is not importable names the module and where Python looked."""
    saved = save_adapter(adapters.Called(1), state)
    with pytest.raises(AdapterNotFoundError, match="'gone_module'.*PYTHONPATH.*sys.path"):
        load_adapter(state, "gone_module:Called", saved.sha256)
    with pytest.raises(AdapterNotFoundError, match="Did you mean 'Called'"):
        load_adapter(state, "sample_adapters:Caled", saved.sha256)
    with pytest.raises(TransformTypeError, match="not a subclass"):
        load_adapter(state, "json:JSONDecoder", saved.sha256)


def test_module_missing_for_the_state_is_named(
    adapters: ModuleType, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pickled object whose module is gone names that module; a version that keeps its code has it."""
    (tmp_path / "code" / "user_library.py").write_text("class Thing: pass\n")
    import importlib

    thing = importlib.import_module("user_library").Thing()
    saved = save_adapter(adapters.Called(thing), state)
    (tmp_path / "code" / "user_library.py").unlink()
    monkeypatch.delitem(sys.modules, "user_library")
    importlib.invalidate_caches()
    loaded: Any = load_adapter(state, saved.adapter, saved.sha256)
    assert type(loaded.model).__name__ == "Thing"
    (state / ".code/user_library.py").unlink()
    del saved.sha256[".code/user_library.py"]
    with pytest.raises(AdapterNotFoundError, match="needs the module 'user_library'"):
        load_adapter(state, saved.adapter, saved.sha256)


def test_classes_that_cannot_be_imported_are_refused(
    adapters: ModuleType, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class of a script, a notebook cell or a function is refused before anything is written."""
    monkeypatch.setattr(adapters.Called, "__module__", "__main__")
    with pytest.raises(AdapterError, match="Move the class to a module of its own"):
        save_adapter(adapters.Called(1), state)

    class Local(adapters.Inheriting):  # type: ignore[misc, name-defined]
        pass

    with pytest.raises(AdapterError, match="inside a function"):
        save_adapter(Local(1), state)
    monkeypatch.setattr(Local, "__module__", "__main__")
    with pytest.raises(AdapterError, match=r"a module of its own, such as local\.py"):
        save_adapter(Local(1), state)
    assert not state.exists()


def test_only_adapters_go_into_empty_folders(adapters: ModuleType, state: Path) -> None:
    """A class, another object and a folder with files in it are refused."""
    with pytest.raises(TransformTypeError, match="make an instance"):
        save_adapter(adapters.Called, state)
    with pytest.raises(TransformTypeError):
        save_adapter(object(), state)  # type: ignore[arg-type]
    state.mkdir()
    (state / "left.over").touch()
    with pytest.raises(StoreError, match="not empty"):
        save_adapter(adapters.Called(1), state)


def test_errors_of_the_users_own_save_and_load_are_told(adapters: ModuleType, state: Path) -> None:
    """What an overridden ``save`` or ``load`` raises is told with the method's name and kept as the cause."""
    with pytest.raises(SerializationError, match="sample_adapters:ByHand.save raised TypeError") as failed:
        save_adapter(adapters.ByHand(5), state)
    assert isinstance(failed.value.__cause__, TypeError)


class Contexts(pm.ModelAdapter):
    """Remembers what its ``load`` was given."""

    given: Any = None

    @classmethod
    def api(cls) -> Any:
        return {}, {"out": pm.Parameter(str)}

    def save(self, state_writer: Any) -> None: ...

    @classmethod
    def _with(cls, *given: Any) -> Any:
        adapter = cls()
        adapter.given = given
        return adapter


def _loads() -> dict[str, Any]:
    return {
        "one": lambda cls, state_reader: cls._with(state_reader),
        "renamed": lambda cls, reader: cls._with(reader),
        "two": lambda cls, state_reader, container_context: cls._with(state_reader, container_context),
        "external": lambda cls, state_reader, external_model_context: cls._with(state_reader, external_model_context),
        "three": lambda cls, a, b, c: cls._with(a, b, c),
        "variable": lambda cls, *given: cls._with(*given),
        "own default": lambda cls, a, b=None, c=None, mine=4: cls._with(a, b, c),
        "keyword": lambda cls, a, *, external_model_context: cls._with(a, external_model_context),
    }


@pytest.mark.parametrize(
    ("arity", "expected"),
    [
        ("one", []),
        ("renamed", []),
        ("two", ["container"]),
        ("external", ["external"]),
        ("three", ["container", "external"]),
        ("variable", ["container", "external"]),
        ("own default", ["container", "external"]),
        ("keyword", ["external"]),
    ],
)
def test_load_gets_what_its_signature_accepts(state: Path, arity: str, expected: list[str]) -> None:
    """``load`` is called with as many of its three arguments as it takes, by documented name or by position."""
    cls = type("Loading", (Contexts,), {"load": classmethod(_loads()[arity])})
    state.mkdir()
    contexts: Any = LoadContexts("container", "external")
    loaded: Any = load_adapter(state, "any:Loading", {}, adapter_class=cls, contexts=contexts)
    assert isinstance(loaded.given[0], ModelStateReader)
    assert list(loaded.given[1:]) == expected


def test_load_has_to_return_the_adapter(state: Path) -> None:
    """A ``load`` that forgets to return is told so."""
    state.mkdir()
    cls = type("Forgetful", (Contexts,), {"load": classmethod(lambda cls, reader: None)})
    with pytest.raises(AdapterError, match="return the adapter"):
        load_adapter(state, "any:Forgetful", {}, adapter_class=cls)


class Boxed(pm.ContainerModelAdapter):
    """The adapter of a container."""

    def __init__(self, address: str) -> None:
        self.address = address

    @classmethod
    def init_container(cls, container_context: Any) -> Any:
        return cls(container_context.services["model"][0])

    @classmethod
    def api(cls) -> Any:
        return {}, {"out": pm.Parameter(str)}


class Remote(pm.ExternalModelAdapter):
    """The adapter of a remote service."""

    def __init__(self, context: pm.ExternalContext) -> None:
        self.context = context

    @classmethod
    def init_external(cls, external_context: pm.ExternalContext) -> Any:
        return cls(external_context)

    @classmethod
    def api(cls) -> Any:
        return {}, {"out": pm.Parameter(str)}


def test_container_adapter_is_made_from_its_context(state: Path) -> None:
    """A container adapter saves nothing, needs a context to load, and gets it in ``init_container``."""
    saved = save_adapter(Boxed("x"), state)
    assert [name for name in saved.sha256 if not name.startswith(".code/")] == []
    with pytest.raises(UnavailableError, match="no container runs here"):
        load_adapter(state, saved.adapter, saved.sha256, adapter_class=Boxed)
    context = ContainerizedApplicationContext({"model": ["localhost:80"]})
    loaded: Any = load_adapter(
        state, saved.adapter, saved.sha256, adapter_class=Boxed, contexts=LoadContexts(container=context)
    )
    assert loaded.address == "localhost:80"


def test_external_adapter_is_made_from_its_context(state: Path) -> None:
    """An external adapter gets URL, settings and credentials, and the credentials are in no repr."""
    state.mkdir()
    context = ExternalModelExecutionContext(ExternalModel("http://m", {"a": 1}), {"key": "s3cret"})
    loaded: Any = load_adapter(
        state, "x:Remote", {}, adapter_class=Remote, contexts=LoadContexts(external_model=context)
    )
    assert loaded.context == pm.ExternalContext("http://m", {"a": 1}, {"key": "s3cret"})
    assert "s3cret" not in repr(loaded.context) + repr(context)
    with pytest.raises(UnavailableError, match="no connection"):
        load_adapter(state, "x:Remote", {}, adapter_class=Remote)


@pytest.mark.parametrize("how", ["replaced", "rewritten", "swapped by a link"])
def test_a_file_that_is_swapped_after_its_sum_was_taken_is_not_unpickled(
    adapters: ModuleType, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The bytes that are loaded are those that were verified."""
    saved = save_adapter(adapters.Called(1), state)
    trace = tmp_path / "trace"
    evil = tmp_path / "evil.pkl"
    evil.write_bytes(dill.dumps(Payload(trace)))
    (file,) = state.rglob("dill.pkl")

    def swap(*arguments: Any) -> dict[str, Any]:
        seen = verify(*arguments)
        if how == "replaced":
            os.replace(evil, file)
        elif how == "rewritten":
            file.write_bytes(evil.read_bytes())
        else:
            file.unlink()
            file.symlink_to(evil)
        return seen

    monkeypatch.setattr("palantir_models.adapter.saved.verify", swap)
    with pytest.raises((ArtifactMismatchError, SerializationError)):
        load_adapter(state, saved.adapter, saved.sha256)
    assert not trace.exists()


def test_a_file_that_got_a_second_name_is_still_the_same(
    adapters: ModuleType, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup while a model is loaded changes nothing of it."""
    saved = save_adapter(adapters.Called(1), state)
    (file,) = state.rglob("dill.pkl")

    def link(*arguments: Any) -> dict[str, Any]:
        seen = verify(*arguments)
        os.link(file, tmp_path / "backup")
        file.chmod(0o640)
        return seen

    monkeypatch.setattr("palantir_models.adapter.saved.verify", link)
    assert load_adapter(state, saved.adapter, saved.sha256).model == 1


def test_a_folder_that_changes_while_it_is_read_is_told(adapters: ModuleType, state: Path) -> None:
    """What an adapter reads by its path is looked at before and after."""
    saved = save_adapter(adapters.Called(1), state)
    reader = ModelStateReader.verified(state, verify(state, saved.sha256))
    assert reader.dir("model")
    (file,) = state.rglob("dill.pkl")
    file.write_bytes(b"x")
    for read in (
        lambda: reader.dir("model"),
        lambda: reader.extract_to_temp_dir(),
        lambda: reader.open("model/dill.pkl"),
    ):
        with pytest.raises(ArtifactMismatchError):
            read()


def test_a_link_in_a_saved_state_becomes_what_it_points_at(adapters: ModuleType, state: Path, tmp_path: Path) -> None:
    """The version does not change with a file outside of it; a link to a folder is refused."""

    class Links(adapters.Called):
        def save(self, state_writer: Any) -> None:
            (Path(state_writer.mkdir("weights")) / "linked").symlink_to(target)

    adapters.Links = Links
    Links.__qualname__, Links.__module__ = "Links", adapters.__name__
    target = tmp_path / "outside"
    target.write_text("content")
    save_adapter(Links(1), state)
    target.unlink()
    assert (state / "weights/linked").read_text() == "content"
    target.mkdir()
    with pytest.raises(SerializationError, match="symbolic link to a folder"):
        save_adapter(Links(1), tmp_path / "other")
