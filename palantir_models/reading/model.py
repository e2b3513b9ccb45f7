"""A model as it is read back: its versions, experiments and evaluations."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import get_args

from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.code.choosing import CodeChoice
from palantir_models.display import escaped, heading, html_table, note, text_table
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.model.input import load_version
from palantir_models.model.published import published_versions
from palantir_models.model.versions import ModelVersion
from palantir_models.reading.comparison import Comparison
from palantir_models.reading.evaluation import RecordedEvaluation
from palantir_models.reading.evaluation_comparison import EvaluationComparison, VersionComparison
from palantir_models.reading.evaluations import chosen, evaluations_of, pick_evaluation
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.facts import ranks_of
from palantir_models.reading.finding import pick
from palantir_models.reading.following import Follower
from palantir_models.reading.read_only import ReadOnly
from palantir_models.reading.sources import ModelTables, folder_of, unpublished
from palantir_models.workspace.aliases import resolve_model
from transforms.common.text import counted
from transforms.config import load_config
from transforms.errors import NotFoundError, UsageError, nearest
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.store import layout
from transforms.store.store import Store

_LISTED = 10


class Model(ReadOnly):
    """The versions, experiments and evaluations of a model, as they were when it was opened.

    :param alias: the model's path or RID.
    :param branch: its branch.
    :param store: the store.
    :raises NotFoundError: if it has neither a version nor an experiment; names the nearest model.
    """

    def __init__(self, alias: str, branch: str, store: Store) -> None:
        self._alias = alias
        self._branch = branch
        self._store = store
        resource = Resource("model", alias)
        self._folder = layout.resource_path(resource, branch)
        published = store.published()  # asked first: what it tells of is in the table that is opened then
        found = store.view(resource, branch)
        self._seq = 0 if found is None else max(found[0].seq, published)
        self._published = published_versions(store, alias, None if found is None else found[0])
        if found is None and not self.unpublished:
            raise _no_model(alias, branch, store)

    @property
    def alias(self) -> str:
        """The model's path or RID."""
        return self._alias

    @property
    def branch(self) -> str:
        """Its branch."""
        return self._branch

    @property
    def versions(self) -> tuple[ModelVersion, ...]:
        """The published versions, oldest first; those that were removed are none any more."""
        return self._published.present

    @property
    def tags(self) -> Mapping[str, str]:
        """The number of the version that each tag names."""
        numbers = {version.version_id: version.version for version in self._published.every}
        return {tag: numbers[identity] for tag, identity in sorted(self._published.lifecycle.tags.items())}

    def tags_of(self, version: ModelVersion) -> tuple[str, ...]:
        """Return the tags that name a version."""
        return self._published.lifecycle.tags_of(version.version_id)

    def version(self, wanted: str | None = None) -> ModelVersion:
        """Return one of the versions.

        :param wanted: a number such as ``1.2.0``, a RID, a tag or ``latest``; the latest when not given.
        :raises NotFoundError: if there is no such version, or it was removed; names the nearest.
        """
        return self._published.pick(wanted)

    def load(self, version: str | None = None, *, code: CodeChoice = "version") -> ModelAdapter:
        """Load a version's adapter, ready for inference.

        :param version: a number such as ``1.2.0``, a RID, a tag or ``latest``; the latest when not given.
        :param code: ``version`` for the code that the version was published with, which is the project's own as long as
            that is the same; ``project`` for the project's code of today in any case. A difference is logged as a warning.
        :raises NotFoundError: if there is no such version; names the nearest.
        :raises UsageError: if ``code`` is neither of these.
        :raises ArtifactMismatchError: if a saved file is not the one that was published.
        """
        if code not in (choices := get_args(CodeChoice)):
            raise UsageError(f"code is {' or '.join(map(repr, choices))}; got {code!r}.{nearest(str(code), choices)}")
        return load_version(self._store.storage, self._folder, self.version(version), code)

    @cached_property
    def experiments(self) -> tuple[RecordedExperiment, ...]:
        """The published experiments, newest first; one that was imported has no version."""
        if not self._seq:
            return ()
        source = ModelTables(self._store, self._folder, self._seq)
        numbers = {version.version_id: version.version for version in self.versions}
        return tuple(
            RecordedExperiment({**row, "model": self.alias, "version": numbers.get(row["model_version_id"])}, source)
            for row in source.rows()
            if row["experiment_id"] not in self._published.lifecycle.removed_experiments
        )

    @property
    def unpublished(self) -> tuple[RecordedExperiment, ...]:
        """The experiments that are no part of a version, newest first, as they are now: those that run, that failed, that
        were not published, or whose process died."""
        known = {experiment.experiment_id for experiment in self.experiments}
        found = unpublished(self._store, self.alias, self.branch)
        return tuple(RecordedExperiment(row, source) for row, source in found if row["experiment_id"] not in known)

    @property
    def ranks(self) -> dict[str, int]:
        """The place of each experiment, published or not, in the order of their creation, by id; the first one has 0."""
        return ranks_of([*self.experiments, *self.unpublished])

    @property
    def live(self) -> tuple[Follower, ...]:
        """A follower of each experiment that has a journal now: that runs, or whose process died. None of them is read."""
        known = {experiment.experiment_id for experiment in self.experiments}
        return tuple(
            Follower(self._store, self._folder, identity)
            for identity, header in journals_of(self._store.storage).unfinished()
            if header is not None and folder_of(header) == self._folder and identity not in known
        )

    def experiment(self, wanted: str) -> RecordedExperiment:
        """Return one experiment, published or not.

        Of several with one name the published one is meant, else the one that runs.

        :param wanted: its name, its id or the beginning of the id, or the number or RID of the version that it was
            published with.
        :raises NotFoundError: if there is none, or more than one.
        """
        versions = {version.rid: version.version for version in self.versions}
        return pick([*self.experiments, *self.unpublished], wanted, f"Model {self.alias}", versions)

    def compare(self, experiments: Sequence[str | RecordedExperiment] | None = None) -> Comparison[RecordedExperiment]:
        """Put experiments side by side.

        :param experiments: each as :meth:`experiment` takes it, or the experiment itself, of this model or another; all
            published ones when not given.
        :raises NotFoundError: if one is not there.
        :raises UsageError: if there is none to compare.
        """
        wanted = self.experiments if experiments is None else experiments
        return Comparison([self.experiment(one) if isinstance(one, str) else one for one in wanted])

    def evaluations(
        self, evaluation_set: str | None = None, version: str | None = None, branch: str | None = None
    ) -> tuple[RecordedEvaluation, ...]:
        """Return the evaluations of the versions that are there, newest first, on whichever branch they were made.

        :param evaluation_set: only those of this set.
        :param version: only those of this version, as :meth:`version` takes it.
        :param branch: only those that were made on this branch.
        :raises NotFoundError: if there is no such version; names the nearest.
        """
        version_id = None if version is None else self.version(version).version_id
        return chosen(self._evaluations, evaluation_set, version_id, branch)

    def evaluation(self, wanted: str) -> RecordedEvaluation:
        """Return one evaluation; of several of one name, on different branches, the newest.

        :param wanted: its name, its id or the beginning of the id, or its RID.
        :raises NotFoundError: if there is none, or it is not clear which.
        """
        return pick_evaluation(self._evaluations, wanted, f"Model {self.alias}")

    def compare_evaluations(
        self, evaluations: Sequence[str | RecordedEvaluation] | None = None
    ) -> EvaluationComparison:
        """Put evaluations side by side: their metrics by subset, one column each.

        :param evaluations: each as :meth:`evaluation` takes it, or the evaluation itself, of this model or another; all when not
            given.
        :raises NotFoundError: if one is not there.
        :raises UsageError: if there is none to compare.
        """
        wanted = self._evaluations if evaluations is None else evaluations
        return EvaluationComparison([self.evaluation(one) if isinstance(one, str) else one for one in wanted])

    def compare_with(
        self, baseline: str, version: str | None = None, evaluation_set: str | None = None
    ) -> VersionComparison:
        """Tell what a version scored against another one, such as that in production, in every set.

        :param baseline: the version that it is compared with, as :meth:`version` takes it.
        :param version: the version that is compared, likewise; the latest when not given.
        :param evaluation_set: only this set.
        :raises NotFoundError: if there is no such version, or neither was evaluated.
        """
        every = self.evaluations(evaluation_set)
        return VersionComparison(self.version(version), self.version(baseline), every, self.branch)

    @cached_property
    def _evaluations(self) -> tuple[RecordedEvaluation, ...]:
        removed = self._published.lifecycle.removed_versions
        every = evaluations_of(self._store, self.alias, self._seq)
        return tuple(one for one in every if one.model_version_id not in removed)

    def _rows(self) -> list[tuple[object, ...]]:
        names = {experiment.version: experiment for experiment in self.experiments}
        rows: list[tuple[object, ...]] = []
        for version in self.versions[::-1][:_LISTED]:
            one = names.get(version.version)
            logged = () if one is None else (one.name, one.value_count, one.dropped_count or None)
            rows.append((version.version, version.created_time, version.transform, *(logged or (None, None, None))))
        return rows

    def _groups(self) -> list[tuple[str, int, list[tuple[object, ...]]]]:
        """Return the experiments that no version's row tells of: what they are, how many more there are, and rows."""
        found = {
            "Without a version": [one for one in self.experiments if one.version is None],
            "Not published": list(self.unpublished),
        }
        return [
            (
                title,
                len(experiments[_LISTED:]),
                [
                    (one.name, one.status, one.created_time, one.value_count, one.dropped_count or None)
                    for one in experiments[:_LISTED]
                ],
            )
            for title, experiments in found.items()
            if experiments
        ]

    def _title(self) -> str:
        place = "" if self.branch == DEFAULT_BRANCH else f" on branch {self.branch}"
        return f"Model {self.alias}{place}: {counted(len(self.versions), 'version')}"

    def __repr__(self) -> str:
        lines = [self._title()]
        if self.versions:
            lines.append(text_table(_VERSIONS, self._rows()))
        if self.versions[_LISTED:]:
            lines.append(f"  … and {len(self.versions) - _LISTED} older")
        for title, more, rows in self._groups():
            lines += [title, text_table(_OTHERS, rows), *([f"  … and {more} more"] * bool(more))]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        versions = html_table(_VERSIONS, self._rows()) if self.versions else ""
        older = f"Not shown: {len(self.versions) - _LISTED:,} older, in .versions." if self.versions[_LISTED:] else ""
        others = "".join(
            f"{heading(title)}{html_table(_OTHERS, rows)}{note(f'Not shown: {more:,} more.' if more else '')}"
            for title, more, rows in self._groups()
        )
        return f"<div><b>{escaped(self._title())}</b>{versions}{note(older)}{others}</div>"


