"""JSON that others may have written is read or refused with a ValueError, however deep it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from palantir_models.workspace.aliases import resolve_model
from transforms.common.json_text import _quickest, from_json, from_many_json
from transforms.config import Config
from transforms.errors import ConfigError, DataError
from transforms.run.put import put
from transforms.run.put_frame import put_frame
from transforms.store import layout
from transforms.store.store import Store

DEEP = "[" * 100_000


@pytest.mark.parametrize("text", [DEEP, DEEP + "]" * 100_000, '{"a":' * 100_000, "{", "", "\x00"])
def test_what_cannot_be_read_is_a_value_error(text):
    """As text and as bytes."""
    for given in (text, text.encode()):
        with pytest.raises(ValueError, match=r"\w"):
            from_json(given)


def test_what_can_be_read_is_read():
    """As by the standard library."""
    assert from_json('{"a": [1, null]}') == json.loads('{"a": [1, null]}')


ODD = [
    "NaN",
    "-Infinity",
    "1e400",
    "-0.0",
    "-0",
    "18446744073709551616",
    '"\\ud800"',
    '{"a": 1, "a": 2}',
    '"\\u0000"',
    " [1] ",
]


@pytest.mark.parametrize("has_msgspec", [True, False])
def test_many_are_read_just_as_one_is(monkeypatch, has_msgspec):
    """Whether msgspec is there or not: what it refuses, or does not know, Python's own reader decides."""
    if not has_msgspec:
        monkeypatch.setitem(sys.modules, "msgspec", None)
    _quickest.cache_clear()
    try:
        assert (_quickest() is from_json) is not has_msgspec
        for text in ODD:
            assert repr(from_many_json(text)) == repr(from_many_json(text.encode())) == repr(json.loads(text))
        for text in (DEEP, "{", "", "\x00", "[1] 2"):
            with pytest.raises(ValueError, match=r"\w"):
                from_many_json(text)
        with pytest.raises(ValueError, match=r"\w"):
            from_many_json(b'"\xff"')
    finally:
        _quickest.cache_clear()


def test_records_without_a_bottom_are_no_records(store: Store) -> None:
    """Caches are made anew, leases are taken, the store goes on."""
    put_frame(store, "master", "/a", pl.DataFrame({"x": [1]}))
    for name in ("_ledger/_published", "_ledger/_index/00000000000000000001.json", "_locks/master/dataset~3A~2Fa.lock"):
        (store.root / name).parent.mkdir(parents=True, exist_ok=True)
        (store.root / name).write_text(DEEP)
    again = Store(store.root)
    again.recover()
    assert [write.alias for write in again.writes().values()] == ["/a"]
    lease = again.storage.try_acquire("_locks/master/dataset~3A~2Fa.lock")
    assert lease.content == {}
    lease.release()
    assert (store.root / layout.LEDGER).is_dir()


def test_a_file_of_aliases_without_a_bottom_is_told(tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / ".foundry").mkdir()
    (tmp_path / ".foundry/aliases.json").write_text(DEEP)
    with pytest.raises(ConfigError, match=r"aliases\.json cannot be read as JSON: it is nested too deeply"):
        resolve_model("x", Config(project=tmp_path, root=str(tmp_path)))


@pytest.mark.parametrize("depth", [101, 400, 900, 50_000])
@pytest.mark.parametrize("inner", [("[", "]"), ('{"b":', "}")])
def test_a_deep_table_is_refused_before_native_code_sees_it(store: Store, tmp_path: Path, depth: int, inner) -> None:
    """It would end the process."""
    file = tmp_path / "deep.json"
    file.write_text('[{"a":' + inner[0] * depth + "1" + inner[1] * depth + "}]")
    with pytest.raises(DataError, match=r"nested") as caught:
        put(store, "master", "/deep", [file])
    assert len(str(caught.value)) < 1000
    assert not store.newest_entries(1)
