"""What the files of a tortured store say, read with deltalake and json alone, as any other program would.

Nothing here uses the package: the judge must not make the mistakes of the judged.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from deltalake import DeltaTable

JOBS = {"first": 1, "second": 2, "third": 3}
VALUES = 20
_IDENTIFIER = re.compile("[0-9a-f]{32}")
_TEMPORARY = re.compile(r"\..*\.\d+\.[0-9a-f]{8}|.*#.*|.*\.tmp.*")


def judged(root: Path, final: bool) -> list[str]:
    """Return everything that is wrong with a store.

    :param root: its folder.
    :param final: whether recovery and collection have run, so that everything has to agree and nothing may be left over.
    """
    if not (root / "_ledger/_delta_log").is_dir():
        return []
    try:
        ledger = sorted(rows_of(root / "_ledger"), key=lambda row: row["seq"])
        problems = [*_order(root, ledger, final)]
        if final:
            for job, number in JOBS.items():
                mine = [row for row in ledger if row["transform"] == job]
                if mine:
                    problems += [f"{job}: {problem}" for problem in _wholeness(root, number, mine)]
            problems += _followed(root, ledger)
            known = {row["transaction"] for row in ledger}
            known.update(identity for row in ledger for identity in _IDENTIFIER.findall(row["outputs"]))  # of versions
            problems += _left_over(root, known)
        return problems
    except Exception as error:  # noqa: BLE001 - whatever cannot be read is a finding
        return [f"unreadable: {type(error).__name__}: {error}"]


def builds_in(root: Path) -> list[str]:
    """Return the builds whose last job is in its table."""
    place = root / "master/datasets/t/added3"
    return [row["build"] for row in rows_of(place)] if (place / "_delta_log").is_dir() else []


def rows_of(place: Path) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return list(DeltaTable(str(place)).to_pyarrow_dataset().to_table(use_threads=False).to_pylist())


def _order(root: Path, ledger: list[dict[str, Any]], final: bool) -> Iterator[str]:
    """Every commit of a table is one of the ledger, in its order, once, and none is missing between two."""
    for what in ("seq", "transaction"):
        twice = [value for value, times in Counter(row[what] for row in ledger).items() if times > 1]
        if twice:
            yield f"the ledger has {what} {twice[:3]} more than once"
    expected: dict[str, list[tuple[int, str]]] = {}
    for row in ledger:
        for change in json.loads(row["changes"]):
            expected.setdefault(change["table"], []).append((row["seq"], row["transaction"]))
    for log in sorted(root.glob("master/**/_delta_log")):
        table = log.parent.relative_to(root).as_posix()
        there, wanted = _commits(log), expected.get(table, [])
        if not there:
            continue
        begin = wanted.index(there[0]) if there[0] in wanted else None
        if begin is None or there != wanted[begin : begin + len(there)]:
            yield f"{table}: commits {there[-4:]} are not a part of the ledger's {wanted[-6:]}"
        elif final and there[-1] != wanted[-1]:
            yield f"{table}: the ledger's {wanted[-1]} is not in it"


def _commits(log: Path) -> list[tuple[int, str]]:
    """Return the ledger row and the transaction of each commit that names them, as far as the log goes back."""
    found = []
    for file in sorted(log.glob("*.json")):
        for line in file.read_text().splitlines():
            info = json.loads(line).get("commitInfo") or {}
            if "ledgerSeq" in info:
                found.append((int(info["ledgerSeq"]), str(info["transaction"])))
    return found


def _wholeness(root: Path, number: int, mine: list[dict[str, Any]]) -> Iterator[str]:
    """Each commit of a job is in all of its tables."""
    model, data = root / f"master/models/t/model{number}", root / "master/datasets/t"
    added = [row["build"] for row in rows_of(data / f"added{number}")]
    parameters = {row["experiment_id"]: row["string_value"] for row in rows_of(model / "hyperparameters")}
    experiments, versions = rows_of(model / "experiments"), rows_of(model / "versions")
    metrics = Counter(row["experiment_id"] for row in rows_of(model / "metrics"))
    sizes = {"added": len(added), "experiments": len(experiments), "versions": len(versions), "commits": len(mine)}
    if len(set(sizes.values())) > 1:
        yield f"the outputs differ: {sizes}"
    if sorted(added) != sorted(parameters.values()) or len(set(added)) < len(added):
        yield f"builds differ: {sorted(set(added) ^ set(parameters.values()))[:4]}"
    if {row["transaction"] for row in versions} != {row["transaction"] for row in mine}:
        yield "the versions are not those of the ledger"
    for what, values in (("version", versions), ("name", experiments)):
        if len({row[what] for row in values}) < len(values):
            yield f"a {what} is there twice"
    if any(metrics[row["experiment_id"]] != VALUES for row in experiments):
        yield "an experiment lacks values"
    newest = next(row for row in experiments if row["transaction"] == mine[-1]["transaction"])
    if number == 2:
        yield from _raw_files(data / "files2", set(added))
    elif [row["build"] for row in rows_of(data / f"replaced{number}")] != [parameters[newest["experiment_id"]]]:
        yield "the replaced dataset is not of the last commit"
    for row in versions:
        for path, digest in dict(row["sha256"]).items():
            if _digest(model / "artifacts" / row["version_id"] / path) != digest:
                yield f"artifact {path} of {row['version']} is gone or altered"


def _followed(root: Path, ledger: list[dict[str, Any]]) -> Iterator[str]:
    """What is followed incrementally was read once, up to where the last run read."""
    runs = [row for row in ledger if row["transform"] == "follow"]
    if not runs:
        return
    until, _, _ = json.loads(runs[-1]["inputs"])["dataset:/t/added2"]
    read = {row["transaction"] for row in ledger if row["transform"] == "second" and row["seq"] <= until}
    model = root / "master/models/t/model2"
    parameters = {row["experiment_id"]: row["string_value"] for row in rows_of(model / "hyperparameters")}
    due = Counter(
        parameters[row["experiment_id"]] for row in rows_of(model / "experiments") if row["transaction"] in read
    )
    there = Counter(row["build"] for row in rows_of(root / "master/datasets/t/followed"))
    if there != due:
        yield f"follow: lost {sorted(due - there)[:4]}, repeated {sorted(there - due)[:4]}"


def _raw_files(table: Path, builds: set[str]) -> Iterator[str]:
    rows = rows_of(table)
    if {row["path"] for row in rows} != {f"builds/{build}.txt" for build in builds}:
        yield f"{len(rows)} raw files for {len(builds)} builds"
    for row in rows:
        if _digest(table / row["location"]) != row["sha256"]:
            yield f"raw file {row['path']} is gone or altered"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _left_over(root: Path, known: set[str]) -> Iterator[str]:
    """Nothing stays of what died."""
    places = {
        "transaction record": root.glob("_locks/transactions/*"),
        "temporary file": (file for file in root.rglob("*") if file.is_file() and _TEMPORARY.fullmatch(file.name)),
        "staged folder": (
            folder
            for kind in ("data", "files", "artifacts")
            for folder in root.glob(f"master/**/{kind}/*")
            if _IDENTIFIER.fullmatch(folder.name) and folder.name not in known
        ),
        "data file that no log names": _unnamed(root),
        "empty folder": (
            folder
            for folder in root.rglob("*")
            if folder.is_dir()
            and folder.parent != root
            and not {"_locks", "_logs", "_replaced"} & set(folder.parts)
            and not any(folder.iterdir())
        ),
    }
    for what, found in places.items():
        left = sorted(place.relative_to(root).as_posix() for place in found if not _may_begin(root, place))
        if left:
            yield f"left over: {what}, {len(left)} times, as {left[0]}"


def _may_begin(root: Path, place: Path) -> bool:
    """Whether a journal may be about to begin where something is left over; an hour later it goes."""
    folder = next((above for above in (place, *place.parents) if above.parent == root / "_journal"), None)
    is_headless = folder is not None and not (folder / "header.json").exists()
    return folder is not None and is_headless and time.time() - folder.stat().st_mtime < 3600


def _unnamed(root: Path) -> Iterator[Path]:
    for log in (root / "_ledger/_delta_log", *root.glob("master/**/_delta_log")):
        table, named = log.parent, set()
        for file in log.glob("*.json"):
            actions = [json.loads(line) for line in file.read_text().splitlines()]
            named |= {action[kind]["path"] for action in actions for kind in ("add", "remove") if kind in action}
        for file in log.glob("*.checkpoint.parquet"):
            actions = pq.read_table(file).to_pylist()
            named |= {action[kind]["path"] for action in actions for kind in ("add", "remove") if action.get(kind)}
        for file in table.glob("_replaced/*.json"):
            named |= set(json.loads(file.read_text())["files"])
        for file in table.rglob("*.parquet"):
            if "_delta_log" not in file.parts and file.relative_to(table).as_posix() not in named:
                yield file
