"""The exact copy of an experiment that goes with its run: what MLflow rounds, cuts or has no place for.

It is a folder of the run's files: ``experiment.json`` has the experiment's row and the list of all files that were
exported; Parquet files have its part of each table, in which images, plots and tables are the names of the files that hold
them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.schema import part_schema
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "transforms"
CONTENT = {"images": "png", "plots": "figure", "tables": "parquet"}
"""The column of a table that is a file of its own here."""
TABLES = ("hyperparameters", "metrics", *CONTENT)
_ROW = "experiment.json"
_FORMAT = 1
_TIMES = ("created_time", "finished_time")


@dataclass(frozen=True)
class ExactCopy:
    """An experiment as it was exported.

    Attributes:
        row: its row of the experiments table, and the model's alias.
        files: every file of the run that was exported, but for the copy itself.
        parts: its part of each table; ``file`` stands for a column that is a file.
    """

    row: Mapping[str, Any]
    files: Sequence[str]
    parts: Mapping[str, pa.Table]

    def save(self, folder: Path) -> None:
        """Write it into a folder that is there."""
        import pyarrow.parquet as pq

        content = {"format": _FORMAT, "experiment": dict(self.row), "files": list(self.files)}
        (folder / _ROW).write_text(
            json.dumps(content, default=datetime.isoformat, ensure_ascii=False), encoding="utf-8"
        )
        for name, part in self.parts.items():
            columns = _schema(name)
            pq.write_table(part.select(columns.names).cast(columns), folder / f"{name}.parquet", compression="zstd")

    @classmethod
    def load(cls, folder: Path) -> ExactCopy:
        """Read it from a folder.

        :raises ValueError: if it is of a later version, or damaged.
        """
        import pyarrow.parquet as pq

        try:
            content = from_json((folder / _ROW).read_bytes())
            if content["format"] != _FORMAT:
                raise ValueError(f"it has format {content['format']}, and this version reads {_FORMAT}")
            row, files = dict(content["experiment"]), list(content["files"])
            for column, kind in (("environment", dict), ("series", list)):
                if not isinstance(from_json(row[column] or ("{}" if kind is dict else "[]")), kind):
                    raise ValueError(f"its {column} is no JSON {kind.__name__}")
            row.update({name: datetime.fromisoformat(row[name]) for name in _TIMES if row.get(name)})
            parts = {name: pq.read_table(folder / f"{name}.parquet", schema=_schema(name)) for name in TABLES}
        except (OSError, KeyError, TypeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        return cls(row, files, parts)


def _schema(table: str) -> pa.Schema:
    import pyarrow as pa

    found = part_schema(table)
    if table not in CONTENT:
        return found
    return found.remove(found.get_field_index(CONTENT[table])).append(pa.field("file", pa.string()))
