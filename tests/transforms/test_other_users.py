"""A store in a folder that several users share: those of its group work in it, others may look, and are told if they write."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

GROUP, FIRST, SECOND, READER = 54242, 54001, 54002, 54003
PIPE = """
import polars as pl
from adapter import Plain
from palantir_models.transforms import ModelOutput
from transforms.api import Output, Pipeline, transform

@transform.using(out=Output("/d/a"), model=ModelOutput("/m"))
def train(out, model):
    out.write_table(pl.DataFrame({"x": [1]}))
    experiment = model.create_experiment("job")
    experiment.log_metric("loss", 1.0)
    model.publish(Plain(1), experiment=experiment)

@transform.using(out=Output("/d/f"))
def files(out):
    import os, tempfile
    with out.filesystem().open("x/y.txt", "w") as file:
        file.write("x")
    folder = os.path.dirname(file.name)
    descriptor, name = tempfile.mkstemp(dir=folder)  # as libraries write that rename a finished file
    os.rename(name, folder + "/private")
    os.mkdir(folder + "/own", 0o700)
    with open(folder + "/own/z.txt", "w") as file:
        file.write("z")

pipeline = Pipeline()
pipeline.add_transforms(train, files)
"""
ADAPTER = """
import palantir_models as pm

class Plain(pm.ModelAdapter):
    @pm.auto_serialize
    def __init__(self, model):
        self.model = model

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas()}, {"df_out": pm.Pandas()}

    def predict(self, df_in):
        return df_in
"""
LIVE = """
import os
from palantir_models.code_workspaces import ModelOutput
experiment = ModelOutput("/m").create_experiment("live")
experiment.log_metric("loss", 1.0)
experiment._recording.drain()
os._exit(1)
"""
LOOK = """
import palantir_models
model = palantir_models.open_model("/m")
print(model, model.load(), model.experiment("live").value_count, model.experiment("job").metrics("loss").pandas())
"""
COMMANDS = """
import json, sys
from transforms.cli.app import app
for command in json.loads(sys.argv[1]):
    print("##", *command)
    try:
        app(command)
    except SystemExit as end:
        print("#exit", end.code)
    sys.stdout.flush()
