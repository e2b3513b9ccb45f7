"""What every dataset of a running job tells about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from transforms.errors import MisuseError, nearest


class NoFrame(ABC):
    """Answers what a frame can do, and a dataset cannot, with the calls that give or take a frame."""

    _kind: ClassVar[str]
    _ways: ClassVar[str]
    """The calls that give its content, as sentences."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Refuse what there is not."""
            if name.startswith("_"):  # asked for by copy, pickle and others, who know how to do without
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            public = [known for known in dir(type(self)) if not known.startswith("_")]
            self._refuse(f"has no {name!r}", nearest(name, public))

    def __getitem__(self, key: Any) -> Any:
        """Refuse: there are no columns here."""
        self._refuse("has no columns to pick")

    def __setitem__(self, key: Any, value: Any) -> None:
        """Refuse: there are no columns here."""
        self._refuse("has no columns to set")

    def __len__(self) -> int:
        """Refuse: there are no rows here."""
        self._refuse("has no len()")

    def __iter__(self) -> Iterator[Any]:
        """Refuse: there are no rows here."""
        self._refuse("has no rows to go through")

    def __bool__(self) -> bool:
        """Whether there is a dataset."""
        return True

    def _refuse(self, what: str, hint: str = "") -> NoReturn:
        raise MisuseError(f"The {self._kind} {self._named()} is no frame and {what}.{hint} {self._ways}")

    @abstractmethod
    def _named(self) -> str:
        """Return the dataset's path or RID."""


class LightweightDataset(NoFrame):
    """A dataset in a single-node transform.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read or written on.
    """

    def __init__(self, alias: str, rid: str, branch: str | None = None) -> None:
        self._alias = alias
        self._rid = rid
        self._branch = branch

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._alias}>"

    def _named(self) -> str:
        return self._alias

    @property
    def alias(self) -> str:
        """The dataset's path or RID, as the transform declares it."""
        return self._alias

    @property
    def rid(self) -> str:
        """The dataset's RID."""
        return self._rid

    @property
    def branch(self) -> str | None:
        """The branch the dataset is read or written on."""
        return self._branch


class PlainDataset(NoFrame):
    """A dataset in a plain ``@transform``.

    :param rid: the dataset's RID.
    :param branch: the branch it is read or written on.
    :param txrange: its first and its last transaction.
    """

    _path: str | None = None

    def __init__(self, rid: str, branch: str | None, txrange: tuple[str | None, str | None]) -> None:
        self._rid = rid
        self._branch = branch
        self._txrange = txrange

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._named()}>"

    def _named(self) -> str:
        return self._path or self._rid

    @property
    def rid(self) -> str:
        """The dataset's RID."""
        return self._rid

    @property
    def path(self) -> str | None:
        """The dataset's path, as the transform declares it."""
        return self._path

    @property
    def branch(self) -> str | None:
        """The branch the dataset is read or written on."""
        return self._branch

    @property
    def column_typeclasses(self) -> dict[str, Any]:
        """The type classes of each column: none, as Delta has no place for them."""
        return {}

    @property
    def start_transaction_rid(self) -> str | None:
        """The first transaction that is read; of an output, the one that writes."""
        return self._txrange[0]

    @property
    def end_transaction_rid(self) -> str | None:
        """The last transaction that is read; of an output, the one that writes."""
        return self._txrange[1]
