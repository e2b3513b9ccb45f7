"""Small projects in the styles that real code has, each built twice: what is new is built, and nothing else."""

from __future__ import annotations

import io
import sys
import textwrap
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.compat.projects import contents, declared, on_spark
from tests.compat.projects.project import Style
from transforms.config import Config, load_config
from transforms.run.adding import Addition, add
from transforms.run.job import JobOptions
from transforms.run.outside import OutsideJob
from transforms.run.project import Project
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.spec.resource import Resource
from transforms.store.store import Store
from transforms.testing import Output, assert_table_equal
from transforms.testing.frames import as_content

STYLES = {**declared.STYLES, **contents.STYLES}


def test_there_are_as_many_as_real_code_has_styles() -> None:
    assert len({**STYLES, **on_spark.STYLES}) >= 45


@pytest.mark.parametrize("style", STYLES)
def test_a_style_builds_twice(style: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_twice(STYLES[style], store, tmp_path, monkeypatch)


@pytest.mark.parametrize("style", on_spark.STYLES)
def test_a_style_on_spark_builds_twice(
    style: str, spark: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_twice(on_spark.STYLES[style], store, tmp_path, monkeypatch)


def build_twice(style: Style, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build a project, bring in more, and build it again."""
    package = f"style_{uuid.uuid4().hex}"
    write(style.source, folder / package)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("STYLE_KEY", "s3cret")
    settings = f'[tool.transforms]\npipelines = ["{package}.made:pipeline"]\n{style.settings}'
    (folder / "pyproject.toml").write_text(settings)
    config = load_config(folder, root=str(store.root))
    try:
        for alias, data in style.data.items():
            put_frame(store, "master", alias, as_content(zipped() if data == {"one.zip": None} else data))
        assert statuses(config) == {"committed"}
        check(store, style.first)
        for alias, data in style.more.items():
            if alias in ("/rates", "/names"):  # snapshot inputs
                put_frame(store, "master", alias, as_content(data))
            else:
                add(store, config, Addition(alias, as_content(data)), JobOptions())
        assert statuses(config) <= ({"committed", "aborted"} if style.more else {"fresh"})
        check(store, style.then or style.first)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def write(source: str | Mapping[str, str], folder: Path) -> None:
    """Write a package of a module, or of several, and the pipeline that discovers them."""
    files = {"code.py": source} if isinstance(source, str) else source
    for name, text in files.items():
        file = folder / "parts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        for parent in (folder, folder / "parts", file.parent):
            (parent / "__init__.py").touch()
    lines = ["from transforms.api import Pipeline", f"from {folder.name} import parts", "pipeline = Pipeline()"]
    if "pipeline.py" in files:
        lines = [f"from {folder.name}.parts.pipeline import pipeline"]
    else:
        lines.append("pipeline.discover_transforms(parts)")
    (folder / "made.py").write_text("\n".join(lines))


def statuses(config: Config) -> set[str]:
    """Build everything, and return how the jobs ended."""
    project = Project(config)
    assert not project.unimported
    results = project.build(project.plan(), Mock())
    for result in results:
        if result.error is not None:
            raise result.error
    return {result.status for result in results}


def check(store: Store, expected: Mapping[str, Any]) -> None:
    """Compare datasets with what is expected of them."""
    assert expected
    for alias, content in expected.items():
        found = store.view(Resource("dataset", alias), "master")
        assert found is not None, alias
        output = Output(alias, DatasetReader(alias, found[0], OutsideJob(store, Config(store.root, str(store.root)))))
        if isinstance(content, Mapping):
            assert output.files() == content
        else:
            assert_table_equal(output, content, ignore_order=True)


def zipped() -> dict[str, bytes]:
    """Return a file that is a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("in/a.txt", "zipped")
    return {"one.zip": buffer.getvalue()}
