"""Experiments apart from the published ones: running, abandoned, kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.journal import kept
from palantir_models.experiment.journal.file_format import Frame
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.recovering import recover
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import Experiment


def test_a_running_one_is_read_and_not_recovered(tmp_path: Path) -> None:
    """Its process has it."""
    experiment = Experiment(Recording("run", model="/m", journals=tmp_path))
    experiment.log_metric("loss", 0.5)
    experiment._recording.drain()
    row, recorded, _ = kept.read_live(tmp_path / experiment.experiment_id)
    assert (row["status"], row["error"], recorded.value_count) == ("RUNNING", None, 1)
    with pytest.raises(ExperimentError, match=f"running in process {os.getpid()}"):
        recover(tmp_path, experiment.experiment_id)
    experiment._recording.close("FAILED", "no luck")
    experiment._recording.keep(Journals(tmp_path))
    (experiment_kept,) = kept.unpublished(tmp_path)
    row, metrics = experiment_kept.row, experiment_kept.part("metrics")
    assert (row["status"], row["error"]) == ("FAILED", "no luck")
    assert metrics is not None
    assert metrics.collect()["value"].to_list() == [0.5]
    assert experiment_kept.part("images") is None
    assert not kept.live_folders(tmp_path)


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """Rows tell by model and branch."""
    experiments = [Experiment(Recording("run", model=model, journals=tmp_path)) for model in ("/a", "/b")]
    found = [row["model"] for row in (one.row for one in kept.unpublished(tmp_path, lambda row: row["model"] == "/b"))]
    assert found == ["/b"]
    for experiment in experiments:
        experiment._recording.close("FAILED")
        experiment._recording.discard_journal()
    assert not list(kept.unpublished(tmp_path))


def test_a_damaged_journal_gives_what_stands_before_and_says_what_is_lost(tmp_path: Path) -> None:
    """Wherever the experiment is met: in lists, and in what is kept of it."""
    experiment = Recording("run", model="/m", journals=tmp_path, experiment_id="ab12")
    for value in (1, 2, 3):
        experiment.intake.log_param(f"p{value}", value)
        experiment.drain()
    file = tmp_path / "ab12" / "journal"
    content = file.read_bytes()
    place = content.index(b"p2")
    file.write_bytes(content[:place] + b"xx" + content[place + 2 :])
    row, recorded, _ = kept.read_live(tmp_path / "ab12", running=False)
    assert recorded.parameter_count == 1
    assert str(row["error"]).startswith("Its journal is damaged: ")
    assert "ended without publishing" in str(row["error"])
    assert "is damaged" in str(kept.read_live(tmp_path / "ab12", running=True).row["error"])


def test_a_list_decodes_no_value_of_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much it logged: frames tell how many rows they have."""
    experiment = Experiment(Recording("run", model="/m", journals=tmp_path))
    experiment.log_param("depth", 3)
    for step in range(10):
        experiment.log_metric("loss", step / 10)
    experiment._recording.drain()
    content, decoded = Frame.content, []
    monkeypatch.setattr(Frame, "content", lambda frame: decoded.append(frame.kind) or content(frame))
    (listed,) = kept.unpublished(tmp_path)
    assert [listed.row[name] for name in ("value_count", "parameter_count", "dropped_count")] == [10, 1, 0]
    assert decoded == ["hyperparameters"]
    assert '"last":0.9' in listed.details["series"]
    assert "metrics" in decoded
    experiment._recording.discard_journal()
