"""Source is parsed by several threads at once."""

from __future__ import annotations

import ast
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from transforms.common import syntax
from transforms.common.syntax import parsed

parse = ast.parse


def test_threads_do_not_disturb_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython's parser fails where a thread comes into it while another is in it, which happens when garbage is collected."""
    inside = threading.Lock()

    def fragile(source: str) -> ast.Module:
        if not inside.acquire(blocking=False):
            raise AssertionError("two threads are in the parser")
        time.sleep(0)
        inside.release()
        return parse(source)

    monkeypatch.setattr(syntax.ast, "parse", fragile)
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(parsed, [f"x = {number}" for number in range(200)]))
    assert [ast.unparse(tree) for tree in trees] == [f"x = {number}" for number in range(200)]


def test_what_others_parse_meanwhile_costs_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """They do not know of our lock: traceback and pandas parse, too."""
    failures = iter([SystemError("AST constructor recursion depth mismatch (before=57, after=49)")] * 3)

    def disturbed(source: str) -> ast.Module:
        if (failure := next(failures, None)) is not None:
            raise failure
        return parse(source)

    monkeypatch.setattr(syntax.ast, "parse", disturbed)
    assert ast.unparse(parsed("x = 1")) == "x = 1"


def test_what_is_no_python_is_refused() -> None:
    """As the parser does it."""
    with pytest.raises(SyntaxError):
        parsed("def")
