"""What a commit published, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.common.text import counted
from transforms.plan.rollback import LIFECYCLE, only_decides, rollback_text
from transforms.run.check_results import results_in

if TYPE_CHECKING:
    from transforms.store.entry import Entry


def commit_line(entry: Entry) -> str:
    """Return the line that names everything that one commit published together."""
    maker = "models" if only_decides(entry) else rollback_text(entry.outputs.values()) or entry.transform
    return f"COMMIT  #{entry.seq}  {maker} -> {outputs_text(entry.outputs) or 'nothing'}"


def outputs_text(outputs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what became of each output of a commit, in one line."""
    return ", ".join(
        " ".join(filter(None, [_key_text(key, output), output_text(output), _experiments_text(output)]))
        for key, output in outputs.items()
    )


def _key_text(key: str, output: Mapping[str, Any]) -> str:
    return "" if "evaluations" in output else key.replace(":", " ", 1)


def unwritten_text(entry: Entry) -> str:
    """Return a remark about the outputs that a transform returned without writing; empty where it wrote all."""
    unwritten = [key.partition(":")[2] for key, output in entry.outputs.items() if output.get("unwritten")]
    return f"#{entry.seq}: {entry.transform} returned without writing {', '.join(unwritten)}" if unwritten else ""


def failed_checks_texts(entry: Entry) -> list[str]:
    """Return a remark about each check of a commit that failed and only warned."""
    results = [result for output in entry.outputs.values() for result in results_in(output)]
    return [f"#{entry.seq}: {result.text}" for result in results if not result.passed]


def check_rows(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what checks found as rows of a table for people.

    :param results: what :mod:`transforms.run.check_results` gave.
    """
    return [
        {**result, "result": "passed" if result["passed"] else "failed", "expects": result["expectation"]}
        for result in results
    ]


CHECK_COLUMNS = ("check", "result", "on_error", "failing", "rows", "seconds", "expects")


def output_text(output: Mapping[str, Any]) -> str:
    """Return what was written to one output: its rows, its files, its version, what was evaluated, or the experiments that were
    imported."""
    if "evaluations" in output:
        models = dict.fromkeys(f"{one['model']} {one['version']}" for one in output["evaluations"])
        return f"evaluation of {', '.join(models) or 'nothing'} ({output['set']})"
    if LIFECYCLE in output:
        return ", ".join(output[LIFECYCLE])
    if "imported" in output:
        return counted(int(output["imported"]), "imported experiment")
    if "version" in output:
        return ", ".join(version_texts(output))
    if "files" in output:
        return counted(int(output["files"]), "file")
    return counted(int(output["rows"]), "row") if "rows" in output else ""


def _experiments_text(output: Mapping[str, Any]) -> str:
    if output.get("versions"):  # each stands beside its version
        return ""
    names = [str(name) for name in output.get("experiments", ())]
    return f"({'experiments' if len(names) > 1 else 'experiment'} {', '.join(names)})" if names else ""


def version_texts(output: Mapping[str, Any]) -> list[str]:
    """Return the versions of a model that one commit published, each with its experiment."""
    return [
        version["version"] + (f" (experiment {version['experiment']})" if version.get("experiment") else "")
        for version in output.get("versions") or [{"version": output["version"]}]
    ]
