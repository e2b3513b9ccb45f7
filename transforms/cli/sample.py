"""The files of the projects that ``transforms init`` writes: a small one to begin with, or a sample of this package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_TEMPLATE = Path(__file__).parent / "template"
_PACKAGED = Path(__file__).parents[1] / "samples"
_CHECKOUT = Path(__file__).parents[2]
_KINDS = {".py", ".toml", ".csv"}
_IGNORED = ".transforms/\n__pycache__/\n"
_FINDING = ("pipelines/__init__.py", "pipelines/pipeline.py")

SAMPLES: Mapping[str, tuple[str, ...]] = {
    "wine": ("scikit-learn",),
    "digits": ("scikit-learn",),
    "cancer": ("scikit-learn", "transforms-on-delta[spark]"),
}
"""The sample pipelines, and what each needs beside this package."""


def project_files(name: str) -> dict[str, str]:
    """Return the text of every file of the small project, by its path.

    :param name: the project's name.
    """
    files = {path.relative_to(_TEMPLATE).as_posix(): _text(path) for path in _sources(_TEMPLATE)}
    return {"pyproject.toml": _named(files.pop("pyproject.toml"), name), ".gitignore": _IGNORED, **files}


def sample_files(sample: str, name: str) -> dict[str, str]:
    """Return the text of every file of a project with a sample pipeline and its tests, by its path.

    :param sample: one of :data:`SAMPLES`.
    :param name: the project's name.
    """
    place = _PACKAGED if _PACKAGED.exists() else _CHECKOUT  # an installed package brings a copy
    pipeline = {path.relative_to(place).as_posix(): _text(path) for path in _sources(place / "pipelines" / sample)}
    needed = ", ".join(f'"{package}"' for package in ("transforms-on-delta", *SAMPLES[sample]))
    settings = _named(_text(_TEMPLATE / "pyproject.toml"), name)
    return {
        "pyproject.toml": settings.replace('dependencies = ["transforms-on-delta"]', f"dependencies = [{needed}]"),
        ".gitignore": _IGNORED,
        **{path: _text(_TEMPLATE / path) for path in _FINDING},
        **pipeline,
        f"tests/test_{sample}.py": _text(place / "tests" / "pipelines" / f"test_{sample}.py"),
    }


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _KINDS)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _named(settings: str, name: str) -> str:
    return settings.replace('name = "sample"', f'name = "{name}"')
