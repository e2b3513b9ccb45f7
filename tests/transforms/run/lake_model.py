"""A store in which anything happens to tables, and beside it plain Python lists of what must be in them.

Each step does one thing to the store and the same to the lists. After a run of a transform of :mod:`sums` the lists tell what its
outputs hold, from what it said that it read, and whether it had to be incremental, from what has happened since its last run.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import polars as pl
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from palantir_models.model.restoring import restore_model
from tests.processes import Nursery
from tests.transforms.run.sums import ENDING, ROW_WISE, TRANSFORMS, build, config_of
from transforms.api import Output, transform
from transforms.run.job import JobOptions, run_job
from transforms.run.project import BuildOptions, Project
from transforms.run.put_frame import put_frame
from transforms.run.rollback import RollbackRefusedError, plan_rollback, roll_back
from transforms.spec.resource import Resource
from transforms.store import merging
from transforms.store.entry import Entry
from transforms.store.store import Store
from transforms.store.vacuum import vacuum_tables

Row = frozenset[tuple[str, Any]]  # without nulls, so that a column more is no difference
Rows = Counter[Row]
OUTPUTS = {
    name: [param.resources[0].alias for param in made.outputs.values()] for name, made in TRANSFORMS["local"].items()
}
INPUTS = {
    name: [param.resources[0].alias for param in made.inputs.values()][0] for name, made in TRANSFORMS["local"].items()
}


def rows_of(dicts: Iterable[Mapping[str, Any]]) -> Rows:
    """Return rows as they are compared."""
    return Counter(frozenset((key, value) for key, value in row.items() if value is not None) for row in dicts)


class Moment(NamedTuple):
    """A table after a step that gave it versions.

    Attributes:
        first: the first of these versions.
        last: the last of them.
        rows: what it holds since the first.
        took: whether rows or columns went; None where that is for the product to say.
        forgot: whether files or log files went that somebody may need who read an earlier version.
    """

    first: int
    last: int
    rows: Rows
    took: bool | None = False
    forgot: bool = False


@dataclass
class Table:
    """A table as it must be.

    Attributes:
        moments: its history.
        writer: the transform that last wrote it, by the ledger.
        seq: in which commit.
        pin: what that read: which table, on which branch, up to which version.
        foreign: whether another program changed its rows since; None where that is for the product to say.
        pins: the pins of all commits that wrote it, by their numbers.
        noted: which moment each of them made.
    """

    moments: list[Moment] = field(default_factory=list)
    writer: str = ""
    seq: int = 0
    pin: tuple[Table, str, int] | None = None
    foreign: bool | None = False
    pins: dict[int, tuple[Table, str, int] | None] = field(default_factory=dict)
    noted: dict[int, int] = field(default_factory=dict)

    @property
    def rows(self) -> Rows:
        """What it holds."""
        return self.moments[-1].rows

    def rows_at(self, version: int) -> Rows:
        """What one of its versions holds."""
        return next(moment.rows for moment in self.moments if moment.last >= version)


class Lake:
    """A store and its model.

    :param store: a store with nothing in it.
    :param nursery: begins processes that are killed; none are when None.
    """

    def __init__(self, store: Store, nursery: Nursery | None = None) -> None:
        self.store = store
        self.tables: dict[tuple[str, str], Table] = {}
        self.runs: Counter[str] = Counter()
        self._nursery = nursery
        self._numbers = count(1)
        self._project = Project(config_of(store))
        vars(self._project)["transforms"] = TRANSFORMS["local"]
        self.put("master", "/raw", 2)

    def opened(self, branch: str, alias: str) -> DeltaTable:
        """Open a table as another program does."""
        return DeltaTable(self.store.storage.uri(self.store.table_of(Resource("dataset", alias), branch)))

    def found(self, branch: str, alias: str) -> str | None:
        """Return the branch on which builds find a dataset."""
        return next((one for one in (branch, "master") if (one, alias) in self.tables), None)

    # What happens to a table

    def put(self, branch: str, alias: str, often: int) -> None:
        """Replace a dataset by new rows, or by none."""
        there, rows = self.tables.get((branch, alias)), self._new(often)
        columns = ["x"]
        if alias == "/doubled":  # else what reads it could not
            rows, columns = [{**row, "y": 0} for row in rows], ["x", "y"]
        seq = put_frame(self.store, branch, alias, pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64))).seq
        self._note(branch, alias, rows_of(rows), None if there is None or not there.rows else True)
        self._written(branch, alias, "put", seq)

    def append(self, branch: str, alias: str, often: int) -> None:
        """Add rows with a job, which continues another branch where there is none; the third kind brings a column."""
        rows = [{**row, f"c{often}": 7} if often > 2 else row for row in self._new(often)]
        earlier = self.found(branch, alias)

        @transform.using(out=Output(alias))
        def adding(out: Any) -> None:
            out.set_mode("append")
            out.write_table(
                pl.DataFrame(rows, schema={"x": pl.Int64, **({f"c{often}": pl.Int64} if often > 2 else {})})
            )

        result = run_job(adding, self.store, config_of(self.store), JobOptions(branch=branch))
        assert result.status == "committed", result.error
        there = Rows() if earlier is None else self.tables[earlier, alias].rows
        self._note(branch, alias, there + rows_of(rows))
        assert result.entry is not None
        self._written(branch, alias, "adding", result.entry.seq)

    def outside(self, branch: str, alias: str, often: int) -> None:
        """Add rows with another program."""
        rows = self._new(max(often, 1))
        write_deltalake(self.opened(branch, alias), pl.DataFrame(rows), mode="append", schema_mode="merge")
        self._note(branch, alias, self.tables[branch, alias].rows + rows_of(rows), foreign=True)

    def delete(self, branch: str, alias: str, often: int) -> None:
        """Delete a row with another program."""
        table = self.tables[branch, alias]
        gone = [row for row in table.rows if dict(row).get("x") is not None][:1]
        if gone:
            x = dict(gone[0])["x"]
            self.opened(branch, alias).delete(f"x = {x}")
            rest = Rows({row: times for row, times in table.rows.items() if dict(row).get("x") != x})
            self._note(branch, alias, rest, True, foreign=True)

    def restore(self, branch: str, alias: str, often: int) -> None:
        """Roll back to an earlier version with another program."""
        table = self.tables[branch, alias]
        moment = table.moments[-1 - min(often + 1, len(table.moments) - 1)]
        if moment.last == table.moments[-1].last:
            return
        try:
            self.opened(branch, alias).restore(moment.last)
        except DeltaError:
            assert any(later.forgot for later in table.moments)
            return
        same = moment.rows == table.rows
        self._note(branch, alias, moment.rows, None if same else True, foreign=None if same else True)

    def rollback(self, branch: str, alias: str, often: int) -> None:
        """Take back one of the newest commits of a table, with all that came after it, as ``transforms rollback`` does."""
        seqs = sorted(self.tables[branch, alias].pins)
        before = self.store.newest_entries(1)[0].seq
        try:
            plan = plan_rollback(self.store, seqs[-1 - min(often, len(seqs) - 1)], with_later=True)
            entry = roll_back(self.store, plan, restore_model)
        except RollbackRefusedError:
            assert self.store.newest_entries(1)[0].seq == before
            return
        origin = plan.origin
        for one in plan.earlier:
            alias = one.resource.alias
            table = self.tables[branch, alias]
            rows = table.moments[table.noted[plan.undoing.first[one.resource.key]] - 1].rows
            self._note(branch, alias, rows, True if table.rows else None)
            pin = None if origin is None else table.pins[origin.seq]
            self._written(branch, alias, "rollback" if origin is None else origin.transform, entry.seq, pin)
        self.runs["rollback"] += 1
        self.check()

    def optimize(self, branch: str, alias: str, often: int) -> None:
        """Merge small files with another program."""
        self.opened(branch, alias).optimize.compact()
        self._note(branch, alias)

    def merge(self, branch: str, alias: str, often: int) -> None:
        """Merge small files as the store does."""
        table = self.store.table_of(Resource("dataset", alias), branch)
        merging.merge_small_files(self.store.storage, table, self.opened(branch, alias))
        self._note(branch, alias)

    def vacuum(self, branch: str, alias: str, often: int) -> None:
        """Delete with another program what the newest version does not need."""
        self.opened(branch, alias).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        self._note(branch, alias, forgot=True)

    def collect(self, branch: str, alias: str, often: int) -> None:
        """Give back all space that can be, of all tables."""
        vacuum_tables(self.store, 0, dry_run=False)
        for place in self.tables:
            self._note(*place, forgot=True)

    def checkpoint(self, branch: str, alias: str, often: int) -> None:
        """Write down a table's state."""
        self.opened(branch, alias).create_checkpoint()

    def drop(self, branch: str, alias: str, often: int) -> None:
        """Delete a table by hand."""
        shutil.rmtree(self.store.root / self.store.table_of(Resource("dataset", alias), branch))
        del self.tables[branch, alias]

    # Runs

    def run(self, name: str, branch: str, how: str = "commit", step: str = "", engine: str = "local") -> Entry | None:
        """Run a transform, and look whether it did what it must; return the commit, if there was one.

        :param how: how it ends.
        :param step: at which its process is killed, if at any.
        """
        if self.found(branch, INPUTS[name]) is None:
            return None
        before = self.store.newest_entries(1)[0].seq
        foretold = self._plan(name, branch)
        if step:
            assert self._nursery is not None
            order = {"root": str(self.store.root), "name": name, "branch": branch, "step": step}
            how = "kill" if self._nursery.run(**order) == -9 else "commit"
            self.runs["killed"] += how == "kill"
            self.store.recover()
        else:
            ENDING.how = how
            try:
                result = build(self.store, name, branch, engine)
            finally:
                ENDING.how = "commit"
            ends = {"failure": "failed", "abort": "aborted"}
            assert result.status == ends.get(how, "committed"), result.error
            if how == "failure":
                assert str(result.error) == "on purpose", result.error
        newest = self.store.newest_entries(1)[0]
        entry = newest if newest.seq > before else None
        if how != "kill":
            assert (entry is not None) == (how not in ("failure", "abort"))
        if entry is not None:
            self._look(name, entry, foretold)
        self.check()
        return entry

    def _plan(self, name: str, branch: str) -> bool:
        plan = self._project.plan([name], options=BuildOptions(branch=branch, force=True))
        (job,) = plan.jobs
        assert job.incremental is not None
        return job.incremental.is_incremental

    def _look(self, name: str, entry: Entry, foretold: bool) -> None:
        """Compare a run with what it must have been, and take note of what it must have left."""
        record = next(output["incremental"] for output in entry.outputs.values() if "inputs" in output["incremental"])
        ran, (read,) = record["ran"], record["inputs"].values()
        branch, source = entry.branch, self.found(entry.branch, INPUTS[name])
        assert source is not None
        raw, version = self.tables[source, INPUTS[name]], read["version"]
        must = self._must(name, branch, source)
        assert must is None or ran == must, (name, branch, record)
        assert ran == foretold, (name, branch, record)
        self.runs["incremental" if ran else "whole"] += 1
        if name != "limited":
            assert raw.moments[-1].first <= version or raw.rows_at(version) == raw.rows
        held = raw.rows_at(version)
        places = {alias: self.found(branch, alias) for alias in OUTPUTS[name]}
        there = {alias: self.tables[at, alias] for alias, at in places.items() if at is not None}
        pinned = max(there.values(), key=lambda table: table.seq).pin if ran else None
        added = held - raw.rows_at(pinned[2]) if pinned is not None else held
        assert read["rows"] in (None, sum(added.values())), (name, branch, record, added)
        made = self._made(name, added, {alias: table.rows for alias, table in there.items()} if ran else {})
        for alias in OUTPUTS[name]:
            if f"dataset:{alias}" not in entry.outputs:
                continue
            table = self.tables.get((branch, alias))
            took = not (ran and alias != "/latest") and (None if table is None or not table.rows else True)
            self._note(branch, alias, made[alias], took)
            self._written(branch, alias, name, entry.seq, (raw, source, version))
            if alias in ROW_WISE:
                full = rows_of(ROW_WISE[alias](dict(row)) for row in held.elements())
                assert made[alias] == full, f"{alias} on {branch} is not what one full run makes"

    def _made(self, name: str, added: Rows, earlier: Mapping[str, Rows]) -> dict[str, Rows]:
        """Return what the outputs hold after a run, from what they held."""
        made = {}
        for alias in OUTPUTS[name]:
            if alias in ROW_WISE:
                new = rows_of(ROW_WISE[alias](dict(row)) for row in added.elements())
                made[alias] = earlier.get(alias, Rows()) + new
        if name == "sums":
            history = earlier.get("/history", Rows())
            number = sum(history.values())
            (last,) = [dict(row)["sum"] for row in history if dict(row)["run"] == number] or [0]
            total = last + sum(dict(row)["x"] for row in added.elements())
            row = rows_of([{"run": number + 1, "sum": total}])
            made |= {"/history": history + row, "/latest": row}
        return made

    def _must(self, name: str, branch: str, source: str) -> bool | None:
        """Return whether a run must be incremental; None where that is for the product to say."""
        places = [(self.found(branch, alias), alias) for alias in OUTPUTS[name]]
        there = [self.tables[place, alias] for place, alias in places if place is not None]
        if not there:
            return False
        newest = max(there, key=lambda table: table.seq)
        if newest.pin is None or any(table.writer != name or table.seq != newest.seq for table in there):
            return False
        if len(there) < len(places):  # one was aborted, or deleted by hand
            return False
        table, at, version = newest.pin
        later = [moment for moment in table.moments if moment.first > version]
        if (
            at != source
            or table is not self.tables[source, INPUTS[name]]
            or any(moment.took for moment in later)
            or any(table.foreign for table in there)
        ):
            return False
        is_open = any(moment.took is None or moment.forgot for moment in later)
        return None if is_open or any(table.foreign is None for table in there) else True

    def check(self) -> None:
        """Look whether every table holds what it must, as another program reads it."""
        for (branch, alias), table in self.tables.items():
            found = pl.read_delta(str(self.opened(branch, alias).table_uri))
            assert rows_of(found.to_dicts()) == table.rows, f"{alias} on {branch}"

    def _new(self, often: int) -> list[dict[str, Any]]:
        return [{"x": next(self._numbers)} for _ in range(often)]

    def _note(
        self,
        branch: str,
        alias: str,
        rows: Rows | None = None,
        took: bool | None = False,
        foreign: bool | None = False,
        forgot: bool = False,
    ) -> None:
        """Take note of what a table holds after a step."""
        table = self.tables.setdefault((branch, alias), Table())
        newest = self.opened(branch, alias).version()
        first = table.moments[-1].last + 1 if table.moments else 0
        table.moments.append(Moment(first, newest, table.rows if rows is None else rows, took, forgot))
        if foreign is None:
            table.foreign = table.foreign or None
        else:
            table.foreign = table.foreign or foreign

    def _written(
        self, branch: str, alias: str, writer: str, seq: int, pin: tuple[Table, str, int] | None = None
    ) -> None:
        table = self.tables[branch, alias]
        table.writer, table.seq, table.pin, table.foreign = writer, seq, pin, False
        table.pins[seq] = pin
        table.noted[seq] = len(table.moments) - 1


STEPS: dict[str, Callable[[Lake, str, str, int], None]] = {
    "put": Lake.put,
    "append": Lake.append,
    "outside": Lake.outside,
    "delete": Lake.delete,
    "restore": Lake.restore,
    "rollback": Lake.rollback,
    "optimize": Lake.optimize,
    "merge": Lake.merge,
    "vacuum": Lake.vacuum,
    "collect": Lake.collect,
    "checkpoint": Lake.checkpoint,
    "drop": Lake.drop,
}
"""What can happen to a table, each with the branch, the dataset and how much of it."""
