"""One commit of a Delta table, as its log file tells it: what it added and removed, who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from transforms.common.json_text import from_json

Action = Mapping[str, Any]


@dataclass(slots=True)
class TableCommit:
    """What one version of a table did.

    Attributes:
        version: the version.
        info: what the commit says of itself for people: its operation, its program, and the ledger's row where a job made it.
        metadata: the table's columns and properties, where it set them.
        sets_features: whether it set what a program must know to read or write the table.
        added: files with new rows, by their paths.
        removed: files whose rows went, by their paths.
        rewritten: files that hold rows of others anew, by their paths; no row came or went with them.
        replaced: the files whose rows these hold, by their paths.
    """

    version: int
    info: Action = field(default_factory=dict)
    metadata: Action | None = None
    sets_features: bool = False
    added: dict[str, Action] = field(default_factory=dict)
    removed: dict[str, Action] = field(default_factory=dict)
    rewritten: dict[str, Action] = field(default_factory=dict)
    replaced: dict[str, Action] = field(default_factory=dict)

    @classmethod
    def parse(cls, version: int, content: bytes) -> TableCommit:
        """Read a log file.

        :param version: the version that it is.
        :param content: its bytes.
        :raises ValueError: if it is damaged.
        """
        commit = cls(version)
        try:
            for line in content.splitlines():
                if line.strip():
                    commit._take(from_json(line))
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError(f"an action of it is malformed: {error!r}") from error
        return commit

    def _take(self, action: Action) -> None:
        self.info = action.get("commitInfo") or self.info
        self.metadata = action.get("metaData") or self.metadata
        self.sets_features |= "protocol" in action
        if add := action.get("add"):
            (self.added if add["dataChange"] else self.rewritten)[path_of(add)] = add
        if remove := action.get("remove"):
            (self.removed if remove["dataChange"] else self.replaced)[path_of(remove)] = remove

    @property
    def operation(self) -> str:
        """What Delta calls it: ``WRITE``, ``UPDATE``, ``OPTIMIZE`` and others."""
        return str(self.info.get("operation", "a commit"))

    @property
    def is_ours(self) -> bool:
        """Whether a job of the store made it, or ``put``; the store's own housekeeping counts for none."""
        return "ledgerSeq" in self.info

    @property
    def author(self) -> str:
        """Who made it, in words: ``commit #12 of put``, or ``UPDATE by another program (delta-rs)``."""
        if self.is_ours:
            return f"commit #{self.info['ledgerSeq']} of {self.info.get('transform')}"
        program = self.info.get("engineInfo") or self.info.get("clientVersion")
        return f"{self.operation} by another program{f' ({program})' if program else ''}"

    @property
    def deed(self) -> str:
        """What it did to the rows there were, in words; for one that removed files."""
        if self._replaces:
            return "replaced what was there"
        return "changed rows" if self.added else "removed rows"

    @property
    def is_retention(self) -> bool:
        """Whether it did nothing but remove whole files, and not to begin anew or to go back."""
        return bool(self.removed) and not (self.added or self._replaces)

    @property
    def _replaces(self) -> bool:
        parameters = self.info.get("operationParameters") or {}
        return self.is_ours or parameters.get("mode") == "Overwrite" or self.operation == "RESTORE"

    def rewrites(self) -> list[tuple[set[str], dict[str, Action]]]:
        """Return which files hold the rows of which anew, in parts that are as small as can be told: a partition each."""
        is_told = all(action.get("partitionValues") is not None for action in self.replaced.values())

        def partition(action: Action) -> frozenset[Any]:
            return frozenset(action["partitionValues"].items()) if is_told else frozenset()

        parts: dict[frozenset[Any], tuple[set[str], dict[str, Action]]] = {}
        for path, action in self.replaced.items():
            parts.setdefault(partition(action), (set(), {}))[0].add(path)
        for path, action in self.rewritten.items():
            parts.setdefault(partition(action), (set(), {}))[1][path] = action
        return list(parts.values())


def path_of(action: Action) -> str:
    """Return the path of an added or removed file, relative to its table and without the encoding of an address."""
    return unquote(action["path"])
