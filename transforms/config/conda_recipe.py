"""The packages that a Foundry repository asks for, in the ``conda_recipe/meta.yaml`` of each subproject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import ConfigError

RECIPE = Path("conda_recipe") / "meta.yaml"
_PYPI_NAMES = {
    "dask-core": "dask",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "python-duckdb": "duckdb",
    "python-graphviz": "graphviz",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
}
_PROVIDED = re.compile(
    r"transforms(-.*)?|palantir-models(-.*)?|foundry-transforms(-.*)?|language-model-service-api|models-api"
)
_NOT_PACKAGES = frozenset({"python", "pip", "openjdk"})  # the interpreter and Java, which are looked for by themselves


@dataclass(frozen=True)
class AskedPackage:
    """A package that a recipe asks for.

    Attributes:
        name: its name on PyPI, as far as that is known; elsewhere the one of Conda.
        version: which versions will do, as pip writes it; empty where any will.
        recipe: the file.
        line: the line in it, counted from 1.
    """

    name: str
    version: str
    recipe: Path
    line: int


def asked_packages(folder: Path) -> list[AskedPackage]:
    """Return the packages that a subproject needs when it runs, without those that this package stands for.

    The recipe is read as text: it is a template of YAML, which is none until Foundry has filled it in.

    :param folder: the subproject's folder.
    :raises ConfigError: if the recipe is there and cannot be read.
    """
    recipe = folder / RECIPE
    if not recipe.is_file():
        return []
    try:
        lines = recipe.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{recipe} cannot be read: {error}") from error
    asked = []
    for number, text in _run_requirements(lines):
        name, _, version = re.sub(r"\{\{.*?\}\}", "", text).strip("\"' ").partition(" ")
        name = re.sub(r"[-_.]+", "-", name.lower())
        if name and name not in _NOT_PACKAGES and not _PROVIDED.fullmatch(name):
            asked.append(AskedPackage(_PYPI_NAMES.get(name, name), _pip_version(version), recipe, number))
    return asked


def _run_requirements(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each entry of ``requirements: run:``."""
    section, key, key_indent = "", "", 0
    for number, line in enumerate(lines, 1):
        text = re.sub(r"\{%.*?%\}|(^|\s)#.*", "", line).rstrip()
        indent, content = len(text) - len(text.lstrip()), text.strip()
        if content.startswith("- "):
            if (section, key) == ("requirements", "run") and indent >= key_indent:
                yield number, content[2:]
        elif ":" in content:
            name, _, rest = content.partition(":")
            if indent == 0:
                section, key = name, ""
            else:
                key, key_indent = name, indent
            if (section, key) == ("requirements", "run") and rest.strip().startswith("["):
                yield from ((number, part) for part in rest.strip(" []").split(","))


def _pip_version(version: str) -> str:
    version = version.replace(" ", "").strip("\"'")
    if re.fullmatch(r"=?[\d.]+(\.\*|\*)?", version):
        is_prefix = version.startswith("=") or version.endswith("*")
        return f"=={version.strip('=').rstrip('.*')}" + (".*" if is_prefix else "")
    return version if re.fullmatch(r"([<>]=?|==|!=)[\d.*]+(,([<>]=?|==|!=)[\d.*]+)*", version) else ""
