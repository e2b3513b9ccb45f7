"""Recovering: what a dead process logged is kept, as far as it can be read, and nothing by guessing."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from palantir_models.experiment.journal import kept
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.recovering import recover
from transforms.errors import NotFoundError

pytestmark = pytest.mark.slow

KILLED = """
    import os, signal, sys
    from pathlib import Path
    from palantir_models.experiments import Experiment
    from palantir_models.experiment.recording import Recording

    experiment = Experiment(Recording("run", model="/m", journals=Path(sys.argv[1]), experiment_id=sys.argv[2]))
    experiment.log_param("depth", 3)
    for step in range(1000):
        experiment.log_metric("loss", step / 10)
    experiment._recording.drain()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def abandon(journals: Path, experiment_id: str) -> Path:
    """Have a process die while it logs 1,000 values; return the journal's folder."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(journals), experiment_id]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    return journals / experiment_id


def statuses(journals: Path) -> dict[str, str]:
    """Return the status of each experiment by its id."""
    return {row["experiment_id"]: row["status"] for row in (one.row for one in Journals(journals).unpublished())}


def test_what_a_dead_process_logged_is_recovered(tmp_path: Path) -> None:
    """All that reached the journal, by the beginning of the id, as Parquet files."""
    folder = abandon(tmp_path, "ab12")
    assert statuses(tmp_path) == {"ab12": "ABANDONED"}
    row = recover(tmp_path, "ab")
    assert (row["name"], row["model"], row["status"], row["value_count"]) == ("run", "/m", "ABANDONED", 1000)
    assert "ended without publishing" in row["error"]
    assert statuses(tmp_path) == {"ab12": "ABANDONED"}
    assert pq.read_table(folder / "metrics.parquet")["value"].to_pylist() == [step / 10 for step in range(1000)]
    assert pq.read_table(folder / "hyperparameters.parquet")["integer_value"].to_pylist() == [3]
    assert not (folder / "journal").exists()


def test_a_recovery_that_is_interrupted_can_be_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal goes last."""
    abandon(tmp_path, "ab12")
    with monkeypatch.context() as patch:
        patch.setattr(kept, "write_atomically", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            recover(tmp_path, "ab12")
    assert recover(tmp_path, "ab12")["value_count"] == 1000


def test_ids_that_tell_nothing_apart_are_refused(tmp_path: Path) -> None:
    """Nothing is recovered by guessing."""
    for name in ("ab12", "ab34"):
        abandon(tmp_path, name)
    with pytest.raises(NotFoundError, match="begins the ids of 2"):
        recover(tmp_path, "ab")
    with pytest.raises(NotFoundError, match=r"No experiment 'ab13'.*'ab12'"):
        recover(tmp_path, "ab13")
    with pytest.raises(NotFoundError):
        recover(tmp_path, "")
    recover(tmp_path, "ab1")
    with pytest.raises(NotFoundError, match="kept already"):
        recover(tmp_path, "ab12")
    assert statuses(tmp_path) == {"ab12": "ABANDONED", "ab34": "ABANDONED"}


def test_a_torn_journal_is_recovered_up_to_the_tear(tmp_path: Path) -> None:
    """As after a write that the death cut short."""
    folder = abandon(tmp_path, "ab12")
    with open(folder / "journal", "ab") as journal:
        journal.write((folder / "journal").read_bytes()[:50])
    assert recover(tmp_path, "ab12")["value_count"] == 1000


def test_a_damaged_journal_stays_beside_what_could_be_kept_of_it(tmp_path: Path) -> None:
    """Nobody else has what stands behind the damage, so recovering the rest does not delete it."""
    folder = abandon(tmp_path, "ab12")
    content = (folder / "journal").read_bytes()
    place = content.index(b"depth")
    damaged = content[:place] + b"XX" + content[place + 2 :]
    (folder / "journal").write_bytes(damaged)
    row = recover(tmp_path, "ab12")
    assert "damaged" in row["error"]
    assert row["error"].endswith("All of it stays beside what is kept, as journal.damaged.")
    assert (folder / "journal.damaged").read_bytes() == damaged
    (listed,) = kept.unpublished(tmp_path)
    assert (listed.row["status"], listed.row["error"]) == ("ABANDONED", row["error"])
