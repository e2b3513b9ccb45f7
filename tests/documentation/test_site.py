"""The documentation site: it builds strictly, leads to everything, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documentation import commands, errors, names, settings, variables
from documentation.badges import FOLDER, ROOT, badges
from documentation.docstrings import as_markdown, with_dialogues, with_fields
from tests.compat.test_public_names import NAMES
from transforms.cli.failures import exit_code
from transforms.config.settings import Config
from transforms.errors import TransformsError

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_the_site_builds_strictly_and_fetches_nothing(tmp_path: Path) -> None:
    """Links and anchors are there, every page is led to, and every public name is on one."""
    from documentation.site import build, fetched

    build(tmp_path)

    assert fetched(tmp_path) == []
    shown = "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "reference").glob("*.html"))
    for module, listed in NAMES.items():
        for name in listed.split():
            assert f'id="{module}.{name}"' in shown or f'id="{name.lower()}' in shown, f"{module}.{name}"


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/a.js"></script>',
        "<link rel=stylesheet href=//fonts.example/css>",
        "<style>@import 'https://fonts.example/css'; a { background: url(//b.example/c.png) }</style>",
        '<img alt="x" src="http://example/x.png">',
        '<pre class="mermaid"><code>graph</code></pre>',
    ],
)
def test_what_a_page_would_fetch_is_found(page: str, tmp_path: Path) -> None:
    """In whichever way it is asked for."""
    from documentation.site import fetched

    (tmp_path / "index.html").write_text(page)
    assert {file for file, _ in fetched(tmp_path)} == {"index.html"}


def test_a_link_that_a_person_follows_is_no_fetching(tmp_path: Path) -> None:
    """Nor is what lies beside the page."""
    from documentation.site import fetched

    (tmp_path / "index.html").write_text(
        '<a href="https://example">x</a><img src="images/x.png"><script src=a.js></script>'
    )
    assert fetched(tmp_path) == []


def test_every_module_with_public_names_has_a_page() -> None:
    """Those that the tests of Foundry's names know are among them."""
    assert NAMES.keys() - set(names.MODULES) == set()


def test_every_error_is_in_troubleshooting() -> None:
    """Once, with a cure; and none that is gone."""
    text = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    cured = re.findall(r"^### (\w+)\n\n(?=[^#\n])", text, re.MULTILINE)
    assert sorted(cured) == sorted(errors.error_classes())


def _made(found: type[TransformsError]) -> TransformsError:
    """Return an error of a class without what its constructor wants."""
    made: TransformsError = (OSError if issubclass(found, OSError) else found).__new__(found)
    return made


def test_the_tree_of_errors_that_is_read_is_the_one_that_runs() -> None:
    """Every class that is loaded, and the exit code of each."""

    def below(found: type[TransformsError]) -> set[type[TransformsError]]:
        return {found}.union(*(below(child) for child in found.__subclasses__()))

    for found in below(TransformsError):
        if found.__module__.startswith(("transforms.", "palantir_models.")) and not found.__name__.startswith("_"):
            known = errors.error_classes()[found.__name__]
            assert (known.module, known.text) == (found.__module__, found.__doc__ and known.text)
            assert errors.exit_code(found.__name__) == exit_code(_made(found)), found


def test_every_setting_is_told_with_its_default() -> None:
    """From the class that holds it."""
    told = {name: default for name, default, _ in settings.rows("[tool.transforms]")}
    assert told.keys() == Config.__dataclass_fields__.keys() - {"project"}
    assert told["root"] == '`".transforms"`'
    assert {name: default for name, default, _ in settings.rows("[tool.transforms.jobs]")}[
        "retry_wait_seconds"
    ] == "`1.0`"
    assert {name: default for name, default, _ in settings.rows("[tool.transforms.limits]")}["table_rows"] == "`100000`"


def test_a_variable_that_nobody_describes_stops_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """So none is read that the page does not have."""
    assert "| `TRANSFORMS_ROOT` |" in variables.page()
    monkeypatch.delitem(variables.READ, "FOUNDRY_TOKEN")
    with pytest.raises(LookupError, match="FOUNDRY_TOKEN"):
        variables.page()


def test_every_command_shows_its_help() -> None:
    """Those of groups, too."""
    found = dict(commands.commands())
    assert {
        "transforms",
        "transforms build",
        "transforms experiments",
        "transforms experiments compare",
    } <= found.keys()
    assert "--time-limit" in found["transforms build"]
    assert set(commands.exit_codes()) == {1, 2, 3, 130}


def test_docstrings_are_read_as_they_are_written() -> None:
    """Roles, dialogues and the attributes of a class."""
    assert as_markdown(":class:`~a.b.C` and :func:`d.e`") == "`C` and `d.e`"
    assert with_fields("One.\n\nAttributes:\n    a: first\n        goes on.\n    b: second.\n") == (
        "One.\n\n:ivar a: first\n        goes on.\n:ivar b: second.\n"
    )
    assert with_dialogues("One.\n\n>>> 1 + 1\n2\n\nTwo.") == "One.\n\n```pycon\n>>> 1 + 1\n2\n```\n\nTwo."


def test_badges_are_true() -> None:
    """They say what pyproject.toml says; python -m documentation.badges draws them anew."""
    drawn = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    assert drawn == badges()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"docs/images/badges/{name}" in readme for name in drawn)
