"""Running an adapter: bind the arguments, convert them, call ``predict`` or ``run_inference``, gather the outputs."""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from palantir_models.adapter.convert import check_parameter, convert_input
from palantir_models.adapter.declaration import Adapter, AdapterApi, declared_api
from palantir_models.adapter.types import ApiType, FileSystem, Parameter, Tabular
from palantir_models.errors import AdapterError, InferenceTypeError
from transforms.errors import TransformKeyError, TransformsError, nearest

_UNWRITTEN: Any = object()
_LEFT_OUT = "__left_out__"

Method = TypeVar("Method", bound=Callable[..., Any])


def may_be_left_out(method: Method) -> Method:
    """Mark a method of the base class that an adapter need not define: it only says what to do instead.

    :param method: the method.
    :returns: the same method.
    """
    setattr(method, _LEFT_OUT, True)
    return method


class InferenceResults:
    """The outputs of an inference, each an attribute and an item of its name; it has no other public attribute."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        """Hold the outputs.

        :param outputs: output name -> value.
        """
        self._outputs = dict(outputs)

    def __getitem__(self, name: str) -> Any:
        if name in self._outputs:
            return self._outputs[name]
        raise TransformKeyError(_no_output(name, self._outputs))

    def __getattr__(self, name: str) -> Any:
        outputs = self.__dict__.get("_outputs", {})
        if name in outputs:
            return outputs[name]
        raise AttributeError(_no_output(name, outputs))

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._outputs]

    def __repr__(self) -> str:
        return f"InferenceResults({_names(self._outputs)})"


class OutputWriter:
    """What ``run_inference`` gets for an output: the last value written is the output's."""

    def __init__(self) -> None:
        """Start with nothing written."""
        self.value = _UNWRITTEN

    def write(self, data: Any) -> None:
        """Set the output.

        :param data: its value.
        """
        self.value = data


def infer(
    adapter: Adapter,
    given: tuple[Any, ...],
    named: Mapping[str, Any],
    file_systems: Mapping[str, Any] | None = None,
) -> InferenceResults:
    """Run an adapter on one set of arguments.

    :param adapter: the adapter.
    :param given: positional arguments, in the order of the declared inputs.
    :param named: arguments by input name.
    :param file_systems: output name -> writable file system, for the outputs that are files.
    :returns: the outputs by name.
    :raises AdapterError: when the adapter defines no way to infer, or its outputs cannot be had this way.
    :raises InferenceTypeError: when an argument or an output is not what ``api()`` declares.
    """
    who = type(adapter).__name__
    api = declared_api(adapter)
    inputs = _converted(who, api, _bound(who, api, given, named))
    predicts = _predicts(adapter, api)
    try:
        written = _predicted(adapter, api, inputs) if predicts else _run(adapter, api, inputs, file_systems)
    except Exception as error:
        lacking = _lacking_columns(who, api, inputs)
        if not lacking or isinstance(error, TransformsError):
            raise
        raise InferenceTypeError(f"{lacking} {who} failed without: {type(error).__name__}: {error}") from error
    return InferenceResults({name: _output(who, name, api.outputs[name], value) for name, value in written.items()})


