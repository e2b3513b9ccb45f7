"""Building a version again and comparing it, from what is recorded to what came out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.errors import ReproductionError
from palantir_models.model.versions import ModelVersion
from palantir_models.reproduction.code import CodePlaces
from palantir_models.reproduction.inputs import pinned
from palantir_models.reproduction.outcome import Outcome
from palantir_models.reproduction.parts import compared_parts
from palantir_models.reproduction.rebuilding import Answer, Request, rebuild_apart
from palantir_models.reproduction.recorded import Recorded
from transforms.errors import StoreError, UsageError
from transforms.spec.resource import Resource
from transforms.store import recorded_parameters
from transforms.store.lookup import label
from transforms.store.store import Store

if TYPE_CHECKING:
    from transforms.config import Config


@dataclass(frozen=True)
class Options:
    """How a version is built again and compared.

    Attributes:
        parameters: values of parameters that the ledger keeps as sums alone, as they look like secrets.
        tolerance: the largest difference of two metric values that counts as none, as a part of the larger one.
        ignored: patterns of metric series that are not compared.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 0.0
    ignored: Sequence[str] = ()


def reproduce(
    config: Config, resource: Resource, version: ModelVersion, scratch: Path, options: Options = Options()
) -> Outcome:
    """Build a version of a model again in a store of its own, and compare what came out; nothing is written into its store.

    :param config: the project's configuration, whose root is the store that has the version.
    :param resource: the model.
    :param version: the version.
    :param scratch: an empty folder: the new store is its folder ``store``.
    :param options: how.
    :returns: what came out; where it could not be built, why.
    :raises UsageError: if the value of a parameter is missing, or is not that of the build.
    """
    outcome = Outcome(resource.alias, version.version, version.branch, inputs=dict(version.trained_on))
    store = Store(config.root)
    try:
        recorded = Recorded.of(store, resource, version)
        entry = recorded.entry
        parameters = _parameters(recorded, options)
        outcome = replace(
            outcome,
            commit=entry.seq,
            transform=entry.transform,
            inputs={label(key): pin.version for key, pin in entry.inputs.items()},
            parameters=recorded_parameters.shown(entry.parameters),
            environment=tuple(recorded.environment()),
        )
        pinned(store, entry.inputs)  # before anything is run
        began = time.perf_counter()
        told, answer = _built(recorded, config, scratch, parameters)
        outcome = replace(outcome, code=told, seconds=time.perf_counter() - began)
        again = Store(scratch / "store")
        compared = tuple(compared_parts(recorded, again, answer.seq, options.tolerance, options.ignored))
    except (ReproductionError, StoreError) as error:
        return replace(outcome, problem=str(error))
    return replace(outcome, compared=compared)


def _parameters(recorded: Recorded, options: Options) -> dict[str, Any]:
    kept = recorded.entry.parameters
    missing = [name for name in recorded_parameters.sealed(kept) if name not in options.parameters]
    if missing:
        raise UsageError(
            f"The ledger keeps a sum alone of the parameter {missing[0]}, as its value looks like a secret: add "
            f"--param {missing[0]}=…"
        )
    values = {**kept, **options.parameters}
    unknown = sorted(values.keys() - kept.keys())
    if unknown:
        raise UsageError(f"The job had no parameter {unknown[0]}. It had: {', '.join(kept) or 'none'}.")
    change = recorded_parameters.change(kept, values)
    if change is not None:
        raise UsageError(f"It was built with another value: {change}. Leave --param out for what the ledger tells.")
    return values


def _built(recorded: Recorded, config: Config, scratch: Path, parameters: Mapping[str, Any]) -> tuple[str, Answer]:
    """Run the job with the code that built the version, and return whose that is.

    :raises ReproductionError: if the code is nowhere, or the job fails.
    """
    entry = recorded.entry
    with ExitStack() as stack:
        places = CodePlaces(recorded, config.project, scratch, stack)
        tried = ["the project's code of today is another one"]
        for code in places:
            request = Request(
                original=config.root,
                root=str(scratch / "store"),
                project=str(code.project),
                kept=None if code.kept is None else str(code.kept),
                module=code.module,
                transform=entry.transform,
                code_version=entry.code_version,
                branch=entry.branch,
                parameters=parameters,
                inputs={key: [pin.seq, pin.version, pin.branch] for key, pin in entry.inputs.items()},
                ran=recorded.ran,
            )
            answer = rebuild_apart(request, code.project)
            if answer.status == "built":
                return code.told, answer
            if answer.status == "failed":
                raise ReproductionError(f"Building it again failed, with {code.told}: {answer.message}")
            if answer.status == "not imported":
                places.problems.append(f"{code.told.partition(',')[0]} cannot be imported: {answer.message}")
            elif code.project != config.project or code.kept is not None:
                places.problems.append(f"{code.told.partition(',')[0]} is not what ran")
        raise ReproductionError(
            f"The code that built it is not to be had (version {entry.code_version[:10]} of {entry.transform}): "
            f"{'; '.join([*tried, *places.problems])}."
        )
