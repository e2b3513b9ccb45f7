"""What a transform reveals about the columns of its inputs."""

from __future__ import annotations

import inspect
from types import FunctionType

from transforms.spec.reveal.checks import read_checks
from transforms.spec.reveal.code import read_code
from transforms.spec.reveal.columns import Revealed
from transforms.spec.transform import Transform


def revealed_inputs(transform: Transform) -> dict[str, Revealed]:
    """Return what is known of the columns of each input.

    :param transform: the transform.
    :returns: by the names of its inputs; doubts say what could not be told.
    """
    found = {name: Revealed() for name in transform.inputs}
    for name, revealed in found.items():
        read_checks(transform.inputs[name].checks, revealed)
    inner = inspect.unwrap(transform)
    is_read = isinstance(inner, FunctionType) and read_code(inner, found, transform.form != "transform")
    for revealed in () if is_read else found.values():
        revealed.doubt("the code of the function cannot be read")
    return found
