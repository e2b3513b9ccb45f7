"""Which folders can be the root of a store: what Delta's readers cannot follow is refused, everything else works."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

import transforms.store.durable as durable
from transforms.engine.local.staging import stage_frame
from transforms.errors import UsageError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import ledger_upkeep
from transforms.store.store import Store

A = Resource("dataset", "/a")


@pytest.mark.parametrize("name", ["back\\slash", "line\nbreak", "tab\tx", "\x7f", "sur\udc80rogate", "a%41", "nul\0"])
def test_a_root_that_cannot_be_followed_is_refused_in_words(tmp_path, name):
    """Before anything is made, also where it is a folder above the root that has such a name."""
    for place in (tmp_path / name, tmp_path / name / "store"):
        with pytest.raises(UsageError, match=r"The store's root .* (rename|name another)"):
            Store(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["größte 日本", "q?x*[y]", "a#b&c=d", "'\"`", "$HOME~{x}", " a ", "a:b;c", "up/../down"]
)
def test_any_other_works(tmp_path, name):
    """Written twice, merged, read back."""
    store = Store(tmp_path / name)
    for number in (1, 2):
        put_frame(store, "master", "/a", pl.DataFrame({"x": [number]}))
    ledger_upkeep.tidy(store.storage, store.ledger)
    view, _ = Store(tmp_path / name).view(Resource("dataset", "/a"), "master")
    assert view.table.to_pyarrow_table().to_pylist() == [{"x": 2}]


def test_the_roots_own_name_outlives_a_loss_of_power(tmp_path, monkeypatch):
    """Every folder that is made is synced in the one above it, from that which was there on."""
    synced = []
    original = durable.sync_folder
    monkeypatch.setattr(durable, "sync_folder", lambda path: (synced.append(Path(path)), original(path)))
    root = tmp_path / "new" / "store"
    Store(root).identity.ensure()
    assert synced[:2] == [tmp_path, tmp_path / "new"]
    assert root in synced


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    """Where the job stopped, and what gives space back; nothing is committed, nothing is left."""
    store = Store(tmp_path / "store")
    put_frame(store, "master", "/a", pl.DataFrame({"x": [1]}))
    before = sorted(path for path in store.root.rglob("*") if path.is_file())
    plain = OSError(28, os.strerror(28), "file")
    arrows = OSError("Error writing bytes to file. Detail: [errno 28] No space left on device")
    steps = (
        "store.ledger:Ledger._write_row",
        "store.storage.local:LocalStorage.seal",
        "engine.local.staging:write_frame",
    )
    for step, error in zip(steps, [plain, plain, arrows], strict=True):
        module, _, name = f"transforms.{step}".partition(":")

        def full(*_: object, error: OSError = error, **__: object) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(f"{module}.{name}", full)
            with pytest.raises(
                Exception, match=r"cannot be written \(.*No space left.*Nothing was committed.*transforms gc"
            ):
                put_frame(store, "master", "/a", pl.DataFrame({"x": [2]}))
    assert sorted(path for path in store.root.rglob("*") if path.is_file()) == before


def test_a_root_with_spaces_and_umlauts_works(tmp_path):
    """Where the store lies is the user's choice, also where Polars' own Delta scan cannot follow."""
    from transforms.engine.local.reading import read_arrow, read_polars

    store = Store(tmp_path / "my größte store" / "50% #1")
    transaction = store.begin("test", "master", [A])
    change = stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [1]}))
    transaction.commit([change], {A.key: {}})
    view, _ = store.view(A, "master")
    assert read_polars(view).to_dicts() == read_arrow(view).to_pylist() == [{"x": 1}]


def test_a_root_that_readers_would_decode_is_refused(tmp_path):
    """A % with two digits in the path is another path to Delta readers."""
    from transforms.errors import UsageError

    with pytest.raises(UsageError, match="rename"):
        Store(tmp_path / "50%20")
