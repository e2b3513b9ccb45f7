"""The key of an input: it tells one from another, and tells which it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.spec.resource import Resource
from transforms.store.lookup import input_key, label, resource_of

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
