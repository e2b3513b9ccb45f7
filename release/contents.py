"""What a wheel and an sdist must have in them, and must not have."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Collection
from pathlib import Path

_PAGE = (
    "main.js",
    "main.css",
    "frame.js",
    "icon.svg",
    "licences.txt",
    "report.js",
    "report.css",
    "widget.js",
    "widget.css",
)
_IN_BOTH = (
    *(f"palantir_models/page/static/{name}" for name in _PAGE),
    "transforms/api.py",
    "transforms/py.typed",
    "transforms/cli/template/pyproject.toml",
    "transforms/cli/template/data/readings.csv",
    "transforms/samples/pipelines/wine/train.py",
    "transforms/samples/tests/pipelines/test_wine.py",
    "transforms/engine/spark/log4j2.properties",
    "palantir_models/__init__.py",
    "palantir_models/py.typed",
    "palantir_models_serializers/__init__.py",
    "models_api/__init__.py",
    "language_model_service_api/__init__.py",
    "foundry/transforms/__init__.py",
    "foundry_ml_metrics/__init__.py",
)
_IN_SDIST = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "ui/backend.py",
    "ui/bundle.ts",
    "ui/deno.lock",
    "ui/src/main.tsx",
)
_PACKAGES = re.compile(
    r"(transforms|palantir_models|palantir_models_serializers|models_api|language_model_service_api|foundry|foundry_ml_metrics)/"
    r"|transforms_on_delta-[^/]+\.dist-info/"
)
_NOWHERE = re.compile(r"(^|/)(tests?|node_modules|__pycache__|\.transforms|\.venv[^/]*)(/|$)|\.(map|pyc)$")
# What users' tests import, and the tests of the projects that init writes.
_TESTING = re.compile(r"(transforms|palantir_models)/(verbs/)?testing\b|transforms/(samples|cli/template)/")


def wheel_faults(names: Collection[str]) -> list[str]:
    """Return what is wrong with the files of a wheel, a sentence each.

    :param names: their paths in it.
    """
    strangers = sorted(name for name in names if not _PACKAGES.match(name))
    return [*_faults(names, _IN_BOTH), *(f"{name} belongs to no package" for name in strangers)]


def sdist_faults(names: Collection[str]) -> list[str]:
    """Return what is wrong with the files of an sdist, a sentence each.

    :param names: their paths in it, without the folder that holds all of them.
    """
    return _faults(names, (*_IN_BOTH, *_IN_SDIST))


def faults_in(file: Path) -> list[str]:
    """Return what is wrong with a wheel or an sdist.

    :param file: the file; its suffix tells which it is.
    """
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            return wheel_faults(wheel.namelist())
    with tarfile.open(file) as sdist:
        return sdist_faults([name.partition("/")[2] for name in sdist.getnames()])


def changelog_fault(changelog: str, version: str) -> str | None:
    """Return what is wrong with a changelog: its newest section is not about the version.

    :param changelog: its text.
    :param version: what pyproject.toml says.
    """
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    if newest is None or newest[1] != version:
        return f"CHANGELOG.md begins with {newest[1] if newest else 'no version'}, and pyproject.toml says {version}"
    return None


def _faults(names: Collection[str], wanted: Collection[str]) -> list[str]:
    missing = [f"{name} is missing" for name in wanted if name not in names]
    excess = sorted(name for name in names if _NOWHERE.search(name) and not _TESTING.match(name))
    return [*missing, *(f"{name} does not belong there" for name in excess)]
