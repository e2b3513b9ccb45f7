"""The command ``transforms``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import Annotated

import typer

from transforms.cli import (
    backup,
    build,
    diff,
    doctor,
    experiments,
    gc,
    graph,
    init,
    lineage,
    list,
    log,
    models,
    optimize,
    plan,
    put,
    recover,
    reproduce,
    rollback,
    show,
    test,
    ui,
)
from transforms.cli.failures import CommandGroup
from transforms.cli.options import Quiet, Session, Verbose
from transforms.run.running import JOB_THREADS

app = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Declare, run and atomically commit transforms, models and experiments on Delta tables.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from transforms.common.packages import installed_version

        number = installed_version("transforms-on-delta")
        print(f"transforms {number}" if number else "transforms (not installed: running from its source)")
        raise typer.Exit


@app.callback()
def _before_the_command(
    ctx: typer.Context,
    root: Annotated[
        str | None, typer.Option("--root", metavar="FOLDER", help="The store's root; overrides every setting.")
    ] = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    ctx.obj = Session(root, quiet, verbose)


app.command()(init.init)
app.command()(put.put)
app.command("list")(list.list_transforms)
app.command()(plan.plan)
app.command()(build.build)
app.command("run", help="The same as build.")(build.build)
app.command()(show.show)
app.command("test", context_settings={"ignore_unknown_options": True})(test.run_tests)
app.command()(diff.diff)
app.command()(log.log)
app.command()(graph.graph)
app.command()(lineage.lineage)
app.command()(recover.recover)
app.command()(rollback.rollback)
app.command()(reproduce.reproduce)
app.command()(gc.gc)
app.command()(optimize.optimize)
app.command()(backup.backup)
app.command()(doctor.doctor)
app.add_typer(models.models, name="models")
app.add_typer(experiments.experiments, name="experiments")
app.command()(ui.ui)


def main() -> None:
    """Run the command line."""
    _open_standard_streams()
    code: str | int | None = 0
    try:
        app(prog_name="transforms")
    except SystemExit as end:
        code = end.code
    _leave(code)


def _open_standard_streams() -> None:
    # The next file that is opened would get the number of a closed one, and whatever is printed would be written into it.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        continue
    os.close(descriptor)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w"))  # noqa: SIM115 - for as long as we live
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a strange name must not end a listing


def _leave(code: str | int | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; impatience must not change how it ended
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # its reader has gone, or its disk is full: said where it could be
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # so that Python does not try again
    if any(thread.name.startswith(JOB_THREADS) for thread in threading.enumerate()):
        os._exit(code if isinstance(code, int) else 1)  # it does not stop, and Python cannot end beside it
    sys.exit(code)
