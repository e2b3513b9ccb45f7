"""Every command with its ``--help``, as the command line's own parser has it, and the exit codes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from transforms.cli import failures
from transforms.cli.app import app

_WIDTH = 100


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command as it is typed, with its help; groups before what is in them."""
    yield from _below(typer.main.get_command(app), "transforms", None)


def _below(command: Any, typed: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = command.context_class(
        command, info_name=typed.rpartition(" ")[2], parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    yield typed, command.get_help(context)
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _below(child, f"{typed} {name}", context)


def page() -> str:
    """Return the page of the commands."""
    parts = ["# Commands", "Every command, with what `--help` shows."]
    parts += [f"## {typed}\n\n```text\n{text.rstrip()}\n```" for typed, text in commands()]
    return "\n\n".join(parts) + "\n"


def exit_codes() -> dict[int, tuple[str, str]]:
    """Return the exit codes with their names, and what each means, as the code has it beside them."""
    body = ast.parse(inspect.getsource(failures)).body
    found = {}
    for node, after in zip(body, body[1:], strict=False):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
            continue
        if isinstance(node.value.value, int) and isinstance(node.targets[0], ast.Name):
            assert isinstance(after, ast.Expr), f"{node.targets[0].id} says nothing of itself"
            assert isinstance(after.value, ast.Constant), f"{node.targets[0].id} says nothing of itself"
            found[node.value.value] = (node.targets[0].id, inspect.cleandoc(str(after.value.value)))
    return found


def exit_code_page() -> str:
    """Return the page of the exit codes."""
    rows = "\n".join(f"| {code} | {text} |" for code, (_, text) in exit_codes().items())
    return (
        "# Exit codes\n\nWhat a command of `transforms` ends with. [Troubleshooting](../troubleshooting.md) has the errors.\n\n"
        f"| code | meaning |\n|---|---|\n| 0 | It was done, or there was nothing to do. |\n{rows}\n"
    )
