"""What is captured of the machine, the code and the command, and that no secret enters it."""

import json
import subprocess
from pathlib import Path

import pytest

from palantir_models.experiment.machine.environment import environment


def git(folder: Path, *arguments: str) -> str:
    config = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=trunk"]
    return subprocess.run(["git", *config, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_process_and_packages_are_described_as_json():
    found = json.loads(json.dumps(environment()))
    assert found["cpus"] >= 1
    assert found["memory_bytes"] > 1 << 20
    assert found["command"]
    assert any(package.startswith("pytest==") for package in found["packages"])


def test_commit_branch_and_uncommitted_changes_of_the_codes_folder(tmp_path):
    assert "git" not in environment(tmp_path)
    git(tmp_path, "init")
    assert "git" not in environment(tmp_path), "there is no commit yet"
    (tmp_path / "train.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    assert environment(tmp_path)["git"] == {"commit": commit, "branch": "trunk", "dirty": False}
    (tmp_path / "train.py").write_text("a = 2\n")
    assert environment(tmp_path)["git"]["dirty"] is True
    git(tmp_path, "checkout", "-q", "--detach")
    assert "branch" not in environment(tmp_path)["git"]


@pytest.mark.parametrize("program", [None, "exit 1", "sleep 60"])
def test_a_git_that_is_missing_fails_or_hangs_is_left_out(tmp_path, monkeypatch, program):
    monkeypatch.setattr("palantir_models.experiment.machine.environment._GIT_SECONDS", 0.2)
    if program:
        (tmp_path / "git").write_text(
            f"#!/bin/sh\nexec {program}\n" if "sleep" in program else f"#!/bin/sh\n{program}\n"
        )
        (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if program else str(tmp_path))
    assert "git" not in environment()


def test_a_deleted_working_directory_is_left_out(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert "working_directory" not in environment()


def test_no_secret_of_the_command_line_or_of_a_packages_address_enters(monkeypatch):
    monkeypatch.setattr(
        "sys.orig_argv", ["python", "train.py", "--openai-key", "s3cr3t", "--db", "postgres://me:p@s3cr3t@db/x"]
    )
    packages = '["mine @ git+https://x:s3cr3t@host/o/r", "numpy==2.0"]'
    monkeypatch.setattr("palantir_models.experiment.machine.environment.loaded_requirements", lambda: packages)
    found = environment()
    assert "s3cr3t" not in json.dumps(found)
    assert found["command"] == ["python", "train.py", "--openai-key", "***", "--db", "postgres://***@db/x"]
    assert found["packages"] == ["mine @ git+https://***@host/o/r", "numpy==2.0"]
