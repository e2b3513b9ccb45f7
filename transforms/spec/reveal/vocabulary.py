"""Words of pandas, Polars and Spark that tell what a text in a call, or a column that it is made of, must be."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READING = frozenset({"dataframe", "pandas", "polars", "arrow"})
"""What turns an input into a frame."""

NAMES_COLUMNS = _words(
    "select groupBy groupby group_by sort orderBy sort_values sort_by drop drop_nulls drop_nans dropna dropDuplicates "
    "drop_duplicates unique explode partition_by set_index nunique value_counts get_column"
)
"""Methods of frames whose texts are names of columns; so are those of their keywords :data:`COLUMN_KEYWORDS`."""

COLUMN_KEYWORDS = frozenset({"by", "subset", "columns", "on", "left_on", "right_on", "cols", "keys"})

COLUMN_FUNCTIONS = frozenset({"col", "column"})
"""Functions of a module of functions that make a column of its name."""

FUNCTION_MODULES = frozenset({"F", "f", "fn", "functions", "pl", "sf", "polars"})

NUMERIC = _words("sum mean avg std stddev median variance var quantile abs round cumsum cum_sum")
TEXTUAL = _words(
    "like ilike rlike startswith endswith lower upper trim ltrim rtrim initcap regexp_replace regexp_extract split to_date "
    "to_timestamp"
)
TEMPORAL = _words("year month dayofmonth dayofweek dayofyear hour weekofyear date_trunc datediff date_add")
PLAIN = _words("count countDistinct count_distinct first last max min desc asc collect_set collect_list isnull")
OF_SEVERAL = _words("coalesce greatest least struct array hash")
MEMBERSHIP = frozenset({"isin", "is_in"})

KEEPING = _words("alias over fill_null fillna asc desc")
"""Methods of columns that leave their values as they are, so that what is done with the result tells of the column."""

NAMESPACES = {"str": "string", "dt": "timestamp"}
"""Attributes of a column that only columns of a type have."""

NO_COLUMNS = _words(
    "columns schema dtypes dtype shape width height index values empty size write rdd na stat T loc iloc at iat "
    "sparkSession isStreaming storageLevel plot style attrs axes ndim str dt"
)
"""Attributes of frames that are no columns."""

SQL = frozenset({"filter", "where", "selectExpr", "query", "sql"})
"""Methods of frames whose texts are SQL."""

MERGING = _words("concat merge union_many")
"""Functions that make one frame of several."""

HARMLESS = _words("len print list isinstance display")
"""Functions that ask for no column of a frame."""
