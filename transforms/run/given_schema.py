"""The columns that a compute function expects of its output: what is empty has them, and what is there is compared with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.checks.column_types import type_text
from transforms.common.json_text import from_json
from transforms.errors import SchemaMismatchError, UsageError
from transforms.expectations.declared_types import library_of
from transforms.store.change import fields_of
from transforms.store.validation import nullable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class GivenSchema:
    """A schema that somebody gave, as the dataset would hold it.

    Attributes:
        fields: its columns, as fields of Delta's schema JSON that allow nulls.
        without_nulls: the columns that it promises to have no nulls, in them or in what they hold.
    """

    fields: Sequence[Mapping[str, Any]]
    without_nulls: frozenset[str] = frozenset()

    @classmethod
    def of(cls, schema: Any, what: str) -> GivenSchema:
        """Read a schema of Polars, PyArrow or Spark.

        :param schema: a ``pl.Schema``, ``pa.Schema`` or ``StructType``, or a dict of names to types of one of them.
        :param what: the dataset and the call, for messages.
        :raises UsageError: if it is something else.
        :raises DataError: if Delta can hold nothing like a column; names it.
        """
        if isinstance(schema, Mapping):
            schema = _of_types(dict(schema), what)
        library = type(schema).__module__.split(".")[0]
        if library == "pyspark" and type(schema).__name__ == "StructType":
            return cls._of_spark(schema, what)
        if library == "pyarrow" and type(schema).__name__ == "Schema":
            return cls._of_arrow(schema, what)
        raise UsageError(
            f"{what}: a schema is a pl.Schema, a pa.Schema, a StructType of Spark, or a dict of column names to their types, "
            f"such as {{'id': pl.Int64}}; got {schema!r}."
        )

    def check_same(self, there: Sequence[Mapping[str, Any]], what: str) -> None:
        """Compare it with what there is.

        :param there: the fields of the dataset.
        :param what: the dataset and the call, for messages.
        :raises SchemaMismatchError: if a column's name, place or type is another one, or nulls are excluded that the dataset
            allows; names the column and both types.
        """
        fault = self._difference(there)
        if fault is not None:
            raise SchemaMismatchError(
                f"{what}: the given schema is not the dataset's: {fault} The dataset has: {_text(there)}. Give that schema, or "
                f"raise semantic_version for a run that writes the dataset anew."
            )

    def _difference(self, there: Sequence[Mapping[str, Any]]) -> str | None:
        for number, (given, found) in enumerate(zip(self.fields, there, strict=False), 1):
            name = given["name"]
            if name != found["name"]:
                return f"column {number} is {found['name']!r} there and {name!r} in the schema."
            kinds = nullable(found["type"]), nullable(given["type"])
            if kinds[0] != kinds[1]:
                return f"column {name!r} is {type_text(kinds[0])} there and {type_text(kinds[1])} in the schema."
            if name in self.without_nulls and not _promises(found):
                return (
                    f"column {name!r}, {type_text(kinds[0])}, may hold nulls there, as every column that is written, and may "
                    f"not in the schema: let it be nullable."
                )
        if len(self.fields) == len(there):
            return None
        longer, where = (self.fields, "in the schema") if len(self.fields) > len(there) else (there, "there")
        field = longer[min(len(self.fields), len(there))]
        return f"column {field['name']!r}, {type_text(field['type'])}, is {where} alone."

    @classmethod
    def _of_arrow(cls, schema: pa.Schema, what: str) -> GivenSchema:
        from transforms.engine.local.types import delta_schema, stored_schema

        fields = fields_of(delta_schema(stored_schema(schema, {}, what)))
        return cls(fields, frozenset(field.name for field in schema if not field.nullable))

    @classmethod
    def _of_spark(cls, schema: Any, what: str) -> GivenSchema:
        from transforms.engine.spark.types import delta_schema

        given = from_json(schema.json())["fields"]
        fields = fields_of(delta_schema(schema, what, {}))
        return cls(fields, frozenset(field["name"] for field in given if _promises(field)))

    @property
    def json(self) -> str:
        """It as Delta's schema JSON."""
        return json.dumps({"type": "struct", "fields": list(self.fields)})


def _of_types(types: dict[str, Any], what: str) -> Any:
    """Return the schema of columns by their names, as an object of the library whose types they are."""
    libraries = {library_of(kind) or type(kind).__module__.split(".")[0] for kind in types.values()}
    if "pyspark" in libraries:
        from pyspark.sql.types import StructField, StructType

        return StructType(
            [StructField(name, kind() if isinstance(kind, type) else kind) for name, kind in types.items()]
        )
    if "pyarrow" in libraries:
        import pyarrow as pa

        return pa.schema(list(types.items()))
    import polars as pl

    from transforms.engine.local.types import polars_to_arrow

    for name, kind in types.items():
        if library_of(kind) != "polars" and kind not in (int, float, bool, str, bytes):
            raise UsageError(
                f"{what}: column {name!r} of the schema has {kind!r}, which is no type of Polars, PyArrow or Spark."
            )
    return polars_to_arrow(pl.DataFrame(schema=types).schema, what)


def _promises(field: Mapping[str, Any]) -> bool:
    return not field["nullable"] or nullable(field["type"]) != field["type"]


def _text(fields: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{field['name']}: {type_text(field['type'])}" for field in fields)
