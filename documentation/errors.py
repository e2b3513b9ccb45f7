"""The tree of errors, read from the source, as some of its twigs are defined beside libraries that take long to load."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from transforms.cli.failures import JOB_FAILED, RECOVERY_NEEDED, USAGE

ROOT = Path(__file__).parents[1]
_TRUNK = "TransformsError"


@dataclass(frozen=True)
class ErrorClass:
    """An error that a person can meet.

    Attributes:
        name: the class.
        module: where it is defined.
        bases: the classes above it, as they are named there.
        text: its docstring.
    """

    name: str
    module: str
    bases: tuple[str, ...]
    text: str


@cache
def error_classes() -> dict[str, ErrorClass]:
    """Return every public class of the tree by its name, the trunk first."""
    known = {found.name: found for package in ("transforms", "palantir_models") for found in _classes(ROOT / package)}
    return {name: known[name] for name in _ordered(known, _TRUNK)}


def ancestors(name: str) -> set[str]:
    """Return the classes of the tree that an error is, itself included."""
    above = [base for base in error_classes()[name].bases if base in error_classes()]
    return {name}.union(*map(ancestors, above))


def exit_code(name: str) -> int:
    """Return what a command ends with that this error ends."""
    if "RecoveryNeeded" in ancestors(name):
        return RECOVERY_NEEDED
    return USAGE if ancestors(name) & {"UsageError", "DeclarationError"} else JOB_FAILED


def page() -> str:
    """Return the page of the errors."""
    lines = [
        f"| {'&nbsp;' * 4 * (len(ancestors(name)) - 1)}[`{name}`](../troubleshooting.md#{name.lower()}) | `{found.module}` "
        f"| {_first(found.text)} | {exit_code(name)} |"
        for name, found in error_classes().items()
    ]
    return (
        "# Errors\n\nEvery error that is raised on purpose is a `TransformsError`. What to do about each, "
        "[Troubleshooting](../troubleshooting.md) says; the last column is what a command ends with that it ends "
        "([exit codes](exit-codes.md)).\n\n| error | module | what it says | code |\n|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def _first(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].replace("``", "`").split()).replace("|", "\\|")


def _classes(folder: Path) -> Iterator[ErrorClass]:
    for file in sorted(folder.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if "Error" not in source and "Exception" not in source:
            continue
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bases = tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases)
                yield ErrorClass(node.name, module, bases, ast.get_docstring(node) or "")


def _ordered(known: dict[str, ErrorClass], name: str) -> Iterator[str]:
    yield name
    for found in known.values():
        first = next((base for base in found.bases if base in known), None)
        if first == name:
            yield from _ordered(known, found.name)
