"""Every environment variable, and the proof that the code reads no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from documentation.settings import rows
from transforms.config.settings import _TABLES as TABLES

ROOT = Path(__file__).parents[1]
_VARIABLE = re.compile(r"(TRANSFORMS|AWS|XDG|FOUNDRY|JAVA|SPARK|PYSPARK|MLFLOW)_[A-Z][A-Z0-9_]*[A-Z0-9]")
# What a person may set.
READ = {
    "AWS_ACCESS_KEY_ID": "the key for a store in a bucket; without keys the role of the machine is used",
    "AWS_SECRET_ACCESS_KEY": "the secret that belongs to the key",
    "AWS_SESSION_TOKEN": "the token of temporary keys",
    "AWS_REGION": "the bucket's region",
    "AWS_DEFAULT_REGION": "the same, where `AWS_REGION` is not set",
    "AWS_ENDPOINT_URL": "the address of a service that speaks S3, for others than AWS's own",
    "AWS_ENDPOINT_URL_S3": "the same for S3 alone; it wins",
    "AWS_S3_ALLOW_UNSAFE_RENAME": "refused when set: commits would not be safe",
    "XDG_CACHE_HOME": "where scratch folders and Delta's jars lie; `~/.cache` if not set",
    "XDG_STATE_HOME": "where journals of experiments lie whose store is in a bucket; `~/.local/state` if not set",
    "FOUNDRY_TOKEN": "the token that `ctx.auth_header` gives",
    "JAVA_HOME": "the Java that Spark runs on; the newest that is found if not set",
}
# What the code sets for others while they run, or takes away from them; nobody has to know.
SET = {
    "MLFLOW_ACTIVE_MODEL_ID",
    "MLFLOW_ALLOW_FILE_STORE",
    "MLFLOW_DISABLE_TELEMETRY",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_RUN_ID",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT",
    "PYSPARK_DRIVER_PYTHON",
    "PYSPARK_PYTHON",
    "PYSPARK_SUBMIT_ARGS",
    "SPARK_LEGACY_DATETIME",  # the name of a profile
    "SPARK_LOCAL_IP",
    "SPARK_SUBMIT_OPTS",
}


def of_settings() -> dict[str, str]:
    """Return the variables that stand for settings; tables can be set in pyproject.toml alone."""
    return {f"TRANSFORMS_{name.upper()}": text for name, _, text in rows("[tool.transforms]") if name not in TABLES}


def named_in_code() -> set[str]:
    """Return what looks like an environment variable in the code, as a text of its own."""
    return {name for package in ("transforms", "palantir_models", "foundry") for name in _named(ROOT / package)}


def _named(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if _VARIABLE.search(source):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VARIABLE.fullmatch(node.value):
                    yield node.value


def page() -> str:
    """Return the page of the environment variables.

    :raises LookupError: if the code names one that is not described here, or one is described that it does not name.
    """
    settings = of_settings()
    known = READ.keys() | SET
    if wrong := named_in_code() - settings.keys() ^ known:
        raise LookupError(f"Described here or named by the code, and not both: {', '.join(sorted(wrong))}.")
    lines = [f"| `{name}` | {text} |" for name, text in {**settings, **READ}.items()]
    return (
        "# Environment variables\n\nThose of `TRANSFORMS_` stand for [settings](settings.md), which they override; lists are "
        "separated by commas. Variables for secrets of [external systems](../external.md) are named in the settings.\n\n"
        "| variable | what it is |\n|---|---|\n" + "\n".join(lines) + "\n"
    )
