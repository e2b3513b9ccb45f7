"""Where everything lies under a store's root: the one place that turns aliases into paths."""

from __future__ import annotations

from urllib.parse import quote

from transforms.errors import UsageError
from transforms.spec.resource import Resource

LEDGER = "_ledger"
LOCKS = "_locks"
TRANSACTIONS = f"{LOCKS}/transactions"
JOURNAL = "_journal"
TEMPORARY = "_temporary"
STORE_FILE = "_store.json"
DATA = "data"
FILES = "files"
ARTIFACTS = "artifacts"
VERSIONS = "versions"
DEFAULT_BRANCH = "master"

# Delta's readers decode a % in a folder's name and trip over spaces and letters beyond ASCII, so a character that is
# unsafe in a path is encoded as ~XX (its UTF-8 bytes in hexadecimal), and so is the ~ itself: names cannot collide.
_SAFE = "()+,=@!&"


def branch_folder(branch: str) -> str:
    """Return the folder name of a branch; a slash in the name is encoded, so a branch is one folder."""
    if not branch or branch.startswith(("_", ".")):
        raise UsageError(f"{branch!r} cannot be a branch: a name starts with a letter or digit.")
    return _encode(branch)


def alias_path(alias: str) -> str:
    """Return an alias as a relative path: no leading slash, unsafe characters encoded as ``~XX``.

    :param alias: a dataset's or model's path or RID.
    :returns: a path such as ``examples/wine/raw`` or ``ri.foundry.main.dataset.1``.
    :raises UsageError: if the alias has an empty, ``.`` or ``..`` part, or a part of more than 200 bytes.
    """
    parts = alias.removeprefix("/").split("/")
    if not all(parts) or any(part in (".", "..") for part in parts):
        raise UsageError(f"{alias!r} cannot be an alias: a path such as '/examples/wine/raw' or a RID is needed.")
    encoded = [_encode_part(part) for part in parts]
    if any(len(part) > 200 for part in encoded):
        raise UsageError(f"{alias!r} cannot be an alias: a part of it is longer than 200 bytes.")
    return "/".join(encoded)


def _encode_part(part: str) -> str:
    # Names that start with _ or . are hidden from Delta readers and from vacuum, so their first letter is encoded.
    return f"~{ord(part[0]):02X}{_encode(part[1:])}" if part[0] in "_." else _encode(part)


def _encode(text: str) -> str:
    return quote(text, safe=_SAFE).replace("~", "%7E").replace("%", "~")


def resource_path(resource: Resource, branch: str) -> str:
    """Return the folder of a dataset or model on a branch, relative to the root."""
    return f"{branch_folder(branch)}/{resource.kind}s/{alias_path(resource.alias)}"


def lease_path(resource: Resource, branch: str) -> str:
    """Return the lock file that a job holds while it builds a resource on a branch."""
    return f"{LOCKS}/{branch_folder(branch)}/{_encode(resource.key).replace('/', '~2F')}.lock"
