"""What goes wrong between us and an object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transforms.common.masking import masked_address
from transforms.errors import DataError, StoreError

_LONGEST = 300


class ObjectStoreError(StoreError, OSError):
    """An object store refused a request or did not answer."""

    __str__ = Exception.__str__


class NoAccessError(StoreError, PermissionError):
    """A user may read a store, and not write it."""

    __str__ = Exception.__str__


def no_access(root: Path, error: OSError | None) -> NoAccessError:
    """Return the error for a user who may not write a store.

    :param root: its folder.
    :param error: what the system said, where it was asked.
    """
    place = "" if error is None or error.filename is None else f" ({error.strerror} in {Path(error.filename).parent})"
    return NoAccessError(
        f"You may read the store {root}, but not write it{place}; nothing was run. To share it, give it a group of all its "
        f"users: chgrp -R GROUP, chmod -R g+rwX and find -type d -exec chmod g+s {{}} + on it, and 'umask 002' for each of "
        "them. Or name a store of your own with --root."
    )


@contextmanager
def told(address: str) -> Iterator[None]:
    """Say of a fault which object it is about, and what to look after.

    :param address: what the block asks the object store about.
    :raises FileNotFoundError: if there is no such object.
    :raises ObjectStoreError: for any other fault.
    """
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise _no_bucket(address) from error
        raise FileNotFoundError(2, "No such object", address) from error
    except DataError:
        raise
    except ValueError as error:
        raise DataError(
            f"{address!r} has a letter that names in a bucket cannot have: {error}. Choose another."
        ) from error
    except BaseError as error:
        if "NoSuchBucket" in str(error):
            raise _no_bucket(address) from error
        reason = masked_address(" ".join(str(error).split("\n\nDebug source:")[0].split()))
        raise ObjectStoreError(
            f"{address}: the object store refused or did not answer: {reason[:_LONGEST]}. Check the bucket's name, and "
            "the variables AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from error


def _no_bucket(address: str) -> ObjectStoreError:
    return ObjectStoreError(f"{address}: there is no such bucket; make it, or name another root.")
