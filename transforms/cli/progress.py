"""How a build shows itself: a line per job that ended, and on a terminal the jobs that are running."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TextIO

from transforms.cli.output import Output
from transforms.cli.summary import output_text
from transforms.cli.voices import JobStream, job_streams

if TYPE_CHECKING:
    from rich.text import Text

    from transforms.run.job import JobResult

WORDS = {
    "committed": "BUILT",
    "fresh": "FRESH",
    "aborted": "ABORTED",
    "aborted by check": "ABORTED",
    "failed": "FAILED",
    "skipped": "SKIPPED",
    "interrupted": "STOPPED",
}
_STYLES = {
    "committed": "green",
    "fresh": "dim",
    "aborted": "yellow",
    "aborted by check": "bold red",
    "failed": "bold red",
    "skipped": "yellow",
    "interrupted": "yellow",
}
_STATUS_WIDTH = max(map(len, WORDS.values()))
_KNOWN_REASONS = ("new", "forced")  # to whoever ran the build; others are told


class Progress:
    """Prints the jobs of a build as they end. Used with ``with`` around the build.

    :param names: the transforms of the build.
    :param out: where the lines go.
    :param side_by_side: whether jobs may run side by side; then what they print gets their names.
    """

    def __init__(self, names: Sequence[str], out: Output, side_by_side: bool = False) -> None:
        self._out = out
        self._side_by_side = side_by_side
        self._total = len(names)
        self._width = max(map(len, names), default=0)
        self._ended = 0
        self._running: dict[str, float] = {}
        self._notes: dict[str, str] = {}
        self._lock = threading.Lock()
        self._live: Any = None
        self._streams: Sequence[JobStream] = ()
        self._entered = ExitStack()

    def __enter__(self) -> Progress:
        show = None
        if self._out.is_terminal and not self._out.quiet and not self._out.as_json:
            from rich.console import Console
            from rich.live import Live

            console = Console(file=self._out.stream, highlight=False)
            self._live = Live(
                console=console,
                get_renderable=self._block,
                refresh_per_second=8,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
            self._entered.callback(self._live.stop)
            show = self._show
        self._streams = self._entered.enter_context(job_streams(self._side_by_side, show, self._note))
        return self

    def __exit__(self, *_: object) -> None:
        self._entered.close()
        self._live = None

    def started(self, name: str) -> None:
        """Show a job as running."""
        with self._lock:
            self._running[name] = time.monotonic()

    def finished(self, result: JobResult) -> None:
        """Print the line of a job that has ended."""
        for stream in self._streams:
            stream.finish_job(result.name)
        with self._lock:
            self._running.pop(result.name, None)
            self._notes.pop(result.name, None)
            self._ended += 1
        before, word, after = self._parts(result)
        if self._live is None:
            self._out.say(f"{before}{word}{after}".rstrip())
            return
        from rich.text import Text

        self._live.refresh()  # it shows the job as running until then
        line = Text.assemble(before, (word, _STYLES[result.status]), after)
        line.rstrip()
        self._live.console.print(line, soft_wrap=True)

    def _show(self, line: str, stream: TextIO) -> bool:
        """Print what a job says above the running jobs; what does not go to the terminal is not printed here."""
        from rich.text import Text

        if self._live is None or not stream.isatty():
            return False
        self._live.console.print(Text.from_ansi(line), soft_wrap=True)
        return True

    def _note(self, job: str, text: str) -> None:
        with self._lock:
            if job in self._running:
                self._notes[job] = text

    def _parts(self, result: JobResult) -> tuple[str, str, str]:
        digits = len(str(self._total))
        before = f"{self._ended:>{digits}}/{self._total}  "
        word = WORDS[result.status].ljust(_STATUS_WIDTH)
        after = f"  {result.name.ljust(self._width)}  {job_text(result):<14}"
        if result.status not in ("fresh", "skipped"):
            after += f"  {result.seconds:.2f}s"
        if result.attempts > 1:
            after += f"  try {result.attempts}"
        if result.status == "committed" and result.reason not in _KNOWN_REASONS:
            after += f"  {result.reason}"
        if result.status == "committed" and result.incremental is not None:
            after += f"  {result.incremental}"
        return before, word, after

    def _block(self) -> Text:
        from rich.text import Text

        with self._lock:
            running, notes = list(self._running.items()), dict(self._notes)
        now = time.monotonic()
        width = 2 * len(str(self._total)) + 1
        lines = [
            f"{'':{width}}  {'running':<{_STATUS_WIDTH}}  {name.ljust(self._width)}  {now - since:.1f}s  {notes.get(name, '')}"
            for name, since in running
        ]
        return Text("\n".join(lines), style="cyan", no_wrap=True, overflow="ellipsis")


def job_text(result: JobResult) -> str:
    """Return what a job wrote, or why it wrote nothing."""
    if result.status == "aborted by check":
        return result.status
    if result.status == "failed":
        return next(kind.__name__ for kind in type(result.error).__mro__ if not kind.__name__.startswith("_"))
    if result.status != "committed":
        return result.reason if result.status not in ("aborted", "interrupted") else "nothing committed"
    written = [output for output in result.outputs.values() if "rows" in output]
    others = [output_text(output) for output in result.outputs.values() if "rows" not in output]
    rows = [output_text({"rows": sum(int(output["rows"]) for output in written)})] if written else []
    return ", ".join([*rows, *others])
