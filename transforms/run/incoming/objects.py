"""JSON: objects as rows, with the types that their values have over all rows."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.run.incoming.decoding import undecodable_line, utf8_bytes
from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.options import TableOptions

if TYPE_CHECKING:
    import pyarrow as pa

_DEEPEST = 100  # native code follows nested types by calling itself, and ends the process when it is out of stack
_LEAST, _MOST = -(2**63), 2**63 - 1


class _Whole(int):
    text: str


class _Float(float):
    text: str


def read_objects(places: Sequence[Path], options: TableOptions, as_text: Collection[str] = ()) -> pa.Table:
    """Read the rows of JSON files: lists of objects, objects line by line, or one object.

    :param places: the files.
    :param options: how they are encoded, and what columns are called.
    :param as_text: columns, by their names in the files, whose numbers are wanted as the texts that stand there.
    :returns: the rows; a column without any value has the type null.
    :raises TableFault: if a file is damaged, has a key twice in an object, or a column holds values of several kinds;
        names the line.
    """
    import pyarrow as pa

    rows, origins = list[dict[str, Any]](), list[str]()
    for place in places:
        for origin, row in _rows(place, options, bool(as_text)):
            if not isinstance(row, dict):
                raise TableFault(f'{origin} is {_kind(row)}, and a row is an object such as {{"x": 1}}')
            rows.append(row)
            origins.append(origin)
    columns = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        values = [row.get(name) for row in rows]
        if name in as_text:
            values = [_text(value) for value in values]
        try:
            name.encode()
            columns[name] = pa.array(values)
        except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
            raise _misfit(name, values, origins, options, error) from error
        if (depth := _depth(columns[name].type)) > _DEEPEST:
            raise TableFault(f"column {name!r} is nested {depth} deep, and a column may be {_DEEPEST}")
    return pa.table(columns)


def _depth(kind: pa.DataType) -> int:
    """Return how many lists and objects lie inside each other."""
    depth, level = 0, [kind]
    while level:
        depth += 1
        level = [kind.field(index).type for kind in level for index in range(kind.num_fields)]
    return depth - 1


def _rows(place: Path, options: TableOptions, exact: bool) -> Iterator[tuple[str, Any]]:
    data = utf8_bytes(place, options)
    line = undecodable_line(data)
    if line is not None:
        raise TableFault(f"{place} cannot be read as JSON: line {line} is not UTF-8 text")
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=_exact_whole if exact else _whole,
        parse_float=_exact_float if exact else _float,
    )
    text = data.decode()
    if text.lstrip()[:1] != "[":
        try:
            yield from list(_lines(place, text, decoder))
            return
        except TableFault:
            whole = _whole_document(text, decoder)
            if whole is None:
                raise
            yield str(place), whole
            return
    try:
        items = decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise TableFault(f"{place} cannot be read as JSON: {_reason(error)}") from error
    for number, item in enumerate(items, 1):
        yield f"{place}, item {number}", item


def _lines(place: Path, text: str, decoder: json.JSONDecoder) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            try:
                yield f"{place}, line {number}", decoder.decode(line)
            except (ValueError, RecursionError) as error:
                reason = error.msg if isinstance(error, json.JSONDecodeError) else _reason(error)
                raise TableFault(f"{place} cannot be read as JSON: line {number}: {reason}") from error


def _whole_document(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen = set[str]()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"an object has the key {twice!r} twice")
    return made


def _whole(text: str) -> int | float:
    return -0.0 if text == "-0" else int(text)  # a whole number has no minus zero


def _float(text: str) -> float:
    made = float(text)
    if math.isinf(made) or (not made and any(digit in "123456789" for digit in re.split("[eE]", text)[0])):
        raise ValueError(f"no float of 64 bits holds the number {text}")
    return made


def _exact_whole(text: str) -> int | float:
    if text == "-0":
        return _exact_float(text)
    made = _Whole(text)
    made.text = text
    return made


def _exact_float(text: str) -> float:
    made = _Float(text)
    made.text = text
    return made


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (_Whole, _Float)):
        return value.text
    return json.dumps(value, ensure_ascii=False)


def _misfit(
    name: str, values: Sequence[Any], origins: Sequence[str], options: TableOptions, error: Exception
) -> TableFault:
    """Return what is wrong with a column that is of no one type."""
    first = dict[str, int]()
    for row, value in enumerate(values):
        if value is not None:
            first.setdefault(_kind(value), row)
    final = options.renames.get(name, name)
    as_string = ["--type", f"{final}=string"]
    if len(first) > 1:
        found = ", ".join(f"{kind} in {origins[row]}" for kind, row in first.items())
        return TableFault(f"column {name!r} holds values of several kinds: {found}", as_string)
    if isinstance(error, UnicodeEncodeError):
        row = next((row for row, value in enumerate(values) if not _encodes(value)), 0)
        return TableFault(f"{origins[row]}: {name!r} has half of a surrogate pair such as \\ud800, which is no text")
    for row, value in enumerate(values):
        if isinstance(value, int) and not _LEAST <= value <= _MOST:
            return TableFault(f"{origins[row]}: {name!r} is {value}, which has more than 64 bits", as_string)
    return TableFault(f"{origins[0]}: column {name!r} has values that are of no one type: {error}", as_string)


def _encodes(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object", type(None): "null"}
    return next(words for kind, words in kinds.items() if isinstance(value, kind))
