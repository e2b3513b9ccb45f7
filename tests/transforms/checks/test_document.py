"""What docs/checks.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transforms.errors import CheckFailedError

DOCUMENT = (Path(__file__).parents[3] / "docs/checks.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the block of code in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_sample_runs_and_says_what_the_document_says(run_transform):
    """With data that pass, and with two rows of one key."""
    names: dict[str, object] = {"__name__": "shop"}
    exec(compile(block("python"), "shop.py", "exec"), names)
    good = [{"id": n, "price": 2.5, "customer": "a"} for n in range(4)]
    assert run_transform(names["total"], {"orders": good}).outputs["total"].rows() == [{"customer": "a", "price": 10.0}]
    with pytest.raises(CheckFailedError) as caught:
        run_transform(names["total"], {"orders": [*good[:2], *[{"id": 7, "price": 1.0, "customer": "b"}] * 2]})
    assert str(caught.value) == block("text").strip()
