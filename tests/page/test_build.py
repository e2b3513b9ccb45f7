"""How the page gets into the package: bundled when it has to be, and never left out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CODE = (
    "transforms",
    "palantir_models",
    "palantir_models_serializers",
    "models_api",
    "language_model_service_api",
    "foundry_ml_metrics",
)
KEPT = (*CODE, "ui", "pipelines", "tests/pipelines", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")
BUNDLE = "palantir_models/page/static/main.js"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What builds are given beside Deno: a setuptools as pyproject.toml asks for."""
    folder = tmp_path_factory.mktemp("tools")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([*pip, "setuptools>=77"], check=True)
    return folder


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A copy of this repository with its bundle, as ``make page`` leaves it; on a disk, as Deno may not write below /dev."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        made = Path(folder)
        for name in KEPT:
            if (ROOT / name).is_dir():
                left_out = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(ROOT / name, made / name, ignore=left_out)
            else:
                shutil.copy2(ROOT / name, made / name)
        assert (made / BUNDLE).exists(), "Run: make page"
        os.utime(made / BUNDLE)
        yield made


def _hook(
    checkout: Path, tools: Path, code: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Call a hook of the backend, as pip does."""
    return subprocess.run(
        [sys.executable, "-c", f"import backend; print(backend.{code})"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": f"{checkout / 'ui'}{os.pathsep}{tools}", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def _stale(checkout: Path) -> None:
    """Change a source after the bundle was made."""
    later = (checkout / BUNDLE).stat().st_mtime + 10
    os.utime(checkout / "ui" / "src" / "main.tsx", (later, later))


def test_deno_is_asked_for_only_when_there_is_something_to_bundle(checkout: Path, tools: Path) -> None:
    """By a wheel, an sdist and an editable install alike."""
    hooks = [f"get_requires_for_build_{kind}()" for kind in ("wheel", "sdist", "editable")]
    assert ["deno" in _hook(checkout, tools, hook).stdout for hook in hooks] == [False] * 3
    _stale(checkout)
    assert ["deno>=2.9,<3" in _hook(checkout, tools, hook).stdout for hook in hooks] == [True] * 3
    (checkout / BUNDLE).unlink()
    assert ["deno>=2.9,<3" in _hook(checkout, tools, hook).stdout for hook in hooks] == [True] * 3


def test_a_wheel_has_the_bundle_and_no_sources(checkout: Path, tools: Path) -> None:
    """And no map of them."""
    ran = _hook(checkout, tools, "build_wheel('dist')")
    assert ran.returncode == 0, ran.stderr
    (wheel,) = (checkout / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {BUNDLE, "palantir_models/page/static/main.css", "palantir_models/page/static/licences.txt"} <= set(names)
    assert [name for name in names if name.startswith("ui/") or name.endswith((".map", ".tsx"))] == []


def test_an_sdist_has_the_bundle_and_its_sources(checkout: Path, tools: Path) -> None:
    """So that it can be installed without bundling, and changed with it; packages of npm are not in it."""
    (checkout / "ui" / "node_modules" / "preact").mkdir(parents=True)
    (checkout / "ui" / "node_modules" / "preact" / "index.js").touch()
    ran = _hook(checkout, tools, "build_sdist('dist')")
    assert ran.returncode == 0, ran.stderr
    (sdist,) = (checkout / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {BUNDLE, "ui/src/main.tsx", "ui/deno.lock", "ui/backend.py", "ui/bundle.ts"} <= set(names)
    assert [name for name in names if "node_modules" in name] == []


def test_without_the_registry_one_sentence_says_what_is_missing(checkout: Path, tools: Path) -> None:
    """And no wheel is built without its page."""
    (checkout / BUNDLE).unlink()
    nowhere = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9", "DENO_DIR": str(checkout / "empty")}
    ran = _hook(checkout, tools, "build_wheel('dist')", nowhere)
    assert ran.returncode != 0
    assert "four packages of the npm registry" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(checkout.glob("dist/*.whl"))


def test_a_mistake_in_a_source_is_told_with_its_place(checkout: Path, tools: Path) -> None:
    """And the bundle that was there is not taken for the page of these sources."""
    (checkout / "ui" / "src" / "main.tsx").write_text("const page = ;\n")
    _stale(checkout)
    ran = _hook(checkout, tools, "build_wheel('dist')")
    assert ran.returncode != 0
    assert "src/main.tsx:1:13" in ran.stderr
    assert not list(checkout.glob("dist/*.whl"))


def test_the_lock_names_no_address() -> None:
    """Whoever builds it elsewhere asks a registry of their own."""
    assert "://" not in (ROOT / "ui" / "deno.lock").read_text()
