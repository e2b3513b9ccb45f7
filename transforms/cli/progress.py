"""How a build shows itself: a line per job that ended, and on a terminal the jobs that are running."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from transforms.cli.output import Output
from transforms.cli.summary import output_text

if TYPE_CHECKING:
    from rich.text import Text

    from transforms.run.job import JobResult

WORDS = {"committed": "BUILT", "fresh": "FRESH", "aborted": "ABORTED", "failed": "FAILED", "skipped": "SKIPPED"}
_STYLES = {"committed": "green", "fresh": "dim", "aborted": "yellow", "failed": "bold red", "skipped": "yellow"}
_STATUS_WIDTH = max(map(len, WORDS.values()))


class Progress:
    """Prints the jobs of a build as they end. Used with ``with`` around the build.

    :param names: the transforms of the build.
    :param out: where the lines go.
    """

    def __init__(self, names: Sequence[str], out: Output) -> None:
        self._out = out
        self._total = len(names)
        self._width = max(map(len, names), default=0)
        self._ended = 0
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()
        self._live: Any = None

    def __enter__(self) -> Progress:
        if self._out.is_terminal and not self._out.quiet and not self._out.as_json:
            from rich.console import Console
            from rich.live import Live

            console = Console(highlight=False)
            self._live = Live(console=console, get_renderable=self._block, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def started(self, name: str) -> None:
        """Show a job as running."""
        with self._lock:
            self._running[name] = time.monotonic()

    def finished(self, result: JobResult) -> None:
        """Print the line of a job that has ended."""
        with self._lock:
            self._running.pop(result.name, None)
            self._ended += 1
        before, word, after = self._parts(result)
        if self._live is None:
            self._out.say(f"{before}{word}{after}".rstrip())
            return
        from rich.text import Text

        self._live.refresh()  # it shows the job as running until then
        line = Text.assemble(before, (word, _STYLES[result.status]), after)
        self._live.console.print(line, soft_wrap=True)

    def _parts(self, result: JobResult) -> tuple[str, str, str]:
        digits = len(str(self._total))
        before = f"{self._ended:>{digits}}/{self._total}  "
        word = WORDS[result.status].ljust(_STATUS_WIDTH)
        after = f"  {result.name.ljust(self._width)}  {job_text(result):<14}"
        if result.status not in ("fresh", "skipped"):
            after += f"  {result.seconds:.2f}s"
        return before, word, after

    def _block(self) -> Text:
        from rich.text import Text

        with self._lock:
            running = list(self._running.items())
        now = time.monotonic()
        lines = [f"     running  {name.ljust(self._width)}  {now - since:.1f}s" for name, since in running]
        return Text("\n".join(lines), style="cyan")


def job_text(result: JobResult) -> str:
    """Return what a job wrote, or why it wrote nothing."""
    if result.status == "failed":
        return type(result.error).__name__
    if result.status != "committed":
        return result.reason if result.status != "aborted" else "nothing committed"
    written = [output for output in result.outputs.values() if "rows" in output]
    others = [output_text(output) for output in result.outputs.values() if "rows" not in output]
    rows = [output_text({"rows": sum(int(output["rows"]) for output in written)})] if written else []
    return ", ".join([*rows, *others])
