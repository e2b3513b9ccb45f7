"""A wheel as its users meet it: installed in an environment with nothing else, beside no source."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
SUPPORTED = (11, 12, 13)
"""Versions of Python 3 with which a wheel is tried."""
_STARTED = re.compile(r"https?://\S+")


class Trial:
    """An empty environment and an empty folder.

    :param folder: where both are made.
    :param python: the interpreter.
    """

    def __init__(self, folder: Path, python: str) -> None:
        self._bin = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
        self._here = folder / "work"
        self._here.mkdir(parents=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRANSFORMS"))},
            "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}",
        }
        self.python = subprocess.run(
            [python, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        subprocess.run([python, "-m", "venv", folder / "environment"], check=True)

    def install(self, wheel: Path) -> None:
        """Install a wheel with the page, and what the samples need, in the versions that were tested."""
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt")]
        self._python(*pip, f"{wheel}[page]", "scikit-learn", "pytest")

    def it_is_the_wheel(self) -> None:
        """Look whether what is imported lies in the environment."""
        place = self._python("-c", "import transforms.api, palantir_models; print(transforms.api.__file__)")
        if not Path(place.strip()).is_relative_to(self._bin.parent):
            raise AssertionError(f"The trial imported {place.strip()}, which is not what was installed.")

    def samples(self) -> None:
        """Build the sample pipelines, twice, read what they committed, and run their tests."""
        for sample, jobs, tests in (("digits", 2, 1), ("wine", 5, 2)):
            self._transforms("init", sample, "--sample", sample)
            _expect(f"OK={jobs}", self._transforms("build", folder=sample))
            _expect(f"FRESH={jobs}", self._transforms("build", folder=sample))
            _expect(f"{tests} passed", self._transforms("test", folder=sample))
        _expect("accuracy", self._transforms("show", "/examples/wine/leaderboard", folder="wine"))

    def types(self) -> None:
        """Have a project that annotates everything checked, by mypy and by pyright's fork that needs no Node of the system."""
        shutil.copytree(ROOT / "release" / "typed", self._here / "typed", ignore=shutil.ignore_patterns("__pycache__"))
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt")]
        self._python(*pip, "mypy", "basedpyright", "pandas-stubs", "pyarrow-stubs")
        _expect("Success", self._python("-m", "mypy", "--strict", "pipeline.py", folder="typed"))
        _expect("0 errors, 0 warnings", self._run([str(self._bin / "basedpyright"), "pipeline.py"], "typed"))

    def page(self) -> None:
        """Have the page served, and ask for it and what it loads."""
        command = [self._bin / "transforms", "ui", "--no-open", "--port", "0"]
        with subprocess.Popen(
            command,
            cwd=self._here / "wine",
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as server:
            try:
                assert server.stdout is not None
                patience = threading.Timer(120, server.kill)  # a line that never comes would be waited for, for ever
                patience.start()
                said = server.stdout.readline()
                patience.cancel()
                found = _STARTED.search(said)
                if found is None:
                    raise AssertionError(f"The page did not say where it is: {said}")
                address = found[0]
                document = _asked(address)
                script = re.search(r'src="([^"]+main\.js)"', document)
                if script is None or len(_asked(address.rstrip("/") + script[1])) < 10_000:
                    raise AssertionError("The page's document does not load its bundle.")
                _expect("/examples/wine/forest", _asked(f"{address.rstrip('/')}/data/models"))
                server.send_signal(signal.SIGINT)  # as its message says
                if server.wait(60):
                    raise AssertionError(f"Ctrl-C ended the page with {server.returncode}.")
            finally:
                server.kill()

    def new_project(self) -> None:
        """Begin a project as the README does, and run its test."""
        self._transforms("init", "project")
        self._transforms("put", "/sample/readings", "data/readings.csv", folder="project")
        _expect("train_trend -> model /sample/trend 1.0.0", self._transforms("build", folder="project"))
        _expect("2 passed", self._transforms("test", folder="project"))

    def _transforms(self, *arguments: str, folder: str = ".") -> str:
        return self._run([str(self._bin / "transforms"), *arguments], folder)

    def _python(self, *arguments: str, folder: str = ".") -> str:
        return self._run([str(self._bin / "python"), *arguments], folder)

    def _run(self, command: list[str], folder: str) -> str:
        done = subprocess.run(
            command, cwd=self._here / folder, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


def _asked(address: str) -> str:
    with urlopen(address, timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def _expect(part: str, whole: str) -> None:
    if part not in whole:
        raise AssertionError(f"{part!r} was expected in:\n{whole}")


def pythons() -> list[str]:
    """Return an interpreter of each version that is supported and is on this machine, this process's own first."""
    own = f"python3.{sys.version_info.minor}"
    others = (f"python3.{minor}" for minor in SUPPORTED)
    return [sys.executable, *(name for name in others if name != own and _runs(name))]


def _runs(name: str) -> bool:
    # A version manager may have a command for a version that it does not run here.
    found = shutil.which(name)
    return found is not None and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0


def try_out(wheel: Path, folder: Path, python: str) -> None:
    """Install a wheel and use it; the first thing that fails is raised.

    :param wheel: the file.
    :param folder: an empty folder for the environment and its work.
    :param python: the interpreter.
    :raises AssertionError: for what is not as it should be.
    """
    trial = Trial(folder, python)
    steps = (trial.it_is_the_wheel, trial.samples, trial.page, trial.new_project, trial.types)
    trial.install(wheel)
    for step in steps:
        step()
        print(f"ok       {step.__name__.replace('_', ' ')} on Python {trial.python}", flush=True)
