"""``transforms gc``: give disk space back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted

if TYPE_CHECKING:
    from transforms.store.store import Store


def gc(
    ctx: typer.Context,
    older_than: Annotated[
        float | None,
        typer.Option(
            "--older-than",
            min=0,
            metavar="DAYS",
            help="Also delete data files that were replaced longer ago, logs of jobs that ended longer ago, what came longer ago "
            "for jobs that had died, experiments whose name a later one took, and versions and experiments of models that were "
            "removed longer ago; older versions of tables cannot be read afterwards, and "
            "incremental transforms that read one of them last read everything once.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, delete nothing.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Give disk space back.

    Deletes what dead jobs staged and journals of published experiments, and with --older-than data files that only
    older versions need, files that came for jobs when these had died, and experiments of cells that ran again.
    'transforms experiments rm' deletes other ones.

    Examples:

    transforms gc --dry-run

    transforms gc --older-than 30
    """
    from palantir_models.reading.collecting import collect_journals
    from transforms.store.job_logs import delete_old
    from transforms.store.recovery import collect_dead, dead_transactions

    store = open_project(ctx).store
    transactions = dead_transactions(store.storage) if dry_run else collect_dead(store)
    journals = collect_journals(store, dry_run, older_than)
    files = {} if older_than is None else _files(store, older_than, dry_run)
    logs = [] if older_than is None else delete_old(store.storage, older_than, dry_run)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            out.json(
                {"dry_run": dry_run, "transactions": transactions, "journals": journals, "files": files, "logs": logs}
            )
            return
        verb = "would delete" if dry_run else "deleted"
        for transaction in transactions:
            out.say(f"{verb} what transaction {transaction} had staged before it died")
        for experiment in journals:
            out.say(f"{verb} the journal of experiment {experiment}")
        for table, names in files.items():
            for name in names:
                out.say(f"{verb} {table}/{name}" if table else f"{verb} {name}")
        if logs:
            out.say(f"{verb} {counted(len(logs), 'log')} of jobs that ended more than {older_than:g} days ago")
        number = sum(map(len, files.values()))
        out.say(
            f"Done. {verb} {counted(len(transactions), 'dead job')} and {counted(number, 'file')} that nothing needs."
        )


def _files(store: Store, days: float, dry_run: bool) -> dict[str, list[str]]:
    from palantir_models.model.clearing import clear_removed
    from transforms.store.vacuum import vacuum_tables

    found = clear_removed(store, days, dry_run)  # first, as it replaces files of tables
    for table, names in vacuum_tables(store, days, dry_run).items():
        found[table] = [*found.get(table, []), *names]
    return found