_VERSIONS = ["version", "created", "transform", "experiment", "values", "dropped"]
_OTHERS = ["experiment", "status", "created", "values", "dropped"]


def open_model(alias: str, branch: str | None = None, root: str | os.PathLike[str] | None = None) -> Model:
    """Open a model to read its versions and experiments.

    :param alias: the model's path or RID, or an alias from ``[tool.transforms.models]`` or of Code Workspaces.
    :param branch: the branch to look at; ``master`` when not given.
    :param root: the store's root; the one of the project in the working folder when not given.
    :returns: the model as it is now.
    :raises NotFoundError: if there is no such model; names the nearest.

    In the folder of a project that has trained a model:

    >>> model = open_model("/examples/doubler")
    >>> model
    Model /examples/doubler: 1 version
    ...
    >>> model.version().version
    '1.0.0'
    >>> import pandas as pd
    >>> model.load().transform(pd.DataFrame({"x": [1, 2]})).df_out["y"].tolist()
    [2, 4]
    """
    place = None if root is None else os.fspath(root)
    config = load_config(root=place if place is None or "://" in place else os.path.abspath(place))
    return Model(resolve_model(alias, config).alias, branch or DEFAULT_BRANCH, Store(config.root))


def _no_model(alias: str, branch: str, store: Store) -> NotFoundError:
    models = [write.alias for write in store.writes().values() if write.kind == "model" and write.branch == branch]
    listed = ", ".join(sorted(models)[:_LISTED]) or "none"
    return NotFoundError(
        f"No model {alias} on branch {branch} of {store.root}.{nearest(alias, models)} There are: {listed}."
    )
