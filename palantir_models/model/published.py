"""The versions of a model that are there: those that were published, less those that were removed, with their tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from palantir_models.model.lifecycle import TABLE, Lifecycle, decision_of
from palantir_models.model.versions import LATEST, ModelVersion, read_versions
from transforms.errors import NotFoundError, nearest
from transforms.store import layout
from transforms.store.contents import Contents
from transforms.store.tables import TableView


@dataclass(frozen=True)
class PublishedVersions:
    """A model's versions at one point of the ledger.

    Attributes:
        alias: the model's path or RID.
        every: all that were published, oldest first, those that were removed since among them.
        lifecycle: what was decided about them since.
    """

    alias: str
    every: Sequence[ModelVersion] = ()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)

    @property
    def present(self) -> tuple[ModelVersion, ...]:
        """Those that were not removed, oldest first."""
        removed = self.lifecycle.removed_versions
        return tuple(version for version in self.every if version.version_id not in removed)

    def pick(self, wanted: str | None = None) -> ModelVersion:
        """Return one of the versions that are there.

        :param wanted: a tag, a RID, a number such as ``1.2.0``, or ``latest`` for the newest, which is meant with None, too.
        :raises NotFoundError: if there is no such version, or it was removed; names the nearest.
        """
        present, tags = self.present, self.lifecycle.tags
        if wanted in (None, LATEST) and present:
            return present[-1]
        identity = tags.get(wanted or "", wanted)
        for version in present:
            if identity in (version.rid, version.version_id, version.version):
                return version
        self._check_removed(identity)
        known = [version.version for version in present]
        raise NotFoundError(
            f"Model {self.alias} has no version {wanted or 'at all'}.{nearest(wanted or '', [*known, *tags])} "
            f"It has: {', '.join([*known[-5:], *sorted(tags)]) or 'none'}."
        )

    def _check_removed(self, wanted: str | None) -> None:
        for version in self.every:
            removed = self.lifecycle.removed_versions.get(version.version_id)
            if removed is not None and wanted in (version.rid, version.version_id, version.version):
                raise NotFoundError(
                    f"Version {version.version} of model {self.alias} was removed by {removed.author} on "
                    f"{removed.created_time:%Y-%m-%d}{f' ({removed.notes})' if removed.notes else ''}; "
                    f"'transforms models restore {self.alias}@{version.version}' brings it back."
                )


def published_versions(store: Contents, alias: str, view: TableView | None) -> PublishedVersions:
    """Return the versions of a model as they were with its table of versions.

    :param store: the store.
    :param alias: the model's path or RID.
    :param view: its table of versions; None where it has none.
    """
    if view is None:
        return PublishedVersions(alias)
    return PublishedVersions(alias, tuple(read_versions(view)), read_lifecycle(store, view))


def read_lifecycle(store: Contents, versions: TableView) -> Lifecycle:
    """Return what was decided about a model when its table of versions was as it is in a view.

    :param store: the store.
    :param versions: the view.
    """
    from transforms.engine.local.reading import read_arrow

    name = f"{versions.name.removesuffix(f'/{layout.VERSIONS}')}/{TABLE}"
    found = store.view_table(name, versions.seq) if store.storage.is_table(name) else None
    return Lifecycle() if found is None else Lifecycle.after(map(decision_of, read_arrow(found).to_pylist()))
