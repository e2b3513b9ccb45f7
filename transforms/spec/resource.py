"""What transforms read and write: a dataset or a model, named by its alias, and what one found out about models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ResourceKind = Literal["dataset", "model", "evaluation"]
DEFAULT_BRANCH = "master"
"""The branch that is meant where none is named."""


@dataclass(frozen=True, order=True, slots=True)
class Resource:
    """A dataset or model that a transform reads or writes.

    Attributes:
        kind: ``"dataset"`` or ``"model"``; or ``"evaluation"``, for what a transform adds to models that it reads.
        alias: its path, such as ``/examples/wine/raw``, or its RID; of an evaluation the set and the transform.
        branch: the branch a transform asks for by name; None means the branch of the build.
    """

    kind: ResourceKind
    alias: str
    branch: str | None = None

    @property
    def key(self) -> str:
        """The resource without its branch, as the ledger names it: ``dataset:/examples/wine/raw``."""
        return f"{self.kind}:{self.alias}"

    @property
    def has_table(self) -> bool:
        """Whether a Delta table stands for it; evaluations are rows in tables of models, beside those of other transforms."""
        return self.kind != "evaluation"

    def __str__(self) -> str:
        return f"{self.kind} {self.alias}"
