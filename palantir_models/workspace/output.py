"""A model that a notebook or script trains: publishing commits at once."""

from __future__ import annotations

import html
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from palantir_models.display import html_facts
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.model.commit import ModelCommit
from palantir_models.model.context import context_of
from palantir_models.model.trials import Trials
from palantir_models.model.versions import ModelVersion
from palantir_models.model.writable import WritableModel
from palantir_models.models import ModelVersionChangeType
from palantir_models.workspace.aliases import resolve_model
from transforms.config import load_config
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.interrupts import InterruptedAfterCommit
from transforms.store.store import Store

if TYPE_CHECKING:
    from palantir_models.adapter.base import ModelAdapter

_WAIT_SECONDS = 60.0  # for a job, or another notebook, that publishes to the same model at this moment


@dataclass(frozen=True, repr=False)
class PublishedVersion:
    """A version that a notebook published; as the last line of a cell it tells what was committed.

    Attributes:
        model: the model's path or RID.
        version: the version.
        experiment: the experiment that was published with it, if any.
        commit: the number of the commit.
    """

    model: str
    version: ModelVersion
    experiment: Experiment | None
    commit: int

    def __repr__(self) -> str:
        logged = "" if self.experiment is None else f", with {self.experiment!r}"
        return f"<Published version {self.version.version} of model {self.model}, commit #{self.commit}{logged}>"

    def _repr_html_(self) -> str:
        facts = {
            "model": self.model,
            "version": self.version.version,
            "adapter": self.version.adapter,
            "RID": self.version.rid,
            "commit": f"#{self.commit}",
        }
        experiment = "" if self.experiment is None else f"<div>Experiment {self.experiment._repr_html_()}</div>"
        load = f"palantir_models.open_model({self.model!r}).load({self.version.version!r})"
        return (
            f"<div><b>Published</b>{html_facts(facts)}{experiment}"
            f"<div>Use it: <code>{html.escape(load)}</code></div></div>"
        )


class ModelOutput(WritableModel):
    """A model that code outside of a transform trains; what it publishes is committed at once.

    Follows the public page integrate-models/experiments-overview.

    :param alias: an alias from ``[tool.transforms.models]`` or of Code Workspaces, a path or a RID.
    :raises NotFoundError: if nothing says which model the alias stands for.
    """

    def __init__(self, alias: str) -> None:
        config = load_config()
        self._resource = resolve_model(alias, config)
        self._store = Store(config.root)
        super().__init__(
            self._resource.alias,
            Limits.from_settings(config.limits),
            journals=journals_of(self._store.storage),
            context=lambda: context_of(branch=DEFAULT_BRANCH, transform=_program(), source=_source()),
            trials=Trials(),
        )

    def publish(
        self,
        model_adapter: ModelAdapter,
        change_type: ModelVersionChangeType | None = None,
        experiment: Experiment | None = None,
        notes: str | None = None,
    ) -> PublishedVersion:
        """Publish a new version, and the experiment with it, in one commit.

        :param model_adapter: the trained model in its adapter.
        :param change_type: which part of the version number rises; MINOR when not given.
        :param experiment: an experiment of this model output, published with the version; it takes no more logs.
            When publishing fails, it goes on as before.
        :param notes: a text that stays with the version.
        :returns: what was committed.
        :raises TransformTypeError: if an argument is of the wrong type.
        :raises ExperimentError: if the experiment belongs to another model, or was published already.
        :raises SerializationError: if the adapter's state cannot be saved.
        :raises StoreError: if it cannot be committed.
        """
        recording = self._checked(model_adapter, change_type, experiment, notes)
        transaction = self._store.begin(_program(), DEFAULT_BRANCH, [self._resource], _WAIT_SECONDS)
        try:
            commit = ModelCommit(transaction, self._resource)
            version = commit.save(model_adapter, {}, change_type, recording, notes)
            sealed = commit.seal()
            entry = transaction.commit(sealed.changes, {self._resource.key: sealed.summary})
        except InterruptedAfterCommit:
            _forget_journal(recording)
            raise
        except BaseException:
            if recording is not None and not transaction.ratified:
                recording.reopen()
            transaction.abandon()
            raise
        _forget_journal(recording)
        return PublishedVersion(self.alias, version, experiment, entry.seq)


def _forget_journal(recording: Recording | None) -> None:
    if recording is not None:
        recording.discard_journal()


def _program() -> str:
    if not sys.argv or not sys.argv[0]:
        return "interactive"
    script = Path(sys.argv[0])
    if script.stem.endswith(
        "kernel_launcher"
    ):  # Jupyter's, Colab's and others': what runs is what the user types into it
        return "notebook"
    return script.parent.name if script.stem == "__main__" else script.stem


def _source() -> str:
    return str(Path(sys.argv[0]).absolute()) if sys.argv and sys.argv[0] else "interactive session"
