"""Where an input is found, and its key, which tells one from another and which it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.spec.resource import Resource
from transforms.store.lookup import candidates, first_found, input_key, label, resource_of

TEXT = st.text(min_size=1, max_size=20)


@given(kind=st.sampled_from(["dataset", "model"]), alias=TEXT, branch=st.none() | TEXT)
def test_a_key_names_its_input(kind, alias, branch):
    """Whatever letters an alias or a branch has, also those that part the key."""
    resource = Resource(kind, alias, branch)
    assert resource_of(input_key(resource)) == resource


def test_a_person_reads_the_alias_and_the_branch():
    """The latter where it is named."""
    assert label(input_key(Resource("dataset", "/a/x"))) == "/a/x"
    assert label(input_key(Resource("dataset", "/a/x", "dev:1"))) == "/a/x @dev:1"


def test_an_input_is_found_on_the_first_branch_that_has_its_table():
    """Those after it are not looked at, and a table may be as empty as it likes."""
    tables = {"dev": None, "main": 0, "master": 2}
    looked_at = []

    def look(branch):
        looked_at.append(branch)
        return tables[branch]

    branches = candidates(Resource("dataset", "/a"), "dev", ["main", "dev", "master"])
    assert first_found(branches, look) == (0, "main")
    assert looked_at == ["dev", "main"]
    assert first_found(candidates(Resource("dataset", "/a", "dev"), "main", ["master"]), look) is None