def _bound(who: str, api: AdapterApi, given: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    if len(given) > len(api.inputs):
        raise InferenceTypeError(f"{who} takes {len(api.inputs)} inputs ({_names(api.inputs)}) and got {len(given)}.")
    bound = dict(zip(api.inputs, given, strict=False))
    for name, value in named.items():
        if name not in api.inputs:
            hint = nearest(name, api.inputs)
            raise InferenceTypeError(f"{who} has no input {name!r}.{hint} api() declares {_names(api.inputs)}.")
        if name in bound:
            raise InferenceTypeError(f"{who} got its input {name!r} twice: by position and by name.")
        bound[name] = value
    missing = [n for n, kind in api.inputs.items() if n not in bound and not isinstance(kind, Parameter)]
    if missing:
        raise InferenceTypeError(f"{who} needs its inputs {_names(missing)}; give them by name.")
    return bound


def _converted(who: str, api: AdapterApi, bound: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: convert_input(f"input {name!r} of {who}", declared, bound.get(name))
        for name, declared in api.inputs.items()
    }


def _lacking_columns(who: str, api: AdapterApi, inputs: Mapping[str, Any]) -> str:
    """Return which declared columns the inputs lack; that is no error by itself, but may explain one."""
    found = []
    for name, declared in api.inputs.items():
        given = getattr(inputs.get(name), "columns", None)
        if isinstance(declared, Tabular) and given is not None:
            known = [str(column) for column in given]
            lacking = [column for column, _ in declared.columns if column not in known]
            if lacking:
                hint = nearest(lacking[0], known)
                found.append(f"The input {name!r} of {who} has no {_names(lacking)}, which api() declares.{hint}")
    return " ".join(found)


def _predicts(adapter: Adapter, api: AdapterApi) -> bool:
    who = type(adapter)
    predicts, runs = (not hasattr(method, _LEFT_OUT) for method in (who.predict, who.run_inference))
    if not predicts and not runs:
        raise AdapterError(f"{who.__name__} cannot infer: define predict, or run_inference for several outputs.")
    if not runs and len(api.outputs) > 1:
        raise AdapterError(
            f"{who.__name__} declares the outputs {_names(api.outputs)}, and predict gives a single one: "
            "define run_inference(self, inputs, outputs) and write each with outputs.<name>.write(…)."
        )
    return predicts and len(api.outputs) == 1


def _predicted(adapter: Adapter, api: AdapterApi, inputs: Mapping[str, Any]) -> dict[str, Any]:
    left_out = {name for name, value in inputs.items() if value is None and _has_default(adapter.predict, name)}
    value = adapter.predict(**{name: value for name, value in inputs.items() if name not in left_out})
    return {next(iter(api.outputs)): value}


def _has_default(function: Callable[..., Any], name: str) -> bool:
    parameter = inspect.signature(function).parameters.get(name)
    return parameter is not None and parameter.default is not inspect.Parameter.empty


def _run(
    adapter: Adapter, api: AdapterApi, inputs: Mapping[str, Any], file_systems: Mapping[str, Any] | None
) -> dict[str, Any]:
    who = type(adapter).__name__
    files = [name for name, declared in api.outputs.items() if isinstance(declared, FileSystem)]
    unplaced = [name for name in files if name not in (file_systems or {})]
    if unplaced:
        raise AdapterError(
            f"The output {_names(unplaced)} of {who} is a file system, which only transform_write() can fill: "
            "give it the output dataset."
        )
    writers = {name: OutputWriter() for name in api.outputs if name not in files}
    handed = {name: (file_systems or {})[name] if name in files else writers[name] for name in api.outputs}
    adapter.run_inference(_tuple(who, "inputs", inputs), _tuple(who, "outputs", handed))
    return {name: writer.value for name, writer in writers.items()}


def _tuple(who: str, side: str, fields: Mapping[str, Any]) -> Any:
    try:
        return namedtuple(side, fields)(**fields)
    except ValueError as error:
        raise AdapterError(f"The {side} of {who} cannot be given to run_inference: {error}.") from error


def _output(who: str, name: str, declared: ApiType, value: Any) -> Any:
    where = f"output {name!r} of {who}"
    if isinstance(declared, Parameter):
        return check_parameter(where, declared, None if value is _UNWRITTEN else value)
    if value is _UNWRITTEN:
        raise AdapterError(f"The {where} was not written: call outputs.{name}.write(…) in run_inference.")
    return value


def _no_output(name: str, outputs: Mapping[str, Any]) -> str:
    return f"The model has no output {name!r}.{nearest(name, outputs)} It has {_names(outputs)}."


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
