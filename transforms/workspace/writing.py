"""Writing a dataset outside of a job: a job of one output, which commits at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.config import Config
from transforms.run.job import JobOptions, run_job
from transforms.spec.datasets import Output
from transforms.spec.params import Param
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.spec.transform import ContainerTransform, Transform
from transforms.store.store import Store

_WAIT_SECONDS = 60.0  # for a job, or another notebook, that writes the same dataset at this moment


class _Action(Param):
    """What is done to the output; handed to the function as it is."""

    runtime = "transforms.workspace.writing:given_action"

    def __init__(self, action: Callable[[Any], None]) -> None:
        super().__init__()
        self.action = action


def given_action(param: _Action, name: str, scope: Any) -> Callable[[Any], None]:
    """Return what is done to the output."""
    return param.action


def notebook(out: Any, action: Callable[[Any], None]) -> None:
    """Write a dataset as a notebook or script says."""
    action(out)


def write(store: Store, config: Config, alias: str, action: Callable[[Any], None]) -> None:
    """Write a dataset in one commit.

    :param store: the store.
    :param config: the project's configuration.
    :param alias: the dataset.
    :param action: writes it; given what a single-node function would be given for the output.
    :raises Exception: whatever the action raised; nothing is committed then.
    """
    declared = Transform(notebook, outputs={"out": Output(alias)}, values={"action": _Action(action)})
    options = JobOptions(branch=DEFAULT_BRANCH, wait_seconds=_WAIT_SECONDS)
    result = run_job(ContainerTransform(declared), store, config, options)
    if result.error is not None:
        raise result.error
