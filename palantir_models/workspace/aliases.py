"""Which model an alias of a notebook stands for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transforms.common.json_text import from_json
from transforms.config import Config
from transforms.errors import ConfigError, NotFoundError, TransformTypeError, nearest
from transforms.spec.resource import Resource

"""The branch on which notebooks read and publish."""

_FOLDER = ".foundry"


def resolve_model(alias: object, config: Config) -> Resource:
    """Return the model that an alias stands for.

    Looked for in ``[tool.transforms.models]`` first, then in the JSON files of a folder ``.foundry`` in the project,
    which is where Code Workspaces keeps the aliases of a repository. A path that begins with ``/`` and a RID stand
    for themselves.

    :param alias: the alias.
    :param config: the project's configuration.
    :raises NotFoundError: if nothing says what it stands for; names the nearest.
    :raises ConfigError: if a file of ``.foundry`` is no JSON.
    """
    if not isinstance(alias, str) or not alias:
        raise TransformTypeError(f"An alias of a model is text, such as 'my-model'; got {alias!r}.")
    if alias.startswith(("/", "ri.")) or alias in config.models:
        return config.resolve(Resource("model", alias))
    known = dict(_workspace_aliases(config.project / _FOLDER))
    if alias in known:
        return Resource("model", known[alias])
    raise NotFoundError(
        f"No model has the alias {alias!r}.{nearest(alias, [*config.models, *known])} Add a line to "
        f'{config.project / "pyproject.toml"} under [tool.transforms.models]: "{alias}" = "/models/{alias}".'
    )


def _workspace_aliases(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("*.json")):
        try:
            content = from_json(file.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"{file} cannot be read as JSON: {error}") from error
        yield from _model_aliases(content)


def _model_aliases(content: Any) -> Iterator[tuple[str, str]]:
    """Yield alias and model of every ``{alias: RID}`` and ``{alias: {"rid": RID}}`` in a document.

    The file's layout is not public, so any depth will do; RIDs of datasets and other things are passed over.
    """
    if isinstance(content, list):
        for part in content:
            yield from _model_aliases(part)
    if not isinstance(content, dict):
        return
    for name, value in content.items():
        rid = value.get("rid") if isinstance(value, dict) else value
        if isinstance(rid, str) and rid.startswith("ri.models."):
            yield name, rid
        else:
            yield from _model_aliases(value)
