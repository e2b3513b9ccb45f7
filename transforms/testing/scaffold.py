"""A first test for a transform: rows that fit what its code reads, and what it makes of them now."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from keyword import iskeyword
from pathlib import Path
from typing import Any

from transforms.common.usercode import user_line
from transforms.errors import DataError
from transforms.external.systems import Source
from transforms.run.project import Project
from transforms.run.synthetic import synthetic_rows
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.reveal.columns import TYPES, Revealed
from transforms.spec.reveal.reading import revealed_inputs
from transforms.spec.transform import Transform
from transforms.testing.result import Output, TransformResult
from transforms.testing.run import run_transform

_ROWS = 3
_MOST_RECORDED = 20
_FILE = {"name.txt": "text"}


@dataclass
class Scaffold:
    """A test that is written for a transform.

    Attributes:
        text: its source.
        remarks: sentences about what its author has to look at.
    """

    text: str
    remarks: list[str] = field(default_factory=list)


def scaffold(project: Project, transform: Transform) -> Scaffold:
    """Write a test for a transform.

    Its inputs get a few synthetic rows, with the columns that the store or the code tells. The transform runs on them, and what
    it gives is what the test expects, unless it is another at each run.

    :param project: the project.
    :param transform: one of its transforms.
    """
    remarks: list[str] = []
    inputs = {name: _input(project, transform, name, remarks) for name in transform.inputs}
    sources = [name for name, param in transform.values.items() if isinstance(param, Source)]
    if sources:
        remarks.append(f"say what {' and '.join(sources)} answer: FakeSource({{'/path': [...]}}, secrets={{...}})")
    names = {name: _variable(name, transform) for name in inputs}
    lines = [f"    {names[name]} = {_literal(data)}" for name, data in inputs.items()]
    arguments = ", ".join(f'"{name}": {variable}' for name, variable in names.items())
    call = [transform_name(transform), *([f"{{{arguments}}}"] if inputs else [])]
    if sources:
        fakes = ", ".join(f'"{name}": fake_source()' for name in sources)
        call.append(f"sources={{{fakes}}}")
    expected, compares = _expected(transform, inputs, sources, remarks)
    fixtures = ["run_transform", *(["assert_table_equal"] if compares else []), *(["fake_source"] if sources else [])]
    body = "\n".join(
        [*lines, *([""] if lines else []), f"    result = run_transform({', '.join(call)})", "", *expected]
    )
    head = list(_imports(transform, body))
    test = f"def test_{_identifier(transform.__name__)}({', '.join(fixtures)}):\n{body}\n"
    title = f'"""What {transform.__name__} does, tried on a few rows."""'
    return Scaffold("\n".join([title, "", *head, "", "", test]), remarks)


def transform_name(transform: Transform) -> str:
    """Return the name that a test has for a transform."""
    found = _attribute(transform)
    return found or _identifier(transform.__name__)


def _imports(transform: Transform, body: str) -> Iterator[str]:
    module, attribute = transform.__wrapped__.__module__, _attribute(transform)  # type: ignore[attr-defined]
    by_name = all(part.isidentifier() for part in module.split("."))
    if "dt." in body:
        yield "import datetime as dt"
    if not (by_name and attribute):
        yield "from importlib import import_module"
    if "dt." in body or not (by_name and attribute):
        yield ""
    if attribute and by_name:
        yield f"from {module} import {attribute}"
    elif attribute:
        yield f'{attribute} = import_module("{module}").{attribute}'
    else:
        aliases = [resource.alias for param in transform.outputs.values() for resource in param.resources]
        yield "from transforms.api import Pipeline"
        yield ""
        yield "pipeline = Pipeline()"
        yield f'pipeline.discover_transforms(import_module("{module}"))'
        yield f"({transform_name(transform)},) = ("
        yield "    one"
        yield "    for one in pipeline.transforms"
        if aliases:
            yield f"    for param in one.outputs.values() if any(it.alias == {aliases[0]!r} for it in param.resources)"
        else:  # one that evaluates and writes nothing else
            yield f"    if one.__name__ == {transform.__name__!r}"
        yield ")"


def _attribute(transform: Transform) -> str | None:
    """Return the name under which its module has it; None for one of a list, or made by a function."""
    module = sys.modules.get(transform.__wrapped__.__module__)  # type: ignore[attr-defined]
    return next((name for name, value in vars(module).items() if value is transform), None) if module else None


def _input(project: Project, transform: Transform, name: str, remarks: list[str]) -> Any:
    """Return data for an input."""
    param = transform.inputs[name]
    parts = [_part(project, transform, name, resource, remarks) for resource in param.resources]
    return parts[0] if len(parts) == 1 else parts


def _part(project: Project, transform: Transform, name: str, resource: Resource, remarks: list[str]) -> Any:
    if resource.kind == "model":
        remarks.append(f"give {name} an adapter, as it reads the model {resource.alias}")
        return None
    found = project.store.view(project.config.resolve(resource), DEFAULT_BRANCH, project.config.fallback_branches)
    if found is not None and found[0].holds_files:
        return _FILE
    revealed = Revealed()
    for column in () if found is None else found[0].fields:
        label, type = str(column["name"]), str(column["type"])
        if type in _KINDS:
            revealed.column(label).declare(_KINDS[type])
        else:
            remarks.append(f"{name} has a column {label} of the type {type}, which is left out")
    code = revealed_inputs(transform)[name]
    known = set(revealed.columns)
    if found is not None:
        code.columns = {one: column for one, column in code.columns.items() if one in known}
    revealed.join(code)
    try:
        return synthetic_rows(revealed, _ROWS).to_dicts()
    except DataError:
        if "filesystem" in _names(transform):
            return _FILE
        remarks.append(f"write rows for {name}, of whose columns the code tells none")
        return [{"column": "value"}]


_KINDS = {**{name: name for name in TYPES}, "integer": "int", "short": "int", "byte": "int"}


def _names(transform: Transform) -> Sequence[str]:
    code = getattr(inspect.unwrap(transform), "__code__", None)
    return () if code is None else code.co_names


def _expected(
    transform: Transform, inputs: Mapping[str, Any], sources: Sequence[str], remarks: list[str]
) -> tuple[list[str], bool]:
    """Return the lines that look at the result, and whether they compare tables."""
    if None in inputs.values() or sources:
        return ['    assert result.status == "committed"'], False
    try:
        runs = [run_transform(transform, inputs) for _ in range(2)]
    except Exception as error:  # noqa: BLE001 - the user's code, on rows that mean nothing
        line = user_line(error)
        where = f" at {line}" if line is not None else ""
        told = str(error).strip().splitlines()
        remarks.append(
            f"it fails on these rows{where} ({type(error).__name__}: {told[0] if told else ''}): put them right"
        )
        return ['    assert result.status == "committed"'], False
    lines = [line for name in runs[0].outputs for line in _of_output(name, runs, remarks)]
    lines += [f'    assert len(result.models["{name}"].versions) == 1' for name in runs[0].models]
    if not lines:
        return [f'    assert result.status == "{runs[0].status}"'], False
    return lines, any("assert_table_equal" in line for line in lines)


def _of_output(name: str, runs: Sequence[TransformResult], remarks: list[str]) -> list[str]:
    first: Output = runs[0].outputs[name]
    second: Output = runs[1].outputs[name]
    if first.holds_files:
        return [f'    assert sorted(result.outputs["{name}"].files()) == {sorted(first.files())!r}']
    rows = first.rows()
    key = sorted(map(repr, rows))
    can_be_written = len(rows) <= _MOST_RECORDED and all(_is_plain(value) for row in rows for value in row.values())
    if key == sorted(map(repr, second.rows())) and can_be_written and rows:
        expected = f"expected_{_identifier(name)}"
        compared = f'assert_table_equal(result.outputs["{name}"], {expected}, ignore_order=True)'
        return [f"    {expected} = {_literal(rows)}", f"    {compared}"]
    if key != sorted(map(repr, second.rows())):
        remarks.append(f"{name} has other rows at each run, so the test looks at its columns alone")
    return [f'    assert result.outputs["{name}"].polars().columns == {list(first.polars().columns)!r}']


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, str, date)) or (isinstance(value, float) and value == value)


def _literal(data: Any) -> str:
    """Return data as a person writes it, a row a line."""
    if isinstance(data, list) and data and isinstance(data[0], (dict, list)):
        inner = "\n".join(f"        {_literal(row)}," for row in data) if isinstance(data[0], dict) else ""
        return f"[\n{inner}\n    ]" if inner else f"[{', '.join(map(_literal, data))}]"
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_text(name)}: {_literal(value)}" for name, value in data.items()) + "}"
    if isinstance(data, datetime):
        zone = ", tzinfo=dt.UTC" if data.tzinfo is not None else ""
        moment = data.astimezone(UTC) if zone else data
        parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        return f"dt.datetime({', '.join(map(str, parts))}{zone})"
    if isinstance(data, date):
        return f"dt.date({data.year}, {data.month}, {data.day})"
    return _text(data) if isinstance(data, str) else repr(data)


def _text(value: str) -> str:
    shown = repr(value)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in value else shown


def _variable(name: str, transform: Transform) -> str:
    """Return what an input's data is called in the test."""
    taken = {transform_name(transform), "result", "run_transform", "assert_table_equal", "fake_source"}
    return name if name.isidentifier() and not iskeyword(name) and name not in taken else f"rows_{_identifier(name)}"


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower() or "transform"


def file_of(project: Project, transform: Transform) -> Path:
    """Return where a test of a transform belongs: in ``tests`` of the project, or ``src/test`` of its Foundry subproject."""
    from transforms.config.repository import subprojects

    name = f"test_{_identifier(transform.__name__)}.py"
    source = Path(transform.source.file)
    for part in subprojects(project.config.project):
        if part.folder != project.config.project and source.is_relative_to(part.folder):
            return part.folder / "src" / "test" / name
    return project.config.project / "tests" / name
