"""The errors of the framework: one tree, drawn where its root is, and what a command does with each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from transforms import errors
from transforms.cli.failures import JOB_FAILED, RECOVERY_NEEDED, USAGE, exit_code
from transforms.errors import CommitError, OutcomeUnknownError, PublishError, RecoveryNeeded, TransformsError

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"    (?P<branch>[│├└─ ]*)(?P<name>\w+)(?: +(?P<words>.*))?")
ALSO = re.compile(r"\(also ([\w, ]+?)\)")


def drawn() -> dict[str, set[str]]:
    """Return the bases that the drawing gives each error, by the error's name."""
    bases: dict[str, set[str]] = {}
    path: list[str] = []
    for line in filter(None, map(LINE.fullmatch, (errors.__doc__ or "").splitlines())):
        depth = len(line["branch"]) // 4
        path[depth:] = [line["name"]]
        also = {name for named in ALSO.findall(line["words"] or "") for name in re.split(r",\s*|\s+and\s+", named)}
        assert line["name"] not in bases, f"{line['name']} is drawn twice"
        bases[line["name"]] = {*path[depth - 1 : depth], *also}
    return bases


def declared() -> dict[str, set[str]]:
    """Return the bases of every error that a module of the project declares; read and not imported, as some need MLflow."""
    files = [file for package in ("transforms", "palantir_models") for file in (ROOT / package).rglob("*.py")]
    classes = [
        (node.name, {ast.unparse(base).rpartition(".")[2] for base in node.bases})
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    found = {"TransformsError": set[str]()}
    while more := [(name, bases) for name, bases in classes if name not in found and bases & found.keys()]:
        found.update(more)
    return found


def test_the_tree_is_whole_and_true() -> None:
    """Every error there is stands in the drawing once, under one of its bases and beside its others; and no other does."""
    assert drawn() == declared()


def subclasses(kind: type[TransformsError]) -> set[type[TransformsError]]:
    """Return all that stand below an error."""
    return {below for child in kind.__subclasses__() for below in (child, *subclasses(child))}


@pytest.mark.parametrize("kind", sorted(subclasses(RecoveryNeeded), key=lambda kind: kind.__name__))
def test_whatever_needs_recovery_has_one_exit_code(kind: type[TransformsError]) -> None:
    """Whatever else it is, so that a script can act on it."""
    assert exit_code(kind("it says")) == RECOVERY_NEEDED


def test_the_others_have_theirs() -> None:
    """What was typed or declared wrongly can be told from what failed."""
    assert {PublishError, OutcomeUnknownError} <= subclasses(RecoveryNeeded)
    assert exit_code(CommitError("refused")) == JOB_FAILED
    assert exit_code(errors.UsageError("typed")) == exit_code(errors.DeclarationError("declared")) == USAGE
