"""The types of columns that are written as text.

A text becomes a number only if the number, written again, is the same text: ``01234``, ``+1``, ``-0``, ``1.10`` and ``1E5``
stay as they are. So whoever reads a column of numbers knows each text that was in the file, and no two become one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.run.incoming.options import TableOptions

if TYPE_CHECKING:
    import polars as pl

_EXACT = 2**53  # a float writes every whole number up to here again
_WORDS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))


def typed(texts: pl.Series, options: TableOptions) -> tuple[pl.Series, str | None]:
    """Return a column in the type that its texts are written in; as text where there is any doubt.

    :param texts: the whole column, over all rows and files.
    :param options: how numbers are written.
    :returns: whole numbers, floats, booleans or text; of the type null where there is no value at all. Beside it, where
        nothing but numbers was left as text, a text that a number would not write again.
    """
    import polars as pl

    filled = texts.drop_nulls()
    if filled.is_empty():
        return texts.cast(pl.Null), None
    for yes, no in _WORDS:
        if filled.is_in([yes, no]).all():
            return texts == yes, None
    plain = plain_numbers(filled, options)
    floats = plain.cast(pl.Float64, strict=False)
    if floats.null_count() or not floats.is_finite().any():
        return texts, None
    whole = plain.cast(pl.Int64, strict=False)
    says = (whole.cast(pl.String) == plain).fill_null(False)
    if says.all():
        return plain_numbers(texts, options).cast(pl.Int64), None
    says = says & whole.is_between(-_EXACT, _EXACT) | (floats.cast(pl.String) == plain)
    for text, here in zip(filled.filter(~says), plain.filter(~says), strict=True):
        if str(float(here)) != here:
            return texts, text
    if options.decimal is None and floats.n_unique() != plain.n_unique():  # 1 and 1.0 may be two things
        return texts, filled[0]
    return plain_numbers(texts, options).cast(pl.Float64), None


def plain_numbers(texts: pl.Series, options: TableOptions) -> pl.Series:
    """Return numbers in Python's way of writing; where the options say another one, null for what is not written so."""
    decimal, thousands = options.decimal, options.thousands
    if decimal is None and thousands is None:
        return texts
    import polars as pl

    point = re.escape(decimal or ".")
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|" if thousands else ""
    plain = pl.col("texts")
    if thousands:
        plain = plain.str.replace_all(thousands, "", literal=True)
    plain = plain.str.replace(decimal or ".", ".", literal=True)
    if decimal:
        plain = plain.str.replace(r"(\.\d)(\d*?)0+$", "$1$2")
    written = pl.col("texts").str.contains(rf"^[+-]?(?:{grouped}\d+)(?:{point}\d+)?$")
    return texts.alias("texts").to_frame().select(pl.when(written).then(plain)).to_series().alias(texts.name)