"""
DIE = """
import os
from transforms.spec.resource import Resource
from transforms.store.store import Store
transaction = Store(".transforms").begin("x", "master", [Resource("dataset", "/dead")])
(transaction.staging("master/datasets/dead") / "file").write_text("x")
os._exit(1)
"""
TRANSFORMS = ("-m", "transforms")


def _interpreter(user: int) -> str | None:
    """Return a Python of this version that another user may start."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (
        sys.executable,
        os.path.realpath(sys.executable),
        f"/usr/bin/{version}",
        f"/usr/local/bin/{version}",
    ):
        try:
            subprocess.run([candidate, "-c", "import ssl"], user=user, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            continue
        return candidate
    return None


class Shared:
    """A project in a folder of a group, and users who type commands in it."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self._python = python

    def run(self, user: int, *command: str, group: int = GROUP, umask: int = 0o002) -> subprocess.CompletedProcess[str]:
        """Run Python as a user; what is printed must have no traceback."""
        paths = [str(Path(__file__).parents[2]), *(path for path in sys.path if path.endswith("-packages"))]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRANSFORMS_", "XDG_"))}
        home = self.folder.parent / str(user)
        home.mkdir(exist_ok=True)
        os.chown(home, user, group)
        given = {
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "200",
        }
        return subprocess.run(
            [self._python, *command],
            user=user,
            group=group,
            extra_groups=[],
            umask=umask,
            cwd=self.folder,
            env={**kept, **given},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def well(self, user: int, *command: str, **options: int) -> str:
        """Run it, and return what it printed, once it ended well."""
        done = self.run(user, *command, **options)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout

    def commands(self, user: int, *commands: list[str], **options: int) -> list[tuple[int, str]]:
        """Run commands in one process, which is quicker, and return how each ended and what all of it printed."""
        done = self.run(user, "-c", COMMANDS, json.dumps(commands), **options)
        assert "Traceback" not in done.stderr, done.stderr
        parts = done.stdout.split("## ")[1:]
        assert len(parts) == len(commands), done.stderr
        return [(int(part.rpartition("#exit ")[2]), part + done.stderr) for part in parts]

    @property
    def modes(self) -> dict[str, str]:
        """What the group may not do with what lies in the store."""
        odd = {}
        for place in (self.folder / ".transforms").rglob("*"):
            status = place.stat()
            wanted = 0o070 if place.is_dir() else 0o060
            if status.st_mode & wanted != wanted or status.st_gid != GROUP:
                odd[str(place)] = stat.filemode(status.st_mode)
        return odd


@pytest.fixture
def shared() -> Iterator[Shared]:
    """A project of a first user's, in a folder whose group has both."""
    if os.getuid() != 0:
        pytest.skip("only root can become other users")
    python = _interpreter(FIRST)
    if python is None:
        pytest.skip("no Python of this version lies where other users may start it")
    top = Path(tempfile.mkdtemp(prefix="shared-"))
    top.chmod(0o755)
    folder = top / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["pipe"]\n')
    (folder / "pipe.py").write_text(PIPE)
    (folder / "adapter.py").write_text(ADAPTER)
    (folder / "private.txt").write_text("x")
    (folder / "private.txt").chmod(0o600)
    for place in (folder, *folder.iterdir()):
        os.chown(place, FIRST, GROUP)
    folder.chmod(0o2775)
    yield Shared(folder, python)
    shutil.rmtree(top)


def test_users_of_a_group_build_in_turn(shared: Shared) -> None:
    """Whatever the first one's job made, also files that libraries make for themselves alone, the second one's may replace."""
    assert [code for code, _ in shared.commands(FIRST, ["build", "-q"], ["put", "/p", "private.txt"])] == [0, 0]
    shared.run(FIRST, "-c", LIVE)
    shared.run(FIRST, "-c", DIE)
    assert shared.modes == {}
    second = (["build", "--force", "-q"], ["put", "/p", "pipe.py"], ["gc", "--older-than", "0"], ["experiments"])
    done = shared.commands(SECOND, *second)
    assert [code for code, _ in done] == [0] * 4
    assert "live" in done[3][1]
    assert not (shared.folder / ".transforms/master/datasets/dead").exists()
    shared.well(FIRST, *TRANSFORMS, "build", "--force", "-q")
    assert shared.modes == {}


def test_lock_files_of_an_older_store_are_taken_over(shared: Shared) -> None:
    """They were for their maker alone; one that is held stays held."""
    shared.well(FIRST, *TRANSFORMS, "put", "/p", "pipe.py")
    for lock in (shared.folder / ".transforms/_locks").rglob("*.lock"):
        lock.chmod(0o644)
        os.chown(lock, FIRST, GROUP)
    held = subprocess.Popen(
        [
            "flock",
            "-x",
            str(next((shared.folder / ".transforms/_locks/master").glob("*.lock"))),
            "-c",
            "echo held; read line",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    refused = shared.run(SECOND, *TRANSFORMS, "put", "/p", "pipe.py")
    held.communicate("\n")
    assert "is being built by another job" in refused.stderr
    shared.well(SECOND, *TRANSFORMS, "put", "/p", "pipe.py")
    shared.well(FIRST, *TRANSFORMS, "put", "/p", "pipe.py")


def test_who_may_only_read_sees_everything_and_changes_nothing(shared: Shared) -> None:
    """Every command that looks, and models and experiments in Python; those that write say so in a sentence first."""
    shared.well(FIRST, *TRANSFORMS, "build", "-q")
    shared.run(FIRST, "-c", LIVE)
    shared.run(FIRST, "-c", DIE)
    before = {place: place.stat().st_mtime_ns for place in (shared.folder / ".transforms").rglob("*")}
    reader = {"group": READER, "umask": 0o022}
    looking = (
        ["list"],
        ["plan", "--force"],
        ["log"],
        ["show", "/d/a"],
        ["show", "/d/f"],
        ["models"],
        ["experiments"],
        ["graph"],
        ["doctor"],
        ["gc", "--dry-run", "--older-than", "0"],
    )
    assert [code for code, _ in shared.commands(READER, *looking, **reader)] == [0] * len(looking)
    assert "live" in shared.well(READER, "-c", LOOK, **reader)
    writing = (["build", "--force"], ["put", "/p", "pipe.py"], ["gc"], ["recover"], ["put", "/new", "pipe.py"])
    for code, printed in shared.commands(READER, *writing, **reader):
        assert code == 1
        assert printed.count("You may read the store") == len(writing)
        assert "chmod -R g+rwX" in printed
        assert "FAILED" not in printed
    assert {place: place.stat().st_mtime_ns for place in (shared.folder / ".transforms").rglob("*")} == before
