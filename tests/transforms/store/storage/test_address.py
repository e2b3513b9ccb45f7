"""Which addresses can be a store's root."""

from __future__ import annotations

import socket

import pytest

from transforms.errors import StoreError, UsageError
from transforms.store.storage.address import object_address, open_storage, s3_options
from transforms.store.storage.errors import ObjectStoreError, told
from transforms.store.store import Store


@pytest.mark.parametrize(
    ("root", "address"),
    [
        ("s3://lake", "s3://lake"),
        ("s3://lake/", "s3://lake"),
        ("s3a://lake/team/store/", "s3://lake/team/store"),
    ],
)
def test_an_address_has_one_spelling(root, address):
    """Whatever a person writes."""
    assert object_address(root) == address


@pytest.mark.parametrize(
    ("root", "said"),
    [
        ("gs://lake/store", "local folder or s3://"),
        ("https://lake/store", "local folder or s3://"),
        ("s3:///store", "no address of a bucket"),
        ("s3://key:secret@lake/store", "keys into AWS_"),
        ("s3://lake/my store", "ASCII"),
        ("s3://lake/a//b", "ASCII"),
        ("s3://lake/a%20b", "ASCII"),
    ],
)
def test_what_cannot_be_a_root_is_said(root, said):
    """Before anything is asked of the network."""
    with pytest.raises(UsageError, match=said):
        open_storage(root)


def test_the_environment_tells_how_to_reach_a_bucket():
    """The variables that every AWS client reads; the special endpoint for S3 wins."""
    options = s3_options(
        {
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-2",
            "AWS_ENDPOINT_URL": "https://all",
            "AWS_ENDPOINT_URL_S3": "http://localhost:9000",
            "AWS_ACCESS_KEY_ID": "key",
            "OTHER": "x",
        }
    )
    assert options == {
        "aws_region": "eu-west-2",
        "aws_endpoint_url": "http://localhost:9000",
        "aws_access_key_id": "key",
        "aws_allow_http": "true",
        "aws_conditional_put": "etag",
    }


def test_unsafe_renames_are_refused(monkeypatch):
    """They would let two writers overwrite each other's commits."""
    monkeypatch.setenv("AWS_S3_ALLOW_UNSAFE_RENAME", "true")
    with pytest.raises(UsageError, match="AWS_S3_ALLOW_UNSAFE_RENAME"):
        open_storage("s3://lake/store")


def test_an_endpoint_where_nobody_listens_is_said(bucket, monkeypatch):
    """With the address, and what to look after."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ObjectStoreError, match=f"{bucket}.*AWS_ENDPOINT_URL"):
            _ = Store(bucket).exists


def test_a_bucket_that_does_not_exist_is_said(bucket):
    """When the first transaction begins the store."""
    with pytest.raises(StoreError, match="there is no such bucket"):
        Store("s3://no-such-bucket/store").begin("t", "master", [])


def test_a_refusal_is_said():
    """With its reason, and what it was about."""
    from obstore.exceptions import PermissionDeniedError

    with pytest.raises(ObjectStoreError, match="s3://lake/x.*Access Denied"), told("s3://lake/x"):
        raise PermissionDeniedError("Access Denied")


def test_keys_in_an_address_are_not_repeated():
    """Whoever reads the error, in a log for example, does not learn them."""
    for root in ("s3://KEY:s3/cr3t+x@lake/store", "gs://KEY:s3cr3t@lake", "https://me:s3cr3t@host/x?sig=s3cr3t"):
        with pytest.raises(UsageError) as refused:
            object_address(root)
        assert "cr3t" not in str(refused.value)
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL has a login") as refused:
        s3_options({"AWS_ENDPOINT_URL": "http://KEY:s3cr3t@localhost:9000"})
    assert "s3cr3t" not in str(refused.value)
