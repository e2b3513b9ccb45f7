"""What is looked for in a wheel and an sdist before they are uploaded."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from release.contents import changelog_fault, faults_in, sdist_faults, wheel_faults

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "transforms",
    "palantir_models",
    "palantir_models_serializers",
    "models_api",
    "language_model_service_api",
    "foundry",
    "foundry_ml_metrics",
)
BUNDLE = "palantir_models/page/static/main.js"


@pytest.fixture
def wheel() -> set[str]:
    """What a wheel of this checkout has in it."""
    files = {file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file()}
    assert (ROOT / BUNDLE).exists(), "Run: make page"
    names = {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}
    samples = {file for part in ("pipelines", "tests/pipelines") for file in (ROOT / part).rglob("*.py")}
    return names | {f"transforms/samples/{file.relative_to(ROOT).as_posix()}" for file in samples}


def test_a_wheel_as_it_is_has_no_fault(wheel: set[str]) -> None:
    """What users' tests import is called testing, and belongs to it."""
    assert wheel_faults(wheel) == []


@pytest.mark.parametrize(
    "stranger",
    [
        "tests/test_x.py",
        "pipelines/__init__.py",
        "palantir_models/tests/test_x.py",
        f"{BUNDLE}.map",
        "documentation/site.py",
    ],
)
def test_what_does_not_belong_into_a_wheel_is_named(stranger: str, wheel: set[str]) -> None:
    """Tests, samples, tools and maps of sources."""
    assert any(stranger in fault for fault in wheel_faults({*wheel, stranger}))


def test_a_wheel_without_its_page_is_found(wheel: set[str]) -> None:
    """Or without the mark that it is typed."""
    assert wheel_faults(wheel - {BUNDLE, "transforms/py.typed"}) == [
        f"{BUNDLE} is missing",
        "transforms/py.typed is missing",
    ]


def test_an_sdist_can_be_built_from_and_has_no_tests(wheel: set[str]) -> None:
    """The sources of the page are in it."""
    sdist = {*wheel, "pyproject.toml", "README.md", "LICENSE"}
    sources = {"ui/backend.py", "ui/bundle.ts", "ui/deno.lock", "ui/src/main.tsx"}
    assert sdist_faults(sdist | sources) == []
    assert sdist_faults(sdist | sources | {"tests/test_x.py"}) == ["tests/test_x.py does not belong there"]
    assert len(sdist_faults(sdist)) == len(sources)


def test_files_are_looked_into(tmp_path: Path) -> None:
    """Whichever of the two a file is."""
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("tests/x.py", "")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.whl", "a-1/tests/x.py")
    for name in ("a.whl", "a.tar.gz"):
        faults = faults_in(tmp_path / name)
        assert "tests/x.py does not belong there" in faults
        assert f"{BUNDLE} is missing" in faults


def test_the_changelog_begins_with_the_version() -> None:
    """A version that nobody has told of is not released."""
    changelog = "# Changelog\n\n## 0.2.0 (unreleased)\n\n## 0.1.0\n"
    assert changelog_fault(changelog, "0.2.0") is None
    assert changelog_fault(changelog, "0.1.0") == "CHANGELOG.md begins with 0.2.0, and pyproject.toml says 0.1.0"
    assert changelog_fault("# Changelog\n", "0.1.0") is not None
