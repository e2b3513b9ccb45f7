"""What goes wrong between us and an object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transforms.errors import DataError, StoreError
from transforms.masking import masked_address

_LONGEST = 300


class ObjectStoreError(StoreError, OSError):
    """An object store refused a request or did not answer."""

    __str__ = Exception.__str__


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
