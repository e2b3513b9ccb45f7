"""Parameters of a kind that a user has added: their class says what the compute function receives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transforms.errors import DeclarationError, NotFoundError, UsageError, nearest
from transforms.run.opening import OutputSetWriter, open_input, open_output
from transforms.run.scope import JobScope
from transforms.run.writer import DatasetWriter
from transforms.spec.datasets import Input, Output
from transforms.spec.params import (
    LightweightInputParam,
    LightweightOutputParam,
    Param,
    ParamContext,
)


class JobConnector:
    """Opens datasets for the parameters of a job.

    :param scope: the running job.
    :param name: the parameter.
    :param outputs: what the function receives for each dataset that the parameter writes, by alias.
    """

    def __init__(self, scope: JobScope, name: str, outputs: Mapping[str, Any]) -> None:
        self._scope = scope
        self._name = name
        self._outputs = outputs

    def input(self, alias: str | None = None, rid: str | None = None, branch: str | None = None, **_: Any) -> Any:
        """Return a dataset, as the function would receive it for an ``Input``.

        :param alias: its path.
        :param rid: its RID, in place of a path.
        :param branch: the branch it is read on; the build's when None.
        :raises UsageError: unless exactly one of path and RID is given.
        :raises NotFoundError: if there is no such dataset.
        """
        return open_input(Input(only_one(alias, rid, "input"), branch), self._name, self._scope)

    def output(self, alias: str | None = None, rid: str | None = None, **_: Any) -> Any:
        """Return a dataset that the parameter writes, as the function would receive it for an ``Output``.

        :param alias: its path.
        :param rid: its RID, in place of a path.
        :raises UsageError: unless exactly one of path and RID is given.
        :raises NotFoundError: if the parameter does not declare it; names the nearest.
        """
        name = only_one(alias, rid, "output")
        if name not in self._outputs:
            raise NotFoundError(f"{self._name} writes no {name!r}.{nearest(name, self._outputs)}")
        return self._outputs[name]


def only_one(alias: str | None, rid: str | None, call: str) -> str:
    """Return the one of a path and a RID that is given.

    :raises UsageError: if both are, or neither.
    """
    given = [name for name in (alias, rid) if name is not None]
    if len(given) != 1:
        raise UsageError(f"{call}(alias={alias!r}, rid={rid!r}): give exactly one of alias and rid.")
    return given[0]


def open_own(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for a parameter that neither reads nor writes datasets."""
    return _instance(param, name, scope, {})


def open_own_input(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for a parameter that reads datasets: a list of inputs if its class is silent."""
    _need_bound(param, name, scope)
    if _says(param, scope):
        return _instance(param, name, scope, {})
    return [open_input(Input(alias, param.branch), name, scope) for alias in param.aliases]


class OwnOutput(OutputSetWriter):
    """The datasets of one such output, sealed together.

    :param writers: one for each alias, in order.
    :param value: what the compute function receives.
    """

    def __init__(self, writers: Sequence[DatasetWriter], value: Any) -> None:
        super().__init__(list(writers))
        self.value = value


def open_own_output(param: Any, name: str, scope: JobScope) -> OwnOutput:
    """Return the participant that stands for a parameter that writes datasets; its value is a list if its class is silent."""
    _need_bound(param, name, scope)
    writers = {alias: open_output(Output(alias), name, scope) for alias in param.aliases}
    values = {alias: writer.value for alias, writer in writers.items()}
    value = _instance(param, name, scope, values) if _says(param, scope) else list(values.values())
    return OwnOutput(list(writers.values()), value)


def _need_bound(param: Any, name: str, scope: JobScope) -> None:
    if not param.aliases:
        raise DeclarationError(
            f"The parameter {name!r} of {scope.transform.__name__} ({scope.transform.source}) has no alias, so there is nothing to "
            f"read or write: give {type(param).__name__} the path of a dataset."
        )


def _single_node(param: Any, scope: JobScope) -> bool:
    return scope.transform.lightweight and isinstance(param, (LightweightInputParam, LightweightOutputParam))


def _says(param: Any, scope: JobScope) -> bool:
    """Whether the class of a parameter says what the function receives."""
    if not _single_node(param, scope):
        return type(param).instance is not Param.instance
    silent = (LightweightInputParam.lightweight_instance, LightweightOutputParam.lightweight_instance)
    return type(param).lightweight_instance not in silent


def _instance(param: Any, name: str, scope: JobScope, outputs: Mapping[str, Any]) -> Any:
    transform = scope.transform
    context = ParamContext(
        JobConnector(scope, name, outputs),
        dict(transform.inputs),
        dict(transform.outputs),
        scope.transaction.branch,
        dict(scope.parameters),
        f"ri.foundry.main.job.{scope.transaction.id}",
    )
    make = param.lightweight_instance if _single_node(param, scope) else param.instance
    return make(context, param.json_value)
