"""What a person can say about a table file: how it is written, and what its columns are called and hold."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

from transforms.errors import UsageError

_SPELLED = {"\\t": "\t", "tab": "\t", "space": " "}
_OF_SEPARATED_TEXT = (
    "separator",
    "quote",
    "decimal",
    "thousands",
    "nulls",
    "null_padding",
    "skip",
    "header",
    "columns",
)


@dataclass(frozen=True)
class TableOptions:
    """How table files are to be read.

    Attributes:
        separator: what stands between two values of a CSV file; a comma, or a tab in a TSV file, when None.
        encoding: the encoding of text files, by Python's name; UTF-8 when None.
        quote: what stands around values that hold a separator; empty where nothing does.
        decimal: what stands before the decimals of a number. Said, decimals may end in zeros.
        thousands: what stands between groups of three digits.
        nulls: texts of a CSV file that stand for no value, beside an empty place.
        null_padding: whether a row of a CSV file that is too short gets nulls for what it lacks.
        skip: how many lines stand before the table of a CSV file.
        header: whether the first line of a CSV file names its columns.
        columns: names of all columns of a CSV file, in their order, in place of those in the file.
        renames: new names of columns by those in the file.
        types: types of columns, by name.
    """

    separator: str | None = None
    encoding: str | None = None
    quote: str = '"'
    decimal: str | None = None
    thousands: str | None = None
    nulls: tuple[str, ...] = ()
    null_padding: bool = False
    skip: int = 0
    header: bool = True
    columns: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.separator is not None:
            object.__setattr__(self, "separator", _SPELLED.get(self.separator, self.separator))
        self._check_characters()
        if self.skip < 0:
            raise UsageError(f"--skip {self.skip}: give the number of lines before the table.")
        if self.encoding is not None:
            _check_encoding(self.encoding)

    def _check_characters(self) -> None:
        for name, value in (("separator", self.separator), ("quote", self.quote or None)):
            if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n"):
                raise UsageError(f"--{name} {value!r}: give one character, such as ';' or '\\t'.")
        for name, value in (("decimal", self.decimal), ("thousands", self.thousands)):
            if value is not None and (len(value) != 1 or value.isdigit() or value in "+-"):
                raise UsageError(f"--{name} {value!r}: give one character, such as ','.")
        if self.separator is not None and self.separator == self.quote:
            raise UsageError(f"--separator and --quote cannot both be {self.quote!r}.")
        if (self.decimal or ".") == self.thousands:
            raise UsageError(f"--thousands {self.thousands!r} stands before the decimals; say --decimal as well.")

    @cached_property
    def is_for_separated_text(self) -> bool:
        """Whether something was said that only CSV files have."""
        return any(getattr(self, item.name) != item.default for item in fields(self) if item.name in _OF_SEPARATED_TEXT)

    @property
    def are_given(self) -> bool:
        """Whether anything was said."""
        return self != TableOptions()


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
        b"".decode(name)  # some that there are, such as base64, are none of text
    except LookupError as error:
        raise UsageError(
            f"--encoding {name}: there is no such encoding; utf-8, utf-16, latin-1 and cp1252 are usual."
        ) from error
