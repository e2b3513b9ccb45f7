"""What a transform asks for that this version can declare but not run."""

from __future__ import annotations

from transforms.errors import UnavailableError
from transforms.spec.exceptions import LightweightNotImplementedError
from transforms.spec.transform import Transform


def unavailable_reasons(transform: Transform) -> list[str]:
    """Return a sentence for each thing that keeps a transform from running; none for one that can run."""
    reasons = list(transform.refusals)
    if transform.resources.container_image is not None:
        reasons.append("Container images are not run locally; leave them out to run in this process.")
    for name, param in transform.params.items():
        if param.unavailable is not None:
            reasons.append(f"{name}: {param.unavailable}")
    return reasons


def check_available(transform: Transform) -> None:
    """Refuse a transform that this version can declare but not run.

    :param transform: the transform.
    :raises UnavailableError: with every reason; a :class:`LightweightNotImplementedError` for one that runs on a single node.
    """
    reasons = unavailable_reasons(transform)
    if reasons:
        kind = LightweightNotImplementedError if transform.lightweight else UnavailableError
        raise kind(f"{transform.__name__} ({transform.source}): {' '.join(reasons)}")
