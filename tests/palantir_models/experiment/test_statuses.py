"""Statuses: one list of them for everybody."""

from __future__ import annotations

from palantir_models.experiment import statuses
from transforms.cli.experiments import removing


def test_the_command_line_deletes_by_every_status_of_one_that_has_ended() -> None:
    """The command spells them itself, as loading the library would slow down its help."""
    every = {value for name, value in vars(statuses).items() if name.isupper()}
    assert {*removing._ENDED} == every - {statuses.RUNNING, statuses.DELETED}
