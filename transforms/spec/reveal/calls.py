"""What a call names, by its syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transforms.spec.reveal import vocabulary as words


def arguments(node: ast.Call) -> list[ast.expr]:
    """Return what a call is given, by place and by keyword."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def texts(node: ast.expr) -> Iterator[str]:
    """Yield a text, or the texts of a list of them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        yield from (text for element in node.elts for text in texts(element))


def texts_within(node: ast.expr) -> list[str]:
    """Return every text in an expression."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def is_window(node: ast.expr) -> bool:
    """Tell whether an expression is a chain that begins with Spark's ``Window``."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "Window"


def type_for(name: str) -> str | None:
    """Return the type that a column must have for a function or method to be called with it."""
    if name in words.NUMERIC:
        return "double"
    if name in words.TEXTUAL:
        return "string"
    return "timestamp" if name in words.TEMPORAL else None


def made_columns(method: str, node: ast.Call) -> Iterator[str]:
    """Yield the names of columns that a call makes."""
    if method in ("withColumn", "with_row_index", "withColumnRenamed"):
        yield from (
            text for argument in node.args[: 1 if method != "withColumnRenamed" else 2] for text in texts(argument)
        )
    elif method == "rename":
        mappings = [argument for argument in arguments(node) if isinstance(argument, ast.Dict)]
        yield from (text for mapping in mappings for value in mapping.values for text in texts(value))
    elif method in ("with_columns", "assign", "select", "agg"):
        yield from (keyword.arg for keyword in node.keywords if keyword.arg)
    for argument in arguments(node):
        for part in ast.walk(argument):
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "alias":
                yield from (text for name in part.args for text in texts(name))


def named_columns(method: str, node: ast.Call) -> Iterator[str]:
    """Yield the columns that a call names elsewhere than as its plain arguments."""
    if method in ("withColumnRenamed", "rename"):
        yield from _renamed(method, node)
        return
    if method in ("join", "merge") and len(node.args) > 1:
        yield from texts(node.args[1])
    for keyword in node.keywords:
        if keyword.arg in words.COLUMN_KEYWORDS:
            yield from texts(keyword.value)
        elif method == "agg" and isinstance(keyword.value, ast.Tuple):
            yield from list(texts(keyword.value))[:1]  # pandas: total=("amount", "sum")


def _renamed(method: str, node: ast.Call) -> Iterator[str]:
    """Yield the names that columns had before a call renames them."""
    if method == "withColumnRenamed":
        yield from (text for argument in node.args[:1] for text in texts(argument))
    for argument in arguments(node):
        if isinstance(argument, ast.Dict):
            yield from (text for key in argument.keys if key is not None for text in texts(key))
