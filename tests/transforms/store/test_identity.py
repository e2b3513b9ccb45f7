"""A store's name: reading it makes nothing, and a store that is begun twice has one.

That a bucket without conditional writes is refused, and that a lost file of the store is noticed, is shown in ``test_caches`` and
``tests/object_store``.
"""

from __future__ import annotations

import pytest

from transforms.errors import StoreError
from transforms.store import layout
from transforms.store.store import Store


def test_asking_makes_no_store(anywhere: Store) -> None:
    """Whoever only looks leaves a folder, or a bucket, as it is."""
    assert anywhere.app_id == ""
    assert not anywhere.exists
    assert anywhere.writes() == {}
    assert anywhere.storage.names("") == anywhere.storage.folders("") == []


def test_who_begins_it_gives_it_a_name_for_good(anywhere: Store) -> None:
    """Also where two begin it, and where one asked before it had begun."""
    other = Store(anywhere.root)
    assert other.app_id == ""
    name = anywhere.identity.ensure()
    assert name.startswith("transforms.")
    assert {other.identity.ensure(), other.app_id, anywhere.app_id, Store(anywhere.root).app_id} == {name}
    assert anywhere.ledger.head() == 0


@pytest.mark.parametrize("content", [b"no json", b"[]", b'{"format": 1}', b'{"format": 2, "id": "a"}'])
def test_a_file_that_cannot_be_read_is_no_reason_for_a_new_name(store: Store, content: bytes) -> None:
    """With another one no table would know any more what it has."""
    store.storage.write(layout.STORE_FILE, content)
    for ask in (store.identity.read, store.identity.ensure):
        with pytest.raises(StoreError, match=r"restore it from a backup|has store format 2"):
            ask()
    assert store.storage.read(layout.STORE_FILE) == content
