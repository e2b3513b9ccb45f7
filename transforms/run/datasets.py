"""What every dataset of a running job tells about itself."""

from __future__ import annotations

from typing import Any


class LightweightDataset:
    """A dataset in a single-node transform.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read or written on.
    """

    def __init__(self, alias: str, rid: str, branch: str | None = None) -> None:
        self._alias = alias
        self._rid = rid
        self._branch = branch

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


class PlainDataset:
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
