"""Journals of dead processes: deleted when what they hold is published, kept when it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.recording import Recording
from palantir_models.reading.collecting import collect_journals
from tests.palantir_models.model.test_publishing import ROWS, trainer
from transforms.errors import UsageError
from transforms.store import layout

pytestmark = pytest.mark.slow

DIE = """
import os, sys
from pathlib import Path
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.recording import Recording
recording = Recording(
    "run", model="/model", experiment_id=sys.argv[2], journals=Path(sys.argv[1]), context={"branch": "master"}
)
experiment = Experiment(recording)
experiment.log_metric("loss", 1.0)
experiment._recording.drain()
os._exit(1)
"""


@pytest.fixture
def journals(store):
    return store.root / layout.JOURNAL


def abandon(journals, experiment_id):
    """Leave the journal of an experiment whose process died."""
    subprocess.run([sys.executable, "-c", DIE, str(journals), experiment_id], check=False)
    assert (journals / experiment_id).is_dir()


def test_the_journal_of_a_published_experiment_goes(run_transform, store, journals):
    run_transform(trainer(), {"data": ROWS})
    published = run_transform(trainer()).experiments[0].experiment_id
    abandon(journals, published)
    abandon(journals, "f" * 32)
    assert collect_journals(store, dry_run=True) == [published]
    assert (journals / published).exists()
    assert collect_journals(store) == [published]
    assert [folder.name for folder in journals.iterdir()] == ["f" * 32], "what was never published is kept"
    assert collect_journals(store) == []


def test_a_living_experiment_keeps_its_journal(store, journals):
    experiment = Experiment(Recording("run", model="/model", journals=journals, context={"branch": "master"}))
    try:
        assert collect_journals(store) == []
        assert json.loads((journals / experiment.experiment_id / "header.json").read_text())["name"] == "run"
    finally:
        experiment._recording.close("SUCCEEDED")
        experiment._recording.discard_journal()


def test_one_that_had_hardly_begun_goes_after_an_hour(store, journals):
    folder = journals / "stillborn"
    folder.mkdir(parents=True)
    (folder / "journal").touch()
    assert collect_journals(store) == []
    os.utime(folder, (time.time() - 4000,) * 2)
    assert collect_journals(store) == ["stillborn"]
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["{", "[]", "null", "[" * 5000, '{"name": "run"}', ""])
def test_what_cannot_be_judged_is_kept_and_said(store, journals, caplog, damage):
    """A header that became unreadable long ago tells nothing of the values beside it."""
    abandon(journals, "f" * 32)
    (journals / ("f" * 32) / "header.json").write_text(damage)
    os.utime(journals / ("f" * 32), (0, 0))
    before = (journals / ("f" * 32) / "journal").read_bytes()
    assert collect_journals(store) == []
    assert (journals / ("f" * 32) / "journal").read_bytes() == before
    assert f"{'f' * 32} is kept" in caplog.text


@pytest.mark.parametrize("name", ["../precious", "/tmp/precious", "*", "", "..", "a\0b", "a/b"])
def test_an_id_that_leads_elsewhere_deletes_and_recovers_nothing(store, journals, name):
    """Whoever types it is told so."""
    abandon(journals, "f" * 32)
    precious = store.root / "precious"
    precious.mkdir()
    (precious / "experiment.json").write_text("{}")
    found = journals_of(store.storage)
    for act in (found.recover, found.delete, lambda name: found.begin(name, {})):
        if name == "*" and act != found.recover:
            continue
        with pytest.raises(UsageError):
            act(name)
    assert (precious / "experiment.json").exists()
    assert (journals / ("f" * 32)).exists()


def test_a_header_names_no_other_experiment(store, journals):
    """The id is that of the folder, whatever is written in it."""
    abandon(journals, "f" * 32)
    header = journals / ("f" * 32) / "header.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), "experiment_id": "../../elsewhere"}))
    assert journals_of(store.storage).recover("f" * 32)["experiment_id"] == "f" * 32
    assert (journals / ("f" * 32) / "experiment.json").exists()


def test_one_that_ends_while_we_look_is_no_leftover(store):
    """Its job deletes the folder between the listing and the look at its age."""
    assert journals_of(store.storage).age_seconds("a" * 32) == 0.0
