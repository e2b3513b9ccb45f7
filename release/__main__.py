"""``python -m release``: what ``make dist`` runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from release.contents import changelog_fault, faults_in
from release.trial import ROOT, pythons, try_out

DIST = ROOT / "dist"


def main() -> None:
    """Build a wheel and an sdist, look into both, and try the wheel."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if fault := changelog_fault((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version):
        sys.exit(f"error: {fault}")
    shutil.rmtree(DIST, ignore_errors=True)
    _run("-m", "build", "--outdir", str(DIST), str(ROOT))  # the sdist, and the wheel from that
    made = sorted(DIST.iterdir())
    _run("-m", "twine", "check", "--strict", *map(str, made))
    faults = [f"error: {file.name}: {fault}" for file in made for fault in faults_in(file)]
    if faults or len(made) != 2:
        sys.exit("\n".join(faults) or f"error: {len(made)} files were built, not a wheel and an sdist")
    print("ok       contents", flush=True)
    (wheel,) = DIST.glob("*.whl")
    for python in pythons():
        with tempfile.TemporaryDirectory(prefix="trial-") as folder:
            try:
                try_out(wheel, Path(folder), python)
            except AssertionError as error:
                sys.exit(f"error: {error}")
    print("\n".join(["", "Checked:", *(f"  {file.relative_to(ROOT)}" for file in made)]))


def _run(*arguments: str) -> None:
    if subprocess.run([sys.executable, *arguments], check=False).returncode:
        sys.exit(f"error: python {' '.join(arguments)} failed; see above")


if __name__ == "__main__":
    main()
