"""Names from MLflow: at most as long as an experiment takes, and never two that become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.mlflow.bridge.experiment_names import fitting, kind_of_file, of_file


@given(st.text(min_size=1, max_size=300), st.integers(1, 120))
def test_names_fit(name: str, length: int) -> None:
    """A name that fits is kept; a longer one is cut."""
    found = fitting(name, length)
    assert found == name if len(name) <= length else len(found) == length or len(found) < length


@given(st.text("ab", min_size=100, max_size=120), st.text("ab", min_size=100, max_size=120))
def test_long_names_stay_apart(one: str, other: str) -> None:
    """Names that differ only behind the end are still two."""
    assert (fitting(one, 100) == fitting(other, 100)) == (one == other)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("roc.png", "roc", "png"),
        ("figures/roc.v2.PNG", "figures/roc.v2", "png"),
        ("notes", "notes", "without suffix"),
        ("a.b/c", "a.b/c", "without suffix"),
    ],
)
def test_files(path: str, name: str, kind: str) -> None:
    """A file's name is its path without the suffix."""
    assert (of_file(path), kind_of_file(path)) == (name, kind)
