"""The code that trained a version, as files that it keeps: so that it can be built again where there is no Git."""

from __future__ import annotations

import json
from collections.abc import Mapping

from transforms.common.json_text import from_json
from transforms.spec.project_code import code_of_function
from transforms.spec.transform import Transform

_TOLD = "transform.json"


def training_code(transform: Transform) -> dict[str, bytes]:
    """Return the files that a transform's version is of, each by its place; nothing for one without a file.

    :param transform: the transform.
    """
    function = transform.__wrapped__  # type: ignore[attr-defined]
    files = code_of_function(function)
    return {**files, _TOLD: json.dumps({"module": function.__module__}).encode()} if files else {}


def training_module(files: Mapping[str, bytes]) -> str:
    """Return the module that has the transform's function.

    :param files: what :func:`training_code` returned.
    """
    return str(from_json(files[_TOLD])["module"])
