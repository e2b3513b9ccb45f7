"""Arrow tables as pandas frames in which every value is what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.engine.local.types import is_list
from transforms.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_EXACT = 2**53


def pandas_frame(table: pa.Table, what: str) -> pd.DataFrame:
    """Return a table as a pandas frame.

    As PyArrow does, whole numbers beside nulls become floats; where floats would not be exact, a column becomes pandas'
    ``Int64``, and in lists and structs Python's integers. Dates beyond the years that Python knows become ``datetime64``.

    :param table: the rows.
    :param what: what they are of, for messages.
    :raises DataError: if pandas has nothing for a value; names the column.
    """

    inexact = [name for name, column in zip(table.column_names, table.columns, strict=True) if _is_inexact(column)]
    try:
        if not inexact:
            return table.to_pandas()
    except (ValueError, OverflowError):  # a date, or a time inside of a struct, that Python does not have
        pass
    columns = {}
    for position, name in enumerate(table.column_names):
        columns[position] = _series(table.column(position), name, name in inexact, what)
    import pandas as pd

    frame = pd.DataFrame(columns, copy=False)
    frame.columns = pd.Index(table.column_names)
    return frame


def _series(column: pa.ChunkedArray, name: str, is_inexact: bool, what: str) -> Any:
    import pandas as pd
    import pyarrow as pa

    if is_inexact and pa.types.is_integer(column.type):
        return column.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    try:
        return column.to_pandas(integer_object_nulls=is_inexact)
    except (ValueError, OverflowError) as fault:
        try:
            if _has_dates_of_python(column.type):
                raise fault
            return column.to_pandas(integer_object_nulls=is_inexact, date_as_object=False)
        except (ValueError, OverflowError) as error:
            raise DataError(
                f"{what}: column {name!r} has a value that pandas cannot hold ({error}); read it with .polars() or .arrow()."
            ) from error


def _has_dates_of_python(kind: pa.DataType, is_named: bool = False) -> bool:
    """Whether a type has dates as parts of a struct or a map, where NumPy's dates cannot stand."""
    import pyarrow as pa

    if is_list(kind):
        return _has_dates_of_python(kind.value_type)
    if pa.types.is_map(kind):
        return _has_dates_of_python(kind.key_type, True) or _has_dates_of_python(kind.item_type, True)
    if pa.types.is_struct(kind):
        return any(_has_dates_of_python(field.type, True) for field in kind)
    return is_named and pa.types.is_date(kind)


def _is_inexact(column: pa.ChunkedArray) -> bool:
    """Whether floats would change a whole number of a column, or of what is in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if is_list(kind):
        return any(_is_inexact(pa.chunked_array([chunk.flatten()])) for chunk in column.chunks)
    if pa.types.is_map(kind):
        return any(_is_inexact(pa.chunked_array([chunk.items])) for chunk in column.chunks)
    if pa.types.is_struct(kind):
        parts = [chunk.field(index) for chunk in column.chunks for index in range(kind.num_fields)]
        return any(_is_inexact(pa.chunked_array([part])) for part in parts)
    if pa.types.is_int64(kind) and column.null_count:
        ends = pc.min_max(column).as_py()
        return ends["min"] is not None and (ends["min"] < -_EXACT or ends["max"] > _EXACT)
    return False
