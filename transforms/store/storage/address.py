"""The address of a store's root, and what reaching a bucket takes."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from transforms.common.masking import masked_address
from transforms.common.paths import shown
from transforms.errors import UsageError
from transforms.store.storage.base import Storage

_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
    "AWS_DEFAULT_REGION": "aws_region",
    "AWS_REGION": "aws_region",
    "AWS_ENDPOINT_URL": "aws_endpoint_url",
    "AWS_ENDPOINT_URL_S3": "aws_endpoint_url",
}
_UNSAFE = "AWS_S3_ALLOW_UNSAFE_RENAME"


def open_storage(root: str | Path) -> Storage:
    """Return the storage of a store's root; nothing is made or asked yet.

    :param root: a folder, or ``s3://bucket/prefix``, whose endpoint, region and keys the ``AWS_*`` variables tell.
    :raises UsageError: if the address cannot be a root.
    """
    if "://" in str(root):
        from transforms.store.storage.objects import ObjectStorage

        address = object_address(str(root))
        return ObjectStorage(address, s3_options(os.environ))
    from transforms.store.storage.local import LocalStorage

    folder = Path(root).absolute()
    if unread := re.search(r"[\\\x00-\x1f\x7f]", str(folder)):
        letter = "a backslash" if unread.group() == "\\" else "a line break, a tab or another control character"
        raise UsageError(
            f"The store's root {shown(str(folder))} has {letter} in it, which Delta readers cannot follow; rename the folder, "
            f"or name another one."
        )
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise UsageError(f"The store's root {shown(str(folder))} has letters that are no Unicode; rename it.") from None
    if re.search("%[0-9A-Fa-f]{2}", str(folder)):
        raise UsageError(f"The store's root {folder} has a % with two digits, which Delta readers decode; rename it.")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The store's root {folder} is a file; name a folder with --root or TRANSFORMS_ROOT.")
    return LocalStorage(folder)


def object_address(root: str) -> str:
    """Return the address of a bucket, or of a prefix in it, in one spelling.

    :raises UsageError: if it is of another kind of storage, or no address at all.
    """
    parts, masked = urlsplit(root), masked_address(root)
    if parts.scheme not in ("s3", "s3a"):
        raise UsageError(
            f"The store's root is a local folder or s3://bucket/prefix (also of a service that speaks S3); got {masked}."
        )
    prefix = parts.path.strip("/")
    if not parts.netloc or parts.query or parts.fragment or masked != root:
        raise UsageError(
            f"{masked} is no address of a bucket: write s3://bucket/prefix, and keys into AWS_* variables."
        )
    if not re.fullmatch(r"[A-Za-z0-9!_.*'()/=+-]*", prefix) or "//" in prefix:
        raise UsageError(
            f"The prefix {prefix!r} of the store's root has letters that Delta's readers spell in different ways: use "
            f"letters of ASCII, digits and one of !-_.*'()=+ alone."
        )
    return f"s3://{parts.netloc}/{prefix}".rstrip("/")


def s3_options(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what delta-rs, Polars and obstore need to reach a bucket, from environment variables.

    :raises UsageError: if the variables switch off what a commit stands on, or have keys where others would read them.
    """
    if environment.get(_UNSAFE, "").lower() in ("1", "true", "yes"):
        raise UsageError(
            f"{_UNSAFE} lets two writers overwrite each other's commits. Unset it: conditional puts are used instead."
        )
    options = {option: environment[name] for name, option in _SETTINGS.items() if environment.get(name)}
    endpoint = options.get("aws_endpoint_url", "")
    if masked_address(endpoint) != endpoint:
        raise UsageError(
            f"AWS_ENDPOINT_URL has a login or a key in it ({masked_address(endpoint)}): write the address alone, and the keys "
            "into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if endpoint.startswith("http://"):
        options["aws_allow_http"] = "true"
    return {**options, "aws_conditional_put": "etag"}
