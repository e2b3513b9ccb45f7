"""``transforms log``: the newest commits, and what their jobs said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.job_logs import is_id, log_lines, print_lines, show_not_committed, show_one
from transforms.cli.options import Json, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import CHECK_COLUMNS, check_rows, failed_checks_texts, outputs_text, unwritten_text
from transforms.errors import NotFoundError, UsageError
from transforms.plan.incremental import recorded, run_of
from transforms.plan.rollback import rollback_text, taken_back
from transforms.run.as_of import as_of_in
from transforms.run.check_results import results_of
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.job_logs import log_of
from transforms.store.recorded_parameters import shown

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.store.entry import Entry
    from transforms.store.store import Store


def log(
    ctx: typer.Context,
    alias: Annotated[
        str | None,
        typer.Argument(
            metavar="[ALIAS|SEQ|ID]",
            help="Only commits that wrote this dataset or model; or one commit by its number, or a job by its id, with its log.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many commits at the most.")] = 20,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="NAME", help="Only commits to this branch; of an ALIAS, master if not given."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Instead of commits, the jobs that were not committed, with their ids.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the newest commits, newest first; of one, what its checks found and what its job printed and logged.

    Logs are kept in the store, without secrets, and deleted by 'transforms gc --older-than DAYS'. Exits with 0, or 2 for what
    there is not.

    Examples:

    transforms log

    transforms log /shop/orders -n 5

    transforms log 12

    transforms log --failed

    transforms log 0198f3b2c4d5e6f7

    transforms log --branch dev --json
    """
    project = open_project(ctx)
    store = project.store
    if failed or (alias is not None and is_id(alias)):
        if failed and alias is not None:
            raise UsageError(
                "--failed lists the jobs of every dataset: leave the name out, or type a job's id without it."
            )
        with Output(as_json, session_of(ctx).quiet) as out:
            if alias is not None:
                show_one(store, alias, out)
            else:
                show_not_committed(store, limit, branch, out)
        return
    waiting = store.unpublished()
    is_one = alias is not None and alias.isdecimal()
    if alias is None:
        entries = _newest(store, limit, branch)
    elif is_one:
        entries = [_one(store, int(alias))]
    else:
        entries = _of(project, alias, branch or DEFAULT_BRANCH, limit, waiting)
    missing = store.missing(entries, waiting)
    rows = [_row(entry, missing.get(entry.seq, "")) for entry in entries]
    said = log_of(store.storage, entries[0].transaction) if is_one else None
    if is_one:
        rows[0]["log"] = log_lines(said)
    with Output(as_json, session_of(ctx).quiet) as out:
        told = ["run"] if any(row["run"] for row in rows) else []
        out.listing(
            rows, ["seq", "time", "branch", "transform", "user", "published", *told], "Nothing was committed yet."
        )
        for remark in filter(None, map(unwritten_text, entries)):
            out.say(remark)
        if not as_json:
            _say_checks(entries, is_one, out)
            print_lines(said, out)


def _say_checks(entries: Sequence[Entry], is_one: bool, out: Output) -> None:
    checks = results_of(entries[0].outputs) if is_one else []
    if checks:
        out.line("")
        out.listing(check_rows(checks), [*CHECK_COLUMNS, "dataset"])
    else:
        for remark in (text for entry in entries for text in failed_checks_texts(entry)):
            out.say(remark)


def _one(store: Store, seq: int) -> Entry:
    entry = store.ledger.entry(seq) if store.exists and seq < 2**62 else None
    if entry is None:
        raise NotFoundError(f"There is no commit #{seq}. 'transforms log' shows those there are.")
    return entry


def _newest(store: Store, limit: int, branch: str | None) -> list[Entry]:
    if branch is None:
        return store.newest_entries(limit)
    looked_at = limit
    while True:
        entries = store.newest_entries(looked_at)
        found = [entry for entry in entries if entry.branch == branch]
        if len(found) >= limit or len(entries) < looked_at:
            return found[:limit]
        looked_at *= 4


def _of(project: Project, alias: str, branch: str, limit: int, waiting: Sequence[Entry]) -> list[Entry]:
    from transforms.cli.resources import find_resource

    resource = find_resource(project, alias, branch)
    view = project.store.view_table(project.store.table_of(resource, branch))
    missing = [entry for entry in reversed(waiting) if entry.branch == branch and resource.key in entry.outputs]
    if view is None:
        return missing
    # The table's own history names the ledger rows that wrote it, so the ledger need not be searched.
    looked_at = limit
    while True:
        history = view.table.history(looked_at)
        seqs = [int(commit["ledgerSeq"]) for commit in history if commit.get("ledgerSeq") is not None]
        if len(seqs) >= limit or len(history) < looked_at:
            found = (next(project.store.ledger.entries(seq - 1, seq), None) for seq in seqs[:limit])
            return [*missing, *(entry for entry in found if entry is not None)][:limit]
        looked_at *= 4


def taken_back_json(entry: Entry) -> dict[str, Any] | None:
    """Return which commits a commit took back, and to which, as JSON has it; None for one that took none back."""
    found = taken_back(entry.outputs.values())
    return None if found is None else {"of": list(found[0]), "to": found[1]}


def _published(entry: Entry) -> str:
    as_of = as_of_in(entry.outputs.values())
    text = rollback_text(entry.outputs.values()) or ("" if as_of is None else f"as of #{as_of}")
    return f"{outputs_text(entry.outputs)} ({text})" if text else outputs_text(entry.outputs)


def _row(entry: Entry, missing: str) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "time": entry.ratified_time.isoformat(timespec="seconds"),
        "branch": entry.branch,
        "transform": entry.transform,
        "user": entry.user,
        "transaction": entry.transaction,
        "started": entry.started_time.isoformat(timespec="seconds"),
        "code_version": entry.code_version,
        "inputs": {key: {"seq": p.seq, "version": p.version, "branch": p.branch} for key, p in entry.inputs.items()},
        **run_of(recorded(entry.outputs.values())),
        "parameters": shown(entry.parameters),
        "outputs": entry.outputs,
        "checks": results_of(entry.outputs),
        "state": missing or "published",
        "rollback": taken_back_json(entry),
        "as_of": as_of_in(entry.outputs.values()),
        "published": f"nothing ({missing})" if missing else _published(entry),
    }
