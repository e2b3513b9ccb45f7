"""Aliases become paths that every reader can follow, and never the same path twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import UsageError
from transforms.spec.resource import Resource
from transforms.store.layout import alias_of, alias_path, branch_folder, lease_path, resource_path

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=15)
ALIASES = st.lists(PARTS.filter(lambda part: part not in (".", "..")), min_size=1, max_size=4).map("/".join)


def test_an_ordinary_alias_is_its_own_path():
    """The contract's paths are readable as they are."""
    assert resource_path(Resource("dataset", "/examples/wine/raw"), "master") == "master/datasets/examples/wine/raw"
    rid = "ri.foundry.main.dataset.1f2e"
    assert resource_path(Resource("model", rid), "master") == f"master/models/{rid}"


@given(ALIASES)
def test_any_alias_becomes_a_path_that_readers_can_follow(alias):
    """Only characters that no Delta reader stumbles over, no hidden names, as many folders as the alias has parts."""
    path = alias_path(alias)
    assert re.fullmatch(r"[A-Za-z0-9_.\-()+,=@!&~/]+", path)
    assert not any(part[0] in "._" for part in path.split("/"))
    assert path.count("/") == alias.count("/")


@given(ALIASES, ALIASES)
def test_two_aliases_never_share_a_path(one, other):
    """Encoding loses nothing."""
    assert (alias_path(one) == alias_path(other)) == (one == other)
    assert (lease_path(Resource("dataset", one), "b") == lease_path(Resource("dataset", other), "b")) == (one == other)


@pytest.mark.parametrize("alias", ["", "/", "/a//b", "/a/../b", "/a/.", "/a/"])
def test_an_alias_that_is_no_path_is_refused(alias):
    """The error says what an alias looks like."""
    with pytest.raises(UsageError, match="cannot be an alias"):
        alias_path(alias)


@pytest.mark.parametrize("branch", ["", "_ledger", ".hidden"])
def test_a_branch_cannot_collide_with_the_stores_own_folders(branch):
    """Folders of the store itself begin with an underscore."""
    with pytest.raises(UsageError, match="cannot be a branch"):
        branch_folder(branch)


def test_a_branch_with_slashes_is_one_folder():
    """Branches such as feature/x do not nest."""
    assert branch_folder("feature/x") == "feature~2Fx"


@pytest.mark.parametrize(("alias", "kind"), [("/a b/ü", "dataset"), ("ri.foundry.main.dataset.1", "dataset")])
def test_a_folder_tells_its_alias(alias, kind):
    """Messages name a table as its users do, and the store's own table as what it is."""
    assert alias_of(resource_path(Resource(kind, alias), "master")) == alias
    assert alias_of("_ledger") == "the ledger"
