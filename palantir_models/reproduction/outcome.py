"""What came out of building a version again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["equal", "within tolerance", "different", "not compared"]


@dataclass(frozen=True)
class Compared:
    """One part of a version beside the same part of the one that was built again.

    Attributes:
        kind: ``hyperparameters``, ``metric``, ``image``, ``plot``, ``table``, ``artifact`` or ``dataset``.
        name: which one.
        verdict: whether they are the same.
        detail: how they differ, or how much there is of it.
    """

    kind: str
    name: str
    verdict: Verdict
    detail: str = ""

    @property
    def is_same(self) -> bool:
        """Whether it is equal, or near enough; what was left out on purpose counts for neither."""
        return self.verdict in ("equal", "within tolerance")


@dataclass(frozen=True)
class Outcome:
    """A version that was built again, or why it was not.

    Attributes:
        model: the model's path or RID.
        version: the version's number.
        branch: its branch.
        commit: the number of the commit that has it; None where the ledger does not.
        transform: the transform that built it.
        code: whose code built it again, in words.
        inputs: the Delta version of each input that was read again, as it was then.
        parameters: the values of the transform's parameters.
        environment: how this environment is another one, in words.
        compared: each part, beside what was built again.
        problem: why it could not be built again, in words; None where it was.
        seconds: how long building took.
    """

    model: str
    version: str
    branch: str
    commit: int | None = None
    transform: str = ""
    code: str = ""
    inputs: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: Sequence[str] = ()
    compared: Sequence[Compared] = ()
    problem: str | None = None
    seconds: float = 0.0

    @property
    def is_same(self) -> bool:
        """Whether it was built again and every part is the same."""
        return self.problem is None and all(one.is_same for one in self.compared)

    def document(self) -> dict[str, Any]:
        """Return it as JSON, with ``is_same``."""
        return {"is_same": self.is_same, **asdict(self)}
