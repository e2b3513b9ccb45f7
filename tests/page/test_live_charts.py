"""Charts of an experiment that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from palantir_models.code_workspaces import ModelOutput
from tests.page.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab


def test_a_chart_grows_with_its_experiment(browser_page: Tab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without loading anew, and on the canvas that is there; a series that begins later comes, too."""
    from playwright.sync_api import expect

    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    experiment = ModelOutput("/live").create_experiment("run")
    recording = experiment._recording
    try:
        _log(experiment, range(10))
        with serving(tmp_path / ".transforms") as served:
            browser_page.goto(served.model("/live", "tab=charts"))
            card = browser_page.get_by_role("article", name="loss")
            expect(card).to_contain_text("10 points")
            canvas = card.locator("canvas").element_handle()
            _log(experiment, range(10, 25))
            expect(card).to_contain_text("25 points")
            assert canvas.evaluate("canvas => canvas.isConnected")
            experiment.log_metric("later", 0.125, step=0)
            recording.drain()
            expect(browser_page.get_by_role("article", name="later")).to_contain_text("1 point")
            browser_page.get_by_role("link", name="Experiments").click()
            expect(browser_page.get_by_role("grid")).to_contain_text("0.125")
            browser_page.goto("about:blank")
    finally:
        recording.close("FAILED", "the test ended")
        recording.discard_journal()


def _log(experiment: object, steps: range) -> None:
    for step in steps:
        experiment.log_metric("loss", 1 / (step + 1), step=step)  # type: ignore[attr-defined]
    experiment._recording.drain()  # type: ignore[attr-defined]
