"""What was decided about a model after it was published: its tags, and what was removed. Pure; a decision is a row of a table.

Rows are only ever added: what holds is what the later of two decisions about one thing says, so every earlier state of a model
can be read as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from transforms.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "lifecycle"
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,99}")
_NO_TAG = re.compile(r"(?i)latest|ri\.|[0-9a-f]{32}")

Event = Literal["tagged", "untagged", "removed", "restored"]


@dataclass(frozen=True)
class Decision:
    """Something that was decided about a version or an experiment.

    Attributes:
        number: its place among the decisions about its model, from 1.
        event: ``tagged``, ``untagged``, ``removed`` or ``restored``.
        tag: the tag; None where it is about none.
        version_id: the version; None where it is about an experiment.
        experiment_id: the experiment; None where it is about a version.
        notes: why, in the words of whoever decided it.
        author: who, by the name of the user.
        created_time: when, in UTC.
        transaction: the id of the transaction that committed it.
    """

    number: int
    event: Event
    tag: str | None
    version_id: str | None
    experiment_id: str | None
    notes: str | None
    author: str
    created_time: datetime
    transaction: str


@dataclass(frozen=True)
class Lifecycle:
    """What holds after some decisions.

    Attributes:
        decisions: all of them, oldest first.
        tags: the id of the version that each tag names.
        removed_versions: the decision that removed a version, by its id.
        removed_experiments: the decision that removed an experiment, by its id.
    """

    decisions: tuple[Decision, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    removed_versions: Mapping[str, Decision] = field(default_factory=dict)
    removed_experiments: Mapping[str, Decision] = field(default_factory=dict)

    @classmethod
    def after(cls, decisions: Iterable[Decision]) -> Lifecycle:
        """Return what holds after decisions, which may come in any order."""
        ordered = tuple(sorted(decisions, key=lambda one: one.number))
        tags: dict[str, str] = {}
        versions: dict[str, Decision] = {}
        experiments: dict[str, Decision] = {}
        for one in ordered:
            if one.event == "tagged" and one.tag and one.version_id:
                tags[one.tag] = one.version_id
            elif one.event == "untagged" and one.tag:
                tags.pop(one.tag, None)
            for identity, removed in ((one.version_id, versions), (one.experiment_id, experiments)):
                if identity and one.event == "removed":
                    removed[identity] = one
                elif identity and one.event == "restored":
                    removed.pop(identity, None)
        return cls(ordered, tags, versions, experiments)

    def tags_of(self, version_id: str) -> tuple[str, ...]:
        """Return the tags that name a version, sorted."""
        return tuple(sorted(tag for tag, named in self.tags.items() if named == version_id))


def checked_tag(tag: str) -> str:
    """Return a tag that can be told from a number, a RID and the word ``latest``.

    :raises UsageError: if it cannot be one.
    """
    if _TAG.fullmatch(tag) and not _NO_TAG.match(tag):
        return tag
    raise UsageError(
        f"{tag!r} cannot be a tag: it begins with a letter, has letters, digits, '.', '_' and '-', 100 at the most, and is no RID "
        f"and not 'latest', such as 'production'."
    )


def lifecycle_schema() -> pa.Schema:
    """Return the columns of the table."""
    import pyarrow as pa

    special = {"number": pa.int64(), "created_time": pa.timestamp("us", tz="UTC")}
    return pa.schema([(one.name, special.get(one.name, pa.string())) for one in fields(Decision)])


def decision_of(row: Mapping[str, Any]) -> Decision:
    """Return the decision that a row of the table is."""
    return Decision(**{one.name: row[one.name] for one in fields(Decision)})
