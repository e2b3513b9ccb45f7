"""Copying a store that is in use, so that the copy is a whole store."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.common.json_text import from_json
from transforms.errors import StoreError, UsageError
from transforms.store import layout, publishing, recovery
from transforms.store.checkup import check_store
from transforms.store.durable import sync_tree
from transforms.store.hints import drop_false_hint
from transforms.store.ledger import INDEX
from transforms.store.ledger_log import gaps, log_file, unreadable
from transforms.store.publishing import MARK

if TYPE_CHECKING:
    from transforms.store.store import Store

_LOG = "_delta_log"
_LEFT_OUT = (layout.LOCKS, layout.TEMPORARY)


def back_up(store: Store, target: Path) -> Store:
    """Copy a local store, also while jobs run; the copy has everything that was committed when this began.

    What a commit needs is there before the ledger has it, and tables have it only afterwards. So the logs of tables are
    copied first, then the ledger, then what both name; and the copy is recovered, as if its machine had lost its power.

    :param store: the store.
    :param target: a folder that does not exist, or is empty.
    :returns: the copy.
    :raises UsageError: if the store lies in a bucket, or there is something at the target.
    :raises StoreError: if something cannot be copied; then there is nothing at the target.
    """
    root = store.storage.shareable("")
    if root is None:
        raise UsageError(f"{store.root} is a bucket; docs/backup.md says how to copy one.")
    if not store.exists:
        raise UsageError(f"There is no store at {root}: nothing was committed yet.")
    target = Path(os.path.abspath(target))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty; name a folder that does not exist.")
    if root.resolve() in [target, *target.resolve().parents]:
        raise UsageError(f"{target} lies inside the store; name a folder elsewhere.")
    from transforms.store.store import Store as Copied

    for seq in gaps(store.storage):  # what comes after one would be left out of the copy
        raise unreadable(store.storage.uri(log_file(seq)))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with _in_names_of(root, unfinished):
            _copy_all(root, unfinished, store)
            copied = Copied(unfinished)
            recovery.finish(copied, afresh=True)
            damaged = next((found for found in check_store(copied) if found.kind == "problem"), None)
            if damaged is not None:
                raise StoreError(
                    f"{root} is damaged, or files were deleted from it while it was copied: {damaged.detail.rstrip('. ')}. "
                    f"Nothing was left at {target}. 'transforms doctor' tells what is damaged; else try again."
                )
        sync_tree((path for path in unfinished.rglob("*") if path.is_file()), unfinished)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    except OSError as error:
        reason = str(error).replace(str(unfinished), str(target))
        raise StoreError(f"{root} could not be copied to {target}: {reason}. Nothing was left there.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Copied(target)


@contextmanager
def _in_names_of(root: Path, unfinished: Path) -> Iterator[None]:
    """Let what is said of an unfinished copy, which will be gone by then, name the files of its store."""

    def renamed(record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().replace(str(unfinished), str(root)), ()
        return True

    logger = logging.getLogger(publishing.__name__)
    logger.addFilter(renamed)
    try:
        yield
    except StoreError as error:
        raise type(error)(str(error).replace(str(unfinished), str(root))) from error
    finally:
        logger.removeFilter(renamed)


def _copy_all(root: Path, target: Path, store: Store) -> None:
    target.mkdir(parents=True)
    shutil.copy2(root / layout.STORE_FILE, target / layout.STORE_FILE)
    # A journal is deleted once its experiment is in a model, so it comes before whatever tells of models.
    _copy(root, target, lambda path: path.parts[0] == layout.JOURNAL)
    _copy(root, target, lambda path: path.parts[0] not in (layout.LEDGER, layout.JOURNAL) and _LOG in path.parts)
    staged = _staged(root)
    _copy(root, target, lambda path: path.parts[:2] == (layout.LEDGER, _LOG))
    for log in target.rglob(_LOG):
        _cut_at_gap(log)
    for cache in (INDEX, MARK):  # they would be ahead of what was copied before them
        shutil.rmtree(target / cache, ignore_errors=True)
    copied = type(store)(target)
    drop_false_hint(copied.storage, layout.LEDGER)
    # Asked of the store, as older rows are in files of the ledger's table alone, and these are not copied yet.
    committed = {entry.transaction for entry in store.ledger.entries(after=0, until=copied.ledger.head())}
    running = {folder for transaction, folders in staged.items() if transaction not in committed for folder in folders}

    def is_wanted(path: Path) -> bool:
        if path.parts[0] == layout.JOURNAL or _LOG in path.parts or path.is_relative_to(INDEX) or path == Path(MARK):
            return False
        return not any(str(parent) in running for parent in path.parents)

    _copy(root, target, is_wanted)


def _copy(root: Path, target: Path, is_wanted: Callable[[Path], bool]) -> None:
    for path in _files(root):
        if is_wanted(path):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copy2(root / path, target / path)
            except FileNotFoundError:
                continue  # a file on its way to another name, or one that a job gave up; recovering tells what is missing


def _files(root: Path) -> Iterator[Path]:
    """Yield what is copied at all, relative to the root."""
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        if here == Path():
            folders[:] = [name for name in folders if name not in _LEFT_OUT]
        yield from (here / name for name in files)


def _cut_at_gap(log: Path) -> None:
    """Leave out what a listing showed of commits that came while it was made, where it missed one before them."""
    numbered = sorted(path for path in log.iterdir() if path.name[:20].isdigit() and path.name[20:] == ".json")
    expected = int(numbered[0].name[:20]) if numbered else 0
    for path in numbered:
        if int(path.name[:20]) != expected:
            path.unlink()
        else:
            expected += 1


def _staged(root: Path) -> dict[str, list[str]]:
    """Return what running transactions have staged, by their id."""
    staged = {}
    for record in (root / layout.TRANSACTIONS).glob("*.json"):
        try:
            folders = from_json(record.read_bytes())["staging"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # it has only just begun, or ended
        staged[record.stem] = [str(folder) for folder in folders]
    return staged
