"""Where everything lies under a store's root: the one place that turns aliases into paths."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote

from transforms.common.paths import fault, inside, shown
from transforms.errors import UsageError
from transforms.spec.resource import Resource

LEDGER = "_ledger"
LOCKS = "_locks"
TRANSACTIONS = f"{LOCKS}/transactions"
MAINTENANCE = f"{LOCKS}/maintenance.lock"  # the lease of whoever rewrites files of the ledger's table
JOURNAL = "_journal"
LOGS = "_logs"
TEMPORARY = "_temporary"
STORE_FILE = "_store.json"
DATA = "data"
FILES = "files"
ARTIFACTS = "artifacts"
VERSIONS = "versions"
EXPERIMENTS = "experiments"
EVALUATIONS = "evaluations"

# Delta's readers decode a % in a folder's name and trip over spaces and letters beyond ASCII, so a character that is
# unsafe in a path is encoded as ~XX (its UTF-8 bytes in hexadecimal), and so is the ~ itself: names cannot collide.
_SAFE = "()+,=@!&"
_LONGEST, _LONGEST_LOCK = 200, 245


def branch_folder(branch: str) -> str:
    """Return the folder name of a branch; a slash in the name is encoded, so a branch is one folder."""
    if not branch or branch.startswith(("_", ".")):
        raise UsageError(f"{branch!r} cannot be a branch: a name starts with a letter or digit.")
    return _short_enough(_encode(branch, f"{shown(branch)} cannot be a branch"), f"{shown(branch)} cannot be a branch")


def alias_path(alias: str) -> str:
    """Return an alias as a relative path: no leading slash, unsafe characters encoded as ``~XX``.

    :param alias: a dataset's or model's path or RID.
    :returns: a path such as ``examples/wine/raw`` or ``ri.foundry.main.dataset.1``.
    :raises UsageError: if the alias has an empty, ``.`` or ``..`` part, letters that are no Unicode, or a part of more
        than 200 bytes.
    """
    refusal = f"{shown(alias)} cannot be an alias"
    parts = alias.removeprefix("/").split("/")
    if not all(parts) or any(part in (".", "..") for part in parts):
        raise UsageError(f"{refusal}: a path such as '/examples/wine/raw' or a RID is needed.")
    path = "/".join(_short_enough(_encode_part(part, refusal), refusal) for part in parts)
    return inside(path, refusal, UsageError)


def is_staging(name: object, transaction: str) -> bool:
    """Whether a folder is one that a transaction stages into, so that what is in it may be deleted with that.

    :param name: the folder, relative to the root, as the record of the transaction has it.
    :param transaction: the id of the transaction.
    """
    if not isinstance(name, str) or fault(name) is not None or "/" not in name:
        return False
    *above, kind, identity = name.split("/")
    if above == [] and kind == TEMPORARY:
        return identity == transaction
    if above == [TEMPORARY]:
        return kind == FILES and is_identifier(identity)
    if len(above) < 3 or above[0].startswith(("_", ".")) or above[1] not in ("datasets", "models"):
        return False
    return identity == transaction if kind in (DATA, FILES) else kind == ARTIFACTS and is_identifier(identity)


def is_identifier(name: str) -> bool:
    """Whether a name is an id as transactions, versions and experiments have them: 32 hexadecimal digits."""
    return len(name) == 32 and all(letter in "0123456789abcdef" for letter in name)


def _encode_part(part: str, refusal: str) -> str:
    # Names that start with _ or . are hidden from Delta readers and from vacuum, so their first letter is encoded.
    return f"~{ord(part[0]):02X}{_encode(part[1:], refusal)}" if part[0] in "_." else _encode(part, refusal)


def _encode(text: str, refusal: str) -> str:
    try:
        return quote(text, safe=_SAFE).replace("~", "%7E").replace("%", "~")
    except UnicodeEncodeError:
        raise UsageError(f"{refusal}: it has letters that are no Unicode.") from None


def _short_enough(part: str, refusal: str) -> str:
    if len(part) > _LONGEST:
        raise UsageError(f"{refusal}: a part of it is longer than {_LONGEST} bytes.")
    return part


def resource_path(resource: Resource, branch: str) -> str:
    """Return the folder of a dataset or model on a branch, relative to the root."""
    return f"{branch_folder(branch)}/{resource.kind}s/{alias_path(resource.alias)}"


def is_dataset(table: str) -> bool:
    """Whether a table below the root is a dataset: not one of a model's tables, nor the ledger."""
    return table.split("/")[1:2] == ["datasets"]


def lease_path(resource: Resource, branch: str) -> str:
    """Return the lock file that a job holds while it builds a resource on a branch."""
    if resource.has_table:
        alias_path(resource.alias)
    return _lock(resource.key, resource.alias, branch)


def evaluations_lease(model: Resource, branch: str) -> str:
    """Return the lock file that a job holds while it commits evaluations of a model on a branch, whoever trains it."""
    return _lock(f"evaluations:{model.alias}", model.alias, branch)


def _lock(key: str, alias: str, branch: str) -> str:
    name = _encode(key, f"{shown(alias)} cannot be an alias").replace("/", "~2F")
    if len(name) > _LONGEST_LOCK:  # a file's name has at most 255 bytes, an alias may have more
        name = f"{name[: _LONGEST_LOCK - 33]}-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    return f"{LOCKS}/{branch_folder(branch)}/{name}.lock"


def alias_of(folder: str) -> str:
    """Return what people call the table in a folder: the alias of its dataset, or of its model with the table's name."""
    if folder == LEDGER:
        return "the ledger"
    alias = unquote("/".join(folder.split("/")[2:]).replace("~", "%"))
    return alias if alias.startswith("ri.") else f"/{alias}"


def publish_rank(table: str) -> int:
    """Return how late a table of a commit is published: a reader of a later one must find what the earlier ones have.

    :param table: the table's folder relative to the root.
    """
    return {EXPERIMENTS: 1, EVALUATIONS: 1, VERSIONS: 2}.get(table.rpartition("/")[2], 0) if is_model(table) else 0


def is_model(folder: str) -> bool:
    """Whether a folder, relative to the root, is that of a model or lies below one."""
    return folder.partition("/")[2].startswith("models/")
