"""Decisions about what a model has published, each in a commit of its own: tags, removing and bringing back, going back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from palantir_models.model.lifecycle import TABLE, Decision, Event, Lifecycle, checked_tag, lifecycle_schema
from palantir_models.model.published import PublishedVersions, published_versions
from palantir_models.model.restoring import lasting, restore_version
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import ModelVersion, versions_schema
from transforms.errors import ConflictError, NotFoundError, UsageError, nearest
from transforms.plan.rollback import LIFECYCLE, ROLLBACK
from transforms.store import layout
from transforms.store.entry import Entry, Lineage
from transforms.store.process import user_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transforms.spec.resource import Resource
    from transforms.store.store import Store
    from transforms.store.transaction import Transaction


@dataclass(frozen=True)
class Step:
    """A decision as somebody asks for it.

    Attributes:
        text: what it is, in words, as the ledger keeps it.
        event: see :class:`~palantir_models.model.lifecycle.Decision`, as the others.
        tag: the tag.
        version_id: the version.
        experiment_id: the experiment.
    """

    text: str
    event: Event
    tag: str | None = None
    version_id: str | None = None
    experiment_id: str | None = None


class Decider:
    """Decides about one model on one branch.

    :param store: the store.
    :param resource: the model.
    :param branch: its branch.
    :param wait_seconds: how long to wait for whoever publishes to it at the moment, in seconds.

    Every method commits at once, returns the ledger's row, and raises ``LeaseHeldError`` while a job trains the model and
    ``NotFoundError`` where what it names is not there. A transform that trained the model stays as fresh as it was.
    """

    def __init__(self, store: Store, resource: Resource, branch: str, wait_seconds: float = 0.0) -> None:
        self._store = store
        self._resource = resource
        self._branch = branch
        self._wait_seconds = wait_seconds
        self._versions = f"{layout.resource_path(resource, branch)}/{layout.VERSIONS}"

    def tag(self, wanted: str, tag: str, notes: str | None = None) -> Entry:
        """Let a tag name a version; if it named another one, no more.

        :param wanted: the version: a number, a RID, another tag or ``latest``.
        :param tag: the tag, such as ``production``.
        :param notes: why.
        :raises UsageError: if it cannot be a tag, or names that version already.
        """
        checked_tag(tag)

        def steps(published: PublishedVersions) -> list[Step]:
            version = published.pick(wanted)
            before = published.lifecycle.tags.get(tag)
            if before == version.version_id:
                raise UsageError(f"{tag} names version {version.version} of {self._resource.alias} already.")
            moved = _number(published, before)
            text = f"tagged {version.version} {tag}{f' (was {moved})' if moved else ''}"
            return [Step(text, "tagged", tag, version.version_id)]

        return self._decide(steps, notes)

    def untag(self, tag: str, notes: str | None = None) -> Entry:
        """Let a tag name no version any more.

        :param tag: the tag.
        :param notes: why.
        """

        def steps(published: PublishedVersions) -> list[Step]:
            before = published.lifecycle.tags.get(tag)
            if before is None:
                known = sorted(published.lifecycle.tags)
                raise NotFoundError(
                    f"Model {self._resource.alias} has no tag {tag!r}.{nearest(tag, known)} It has: {', '.join(known) or 'none'}."
                )
            return [Step(f"untagged {_number(published, before)} {tag}", "untagged", tag, before)]

        return self._decide(steps, notes)

    def remove(self, wanted: Sequence[str], with_experiments: bool = False, notes: str | None = None) -> Entry:
        """Remove versions: nobody finds them any more, their files stay until ``gc``, and their numbers are used by no other.

        :param wanted: the versions.
        :param with_experiments: whether the experiments that were published with them go, too.
        :param notes: why.
        :raises UsageError: if a tag names one of them.
        """

        def steps(published: PublishedVersions) -> list[Step]:
            found = list({one.version_id: one for one in map(published.pick, wanted)}.values())
            for version in found:
                if tags := published.lifecycle.tags_of(version.version_id):
                    raise UsageError(
                        f"Version {version.version} of {self._resource.alias} is tagged {', '.join(tags)}, so it is used. "
                        f"Nothing was removed. Tag another version first, or type 'transforms models untag "
                        f"{self._resource.alias} {tags[0]}'."
                    )
            steps = [Step(f"removed {version.version}", "removed", version_id=version.version_id) for version in found]
            if with_experiments:
                steps += [
                    Step(f"removed the experiment of {version.version}", "removed", experiment_id=version.experiment_id)
                    for version in found
                    if version.experiment_id
                ]
            return steps

        return self._decide(steps, notes)

    def remove_experiments(self, experiments: Sequence[tuple[str, str]], notes: str | None = None) -> Entry:
        """Remove published experiments that belong to no version which is there; what they logged stays until ``gc``.

        :param experiments: the id and the name of each.
        :param notes: why.
        :raises UsageError: if one belongs to a version.
        """

        def steps(published: PublishedVersions) -> list[Step]:
            of = {version.experiment_id: version.version for version in published.present}
            for identity, name in experiments:
                if identity in of:
                    raise UsageError(
                        f"Experiment {name} ({identity}) belongs to version {of[identity]} of {self._resource.alias} and stays "
                        f"with it. 'transforms models rm {self._resource.alias}@{of[identity]} --with-experiments' removes both."
                    )
            return [Step(f"removed experiment {name}", "removed", experiment_id=one) for one, name in experiments]

        return self._decide(steps, notes)

    def restore(self, wanted: str, notes: str | None = None) -> Entry:
        """Bring a version back that was removed, and its experiment.

        :param wanted: its number or RID.
        :param notes: why.
        :raises StoreError: if its files are gone.
        """

        def steps(published: PublishedVersions) -> list[Step]:
            version = _removed(published, wanted)
            self._check_files(version)
            steps = [Step(f"restored {version.version}", "restored", version_id=version.version_id)]
            if version.experiment_id in published.lifecycle.removed_experiments:
                text = f"restored the experiment of {version.version}"
                steps.append(Step(text, "restored", experiment_id=version.experiment_id))
            return steps

        return self._decide(steps, notes)

    def roll_back(self, wanted: str) -> Entry:
        """Make an earlier version the latest, as a new one of a number of its own.

        :param wanted: the version.
        :raises UsageError: if it is the latest.
        :raises StoreError: if its files are gone.
        """
        published = self._published()
        version = published.pick(wanted)
        if version == published.pick():
            raise UsageError(f"{version.version} is the latest version of {self._resource.alias} already.")
        made = self._store.entries_of([version.transaction]).get(version.transaction)
        with self._transaction(made) as transaction:
            told = {} if made is None else made.outputs.get(self._resource.key, {})
            part = restore_version(transaction, self._resource, version, told)
            record: dict[str, Any] = {"of": [], "to": None if made is None else made.seq}
            summary = {**part.summary, ROLLBACK: record}
            return transaction.commit(part.changes, {self._resource.key: summary}, _lineage(made))

    def _published(self) -> PublishedVersions:
        view = self._store.view_table(self._versions)
        return published_versions(self._store, self._resource.alias, view)

    def _decide(self, choose: Callable[[PublishedVersions], list[Step]], notes: str | None) -> Entry:
        last = self._last(self._store.view_table(self._versions))
        with self._transaction(last) as transaction:
            view = transaction.open_output(self._versions)
            if self._last(view) != last:
                raise ConflictError(f"{self._resource} was written meanwhile. Nothing was changed; try again.")
            published = published_versions(self._store, self._resource.alias, view)
            steps = choose(published)
            decisions = self._decisions(published.lifecycle, steps, notes, transaction.id)
            tables = {
                TABLE: _rows(decisions),
                # It stands for the model, so every commit of the model enters it, if only with no row.
                layout.VERSIONS: versions_schema().empty_table(),
            }
            changes = stage_tables(transaction, self._versions.removesuffix(f"/{layout.VERSIONS}"), tables)
            after = Lifecycle.after([*published.lifecycle.decisions, *decisions])
            present = PublishedVersions(published.alias, published.every, after).present
            told = {} if last is None else last.outputs.get(self._resource.key, {})
            summary = {
                **lasting(told),
                "latest_version": present[-1].version if present else None,
                LIFECYCLE: [step.text for step in steps],
            }
            return transaction.commit(changes, {self._resource.key: summary}, _lineage(last))

    def _last(self, view: Any) -> Entry | None:
        return None if view is None else self._store.ledger.entry(view.seq)

    @contextmanager
    def _transaction(self, entry: Entry | None) -> Iterator[Transaction]:
        name = "models" if entry is None else entry.transform
        transaction = self._store.begin(name, self._branch, [self._resource], self._wait_seconds)
        try:
            yield transaction
        except BaseException:
            transaction.abandon()
            raise

    @staticmethod
    def _decisions(
        before: Lifecycle, steps: Sequence[Step], notes: str | None, transaction: str
    ) -> tuple[Decision, ...]:
        number, author, now = len(before.decisions), user_name(), datetime.now(UTC)
        return tuple(
            Decision(
                number + place, one.event, one.tag, one.version_id, one.experiment_id, notes, author, now, transaction
            )
            for place, one in enumerate(steps, start=1)
        )

    def _check_files(self, version: ModelVersion) -> None:
        model = self._versions.removesuffix(f"/{layout.VERSIONS}")
        folder = f"{model}/{layout.ARTIFACTS}/{version.version_id}"
        sizes = self._store.storage.sizes([f"{folder}/{name}" for name in version.sha256])
        if None in sizes:
            raise NotFoundError(
                f"The files of version {version.version} of {self._resource.alias} are gone: 'transforms gc' has deleted them. "
                f"Nothing was changed."
            )


def _removed(published: PublishedVersions, wanted: str) -> ModelVersion:
    removed = [one for one in published.every if one.version_id in published.lifecycle.removed_versions]
    for version in removed:
        if wanted in (version.version, version.rid, version.version_id):
            return version
    known = [version.version for version in removed]
    raise NotFoundError(
        f"No version {wanted} of {published.alias} was removed.{nearest(wanted, known)} Removed are: {', '.join(known) or 'none'}."
    )


def _number(published: PublishedVersions, version_id: str | None) -> str:
    return next((one.version for one in published.every if one.version_id == version_id), "")


def _lineage(entry: Entry | None) -> Lineage:
    return Lineage() if entry is None else Lineage(entry.inputs, entry.code_version, entry.parameters)


def _rows(decisions: Sequence[Decision]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist([asdict(one) for one in decisions], schema=lifecycle_schema())
