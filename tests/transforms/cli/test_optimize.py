"""``transforms optimize``: what it says."""

from __future__ import annotations

from typing import Any

Shell = Any


def test_it_tells_what_it_did(shell: Shell) -> None:
    """Of each table that has more than one file, and nothing where all is well."""
    shell.raw("x\n1\n")
    shell.run("put", "/t/raw", "raw.csv", "--append")
    assert shell.run("optimize", "--dry-run").stdout.splitlines()[-1] == "1 table of more than one file."
    first, last = shell.run("optimize", "/t/raw").stdout.splitlines()
    assert first.startswith("/t/raw (master): 2 files -> 1, ")
    assert last == "Done. 1 table merged."
    assert shell.json("optimize") == {"dry_run": False, "tables": []}
    assert shell.run("optimize", "/t/rw").exit_code == 2
