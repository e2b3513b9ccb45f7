"""Columns that the code of a compute function names, read from its syntax.

It follows frames from the inputs through assignments, chains of calls and functions of the user's. What was made on the way is no
column of an input. What goes through other functions or through SQL, or comes of several inputs at once, is told as a doubt and not
guessed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from transforms.spec.reveal import calls
from transforms.spec.reveal import vocabulary as words
from transforms.spec.reveal.columns import Revealed
from transforms.spec.reveal.functions import Definition, called_function, names_in, syntax_of


@dataclass(frozen=True)
class _Frame:
    """A frame that a piece of code evaluates to.

    Attributes:
        inputs: the names of the inputs that it was made of.
        made: columns that no input has.
        is_input: whether it is an input that is not read yet.
    """

    inputs: tuple[str, ...]
    made: frozenset[str] = frozenset()
    is_input: bool = False

    def merged(self, others: Iterable[_Frame]) -> _Frame:
        """Return what is made of several."""
        found = [self, *others]
        inputs = dict.fromkeys(name for frame in found for name in frame.inputs)
        return _Frame(tuple(inputs), frozenset().union(*(frame.made for frame in found)))


@dataclass(frozen=True)
class _Used:
    """A column of a frame that a piece of code evaluates to."""

    frame: _Frame
    name: str


_Value = _Frame | _Used | None
_IN_SQL = "conditions and expressions in SQL were not read"
_DEEPEST = 5  # functions within functions that are followed


def read_code(function: FunctionType, inputs: Mapping[str, Revealed], are_read: bool) -> bool:
    """Note the columns that a function names.

    :param function: the function.
    :param inputs: what is known of each input, by the name of its argument.
    :param are_read: whether the function receives frames, and not inputs that it has to read.
    :returns: whether its code could be found.
    """
    tree = syntax_of(function)
    if tree is None:
        return False
    named = {argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
    rest = tree.args.kwarg.arg if tree.args.kwarg else ""
    frames = {name: _Frame((name,), is_input=not are_read) for name in inputs}
    # What comes by ** is known by what the code writes to have it, such as inputs['0'].
    known = {name if name in named else f"{rest}[{name!r}]": frame for name, frame in frames.items()}
    reader = _Reader(inputs, known, names_in(function))
    reader.statements(tree.body)
    for name in inputs.keys() - named:
        if f"{rest}[{name!r}]" not in reader.met:
            inputs[name].doubt(f"the function takes it by **{rest} and does not name it")
    return True


class _Reader:
    """Reads one function.

    :param inputs: what is known of each input.
    :param known: the frames that the function is given, by the names of its arguments.
    :param names: what names outside of it mean.
    :param depth: how many functions lie around the call of it.
    """

    def __init__(
        self, inputs: Mapping[str, Revealed], known: Mapping[str, _Value], names: Mapping[str, Any], depth: int = 0
    ) -> None:
        self.returned: list[_Frame] = []
        self.met: set[str] = set()
        self._inputs = inputs
        self._known = dict(known)
        self._names = names
        self._depth = depth
        self._windows: dict[str, list[str]] = {}  # the columns of Spark's windows, by the names of variables
        self._around: _Frame | None = None  # the frame in whose call an expression stands

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Read statements in their order; both sides of a branch."""
        for statement in body:
            if isinstance(statement, ast.Assign):
                value = self.value(statement.value)
                for target in statement.targets:
                    self._assign(target, value)
                    if isinstance(target, ast.Name) and calls.is_window(statement.value):
                        self._windows[target.id] = calls.texts_within(statement.value)
            elif isinstance(statement, ast.Return) and statement.value is not None:
                value = self.value(statement.value)
                self.returned += [value] if isinstance(value, _Frame) else []
            elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for _, part in ast.iter_fields(statement):
                    self._part(part)

    def _part(self, part: object) -> None:
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, ast.expr):
                self.value(one)
            elif isinstance(one, ast.stmt):
                self.statements([one])
            elif isinstance(one, ast.AST):
                for _, inner in ast.iter_fields(one):
                    self._part(inner)

    def _assign(self, target: ast.expr, value: _Value) -> None:
        if isinstance(target, ast.Name):
            self._known[target.id] = value
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            frame = self._known.get(target.value.id)
            if isinstance(frame, _Frame):
                self._known[target.value.id] = _Frame(frame.inputs, frame.made | set(calls.texts(target.slice)))

    def value(self, node: ast.expr) -> _Value:
        """Return what an expression evaluates to, as far as frames and columns go."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, (ast.Compare, ast.BinOp)):
            return self._operation(node)
        for _, part in ast.iter_fields(node):
            self._part(part)
        return None

    def _attribute(self, node: ast.Attribute) -> _Value:
        base = self.value(node.value)
        if isinstance(base, _Used):
            self._note(base, words.NAMESPACES.get(node.attr))
            return base
        if base is None or base.is_input or node.attr in words.NO_COLUMNS:
            return base
        return self._use(base, node.attr)

    def _subscript(self, node: ast.Subscript) -> _Value:
        written = ast.unparse(node)
        if written in self._known:
            self.met.add(written)
            return self._known[written]
        base = self.value(node.value)
        if not isinstance(base, _Frame):
            self.value(node.slice)
            return None
        names = list(calls.texts(node.slice))
        used = [self._use(base, name) for name in names]
        if isinstance(node.slice, ast.Constant) and used:
            return used[0]
        if not names:
            self._within(base, [node.slice])
        return base

    def _operation(self, node: ast.Compare | ast.BinOp) -> _Value:
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.left, node.right]
        found = [self.value(side) for side in sides]
        constants = [side.value for side in sides if isinstance(side, ast.Constant)]
        for value in found:
            if isinstance(value, _Used) and isinstance(node, ast.Compare):
                self._compare(value, constants)
            elif isinstance(value, _Used) and any(isinstance(constant, (int, float)) for constant in constants):
                self._note(value, "double" if any(isinstance(c, float) for c in constants) else "long")
        return None

    def _call(self, node: ast.Call) -> _Value:
        if isinstance(node.func, ast.Name) and node.func.id in words.COLUMN_FUNCTIONS:
            return self._function(node.func.id, node)
        if not isinstance(node.func, ast.Attribute):
            return self._unknown_call(node)
        method, owner = node.func.attr, node.func.value
        if isinstance(owner, ast.Name) and owner.id in words.FUNCTION_MODULES - self._known.keys():
            return self._function(method, node)
        base = self.value(owner)
        if method == "over" and self._around is not None:
            self._over(self._around, node)
        if isinstance(base, _Used):
            return self._column_call(base, method, node)
        if base is None:
            return self._unknown_call(node)
        return self._input_call(base, method) if base.is_input else self._frame_call(base, method, node)

    def _function(self, name: str, node: ast.Call) -> _Value:
        """Read a call of a module of functions: of columns, whose names may be texts, or of frames."""
        if name in words.COLUMN_FUNCTIONS:
            names = [text for argument in node.args for text in calls.texts(argument)]
            used = [self._use(self._around, text) for text in names if self._around is not None]
            if self._around is not None:
                self._doubt_variables(self._around, node)
            return used[0] if len(used) == 1 else None
        type = calls.type_for(name)
        if name == "expr" and self._around is not None:
            self._doubt(self._around, _IN_SQL)
        if type is None and name not in words.PLAIN | words.OF_SEVERAL:
            return self._unknown_call(node)
        for argument in node.args if name in words.OF_SEVERAL else node.args[:1]:
            value = self.value(argument)
            named = [] if self._around is None else [self._use(self._around, text) for text in calls.texts(argument)]
            for column in (value, *named):
                if isinstance(column, _Used):
                    self._note(column, type)
        return None

    def _column_call(self, used: _Used, method: str, node: ast.Call) -> _Value:
        if method in words.MEMBERSHIP:
            self._compare(used, [c.value for arg in node.args for c in ast.walk(arg) if isinstance(c, ast.Constant)])
        else:
            self._note(used, calls.type_for(method))
        for argument in calls.arguments(node):
            self.value(argument)
        return used if method in words.NUMERIC | words.KEEPING else None

    def _over(self, around: _Frame, node: ast.Call) -> None:
        """Read the columns of a window: Polars has them here, Spark in an object of its own."""
        for part in calls.arguments(node):
            of_window = calls.texts_within(part) if calls.is_window(part) else list(calls.texts(part))
            if isinstance(part, ast.Name):
                of_window = self._windows.get(part.id, [])
            if not of_window:
                self._doubt(around, f"the columns of the window {ast.unparse(part)} were not read")
            for name in of_window:
                self._use(around, name)

    def _input_call(self, base: _Frame, method: str) -> _Value:
        if method in words.READING:
            return _Frame(base.inputs)
        if method in ("filesystem", "files", "path"):
            self._doubt(base, "its files are read, whose content the code does not tell")
        return None

    def _frame_call(self, base: _Frame, method: str, node: ast.Call) -> _Value:
        others = [value for value in self._within(base, calls.arguments(node)) if isinstance(value, _Frame)]
        made = set(calls.made_columns(method, node))
        texts = [text for argument in node.args for text in calls.texts(argument)]
        names = texts if method in words.NAMES_COLUMNS else []
        if method in words.NAMES_COLUMNS:
            self._doubt_variables(base, node)
        if texts and method in words.SQL:
            self._doubt(base, _IN_SQL)
        for name in [*names, *calls.named_columns(method, node)]:
            for frame in (base, *others):
                self._use(frame, name)
        merged = base.merged(others)
        return _Frame(merged.inputs, merged.made | made)

    def _unknown_call(self, node: ast.Call) -> _Value:
        name = ast.unparse(node.func)
        several = [
            part
            for one in calls.arguments(node)
            for part in (one.elts if isinstance(one, (ast.List, ast.Tuple)) else [one])
        ]
        frames = [value for value in map(self.value, several) if isinstance(value, _Frame)]
        called = name.rpartition(".")[2]
        if not frames or called.startswith("write") or called in words.HARMLESS:
            return None
        if called in words.MERGING:
            for keyword in node.keywords:
                for text in calls.texts(keyword.value) if keyword.arg in words.COLUMN_KEYWORDS else ():
                    for frame in frames:
                        self._use(frame, text)
            return frames[0].merged(frames[1:])
        function = called_function(node.func, self._names)
        tree = None if function is None or self._depth == _DEEPEST else syntax_of(function)
        if function is not None and tree is not None:
            return self._follow(function, tree, node)
        short = name if re.fullmatch(r"[\w.]+", name) else f"….{called}"
        for frame in frames:
            self._doubt(frame, f"what {short}() does with it was not read")
        return None

    def _follow(self, function: FunctionType, tree: Definition, node: ast.Call) -> _Value:
        """Read a function of the user's that is given frames, and return the frame that it gives back."""
        arguments = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args)]
        given = dict(zip(arguments, map(self.value, node.args), strict=False))
        given |= {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        inner = _Reader(self._inputs, given, names_in(function), self._depth + 1)
        inner.statements(tree.body)
        return inner.returned[0].merged(inner.returned[1:]) if inner.returned else None

    def _within(self, frame: _Frame, nodes: Iterable[ast.expr]) -> list[_Value]:
        before, self._around = self._around, frame
        try:
            return [self.value(node) for node in nodes]
        finally:
            self._around = before

    def _doubt_variables(self, frame: _Frame, node: ast.Call) -> None:
        for argument in node.args:
            if isinstance(argument, (ast.Name, ast.Starred)) and self.value(argument) is None:
                self._doubt(frame, f"the columns that {ast.unparse(argument).lstrip('*')} names were not read")

    def _use(self, frame: _Frame, name: str) -> _Used:
        used = _Used(frame, name)
        if name not in frame.made and name != "*":
            if len(frame.inputs) > 1 and not any(name in self._inputs[input].columns for input in frame.inputs):
                self._doubt(frame, f"column {name} is of one of {', '.join(frame.inputs)}")
            self._note(used, None)
        return used

    def _is_of_input(self, used: _Used) -> bool:
        return len(used.frame.inputs) == 1 and used.name not in used.frame.made and used.name != "*"

    def _note(self, used: _Used, type: str | None) -> None:
        if self._is_of_input(used):
            self._inputs[used.frame.inputs[0]].column(used.name).note_use(type)

    def _compare(self, used: _Used, values: Iterable[object]) -> None:
        if self._is_of_input(used):
            self._inputs[used.frame.inputs[0]].column(used.name).compare(values)

    def _doubt(self, frame: _Frame, sentence: str) -> None:
        for name in frame.inputs:
            self._inputs[name].doubt(sentence)
