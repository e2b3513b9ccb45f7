"""What a decorator makes of a compute function: the transform."""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import update_wrapper
from numbers import Real
from typing import Any, Literal

from transforms.common.masking import MASK, is_secret, masked_text
from transforms.errors import DeclarationError, TransformTypeError, UsageError, nearest
from transforms.spec.binding import bind
from transforms.spec.check_names import check_checks
from transforms.spec.companion import Companion
from transforms.spec.exceptions import LightweightTypeError, LightweightValueError
from transforms.spec.incremental import Incremental, check_limits
from transforms.spec.params import Param
from transforms.spec.resource import Resource
from transforms.spec.source import source_of
from transforms.spec.version import logic_version

_log = logging.getLogger(__name__)
Form = Literal["transform", "transform_df", "transform_pandas", "transform_polars"]


@dataclass(frozen=True)
class Resources:
    """What a single-node transform asks for; recorded, and not enforced on a local machine.

    Attributes:
        cpu_cores: processors, also fractions of them.
        memory_mb: memory in megabytes.
        memory_gb: memory in gigabytes.
        gpu_type: the kind of graphics card.
        container_image: the image of a container to run in.
        container_tag: its tag.
        container_shell_command: what to run in it.
    """

    cpu_cores: float = 2
    memory_mb: float | None = None
    memory_gb: float | None = None
    gpu_type: str | None = None
    container_image: str | None = None
    container_tag: str | None = None
    container_shell_command: str | None = None

    def __post_init__(self) -> None:
        for name in ("cpu_cores", "memory_mb", "memory_gb"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real | None):
                raise LightweightTypeError(f"{name} is a number, such as 4; got {value!r}.")
            if value is not None and not 0 < float(value) < math.inf:
                raise LightweightValueError(f"{name} is a number above 0; got {value!r}.")
        if self.memory_mb is not None and self.memory_gb is not None:
            raise LightweightValueError("Give memory_mb or memory_gb, not both.")
        container = (self.container_image, self.container_tag)
        if any((*container, self.container_shell_command)) and not all(container):
            raise LightweightValueError("A container needs both container_image and container_tag.")


class Transform:
    """A compute function with what it reads and writes.

    Follows the public page transforms-python/api-overview. Calling a transform calls the function as it was written.

    :param compute_func: the function.
    :param inputs: what it reads, by parameter name.
    :param outputs: what it writes, by parameter name.
    :param profile: names of Spark profiles.
    """

    lightweight = False
    """Whether it runs on a single node by its declaration."""

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        compute_func: Callable[..., Any],
        inputs: Mapping[str, Param] | None = None,
        outputs: Mapping[str, Param] | None = None,
        profile: str | list[str] | None = None,
        *,
        values: Mapping[str, Param] | None = None,
        form: Form = "transform",
        engine: Literal["any", "spark", "local"] = "any",
    ) -> None:
        self.inputs = dict(inputs or {})
        self.outputs = dict(outputs or {})
        self.values = dict(values or {})
        self.companions: dict[str, Companion] = {}
        self.form: Form = form
        self.engine = engine
        self.profile = profile
        self.incremental: Incremental | None = None
        self.time_limit: timedelta | None = None
        self.resources = Resources()
        self.refusals: list[str] = []
        self.tags: tuple[str, ...] = ()
        self._function = compute_func
        self._binding = bind(compute_func, self._given, form)
        update_wrapper(self, compute_func)
        self.source = source_of(compute_func)
        check_checks(self.inputs, self.outputs, f"{self.__name__} ({self.source})")

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of its Spark profiles."""
        return () if self.profile is None else (self.profile,) if isinstance(self.profile, str) else tuple(self.profile)

    @property
    def params(self) -> dict[str, Param]:
        """Every declared parameter by name."""
        return {**self.inputs, **self.outputs, **self.values}

    @property
    def scalars(self) -> dict[str, Param]:
        """The parameters whose values a build may replace, by name."""
        return {name: param for name, param in self.values.items() if param.has_value}

    def written(self, name: str | None = None) -> list[Resource]:
        """Return everything that it may write.

        :param name: the name that it has in a build; its own when None.
        """
        outputs = [resource for param in self.outputs.values() for resource in param.resources]
        return [*outputs, *(companion.resource(name or self.__name__) for companion in self.companions.values())]

    @property
    def _given(self) -> dict[str, Param]:
        return self.params if self.form == "transform" else {**self.inputs, **self.values}

    def check_complete(self) -> None:
        """Check that every parameter of the function is declared, now that all decorators have had their say.

        :raises DeclarationError: if one is not, naming both sides; if two parameters write one output; or if a limit of
            transactions cannot be followed.
        """
        writers: dict[Resource, str] = {}
        for name, param in self.outputs.items():
            for resource in param.resources:
                if writers.setdefault(resource, name) != name or param.resources.count(resource) > 1:
                    raise DeclarationError(
                        f"{self.__name__} ({self.source}): {writers[resource]!r} and {name!r} both write the {resource}."
                    )
        check_limits(self.inputs, self.incremental, f"{self.__name__} ({self.source})")
        bind(self._function, self._given, self.form, complete=True)

    @property
    def wants_ctx(self) -> bool:
        """Whether the function takes the context."""
        return self._binding.wants_context

    @property
    def reference(self) -> str:
        """Where the function is defined: ``module.qualified_name``."""
        return f"{self._function.__module__}.{self._function.__qualname__}"

    @property
    def version(self) -> str:
        """The version of its logic: it changes with the code it is written in and with what it declares.

        :raises ValueError: if something the function closes over cannot be compared between runs.
        """
        declared = sorted(f"{name}:{type(param).__name__}:{param.json_value!r}" for name, param in self.params.items())
        declared += sorted(f"{name}:{check.declared}" for name, param in self.params.items() for check in param.checks)
        declared += sorted(f"@{name}:{companion.json_value!r}" for name, companion in self.companions.items())
        return logic_version(self._function, declared)

    @property
    def comparable_version(self) -> str:
        """The version of its logic, or one that equals no other where it cannot be computed: such a one is never fresh."""
        try:
            return self.version
        except ValueError as error:
            _log.warning("%s (%s) is rebuilt every time: %s", self.__name__, self.source, error)
            return f"unknown-{uuid.uuid4().hex}"

    def parameter_values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value that each scalar parameter has in a job, by name.

        :param given: values that are to stand in place of defaults; text, as a command line gives it, is read.
        :raises UsageError: if one is no parameter of the transform; the nearest is suggested.
        :raises TransformTypeError: if one cannot be read as the parameter's type.
        """
        scalars = self.scalars
        for name in given:
            if name not in scalars:
                there = ", ".join(declared_value(known, param) for known, param in scalars.items()) or "none"
                raise UsageError(
                    f"{self.__name__} ({self.source}) has no parameter {name!r}.{nearest(name, scalars)} It has: {there}."
                )
        values = {name: param.json_value for name, param in scalars.items()}
        for name, value in given.items():
            try:
                values[name] = scalars[name].coerce(value)
            except TransformTypeError as error:
                declared = declared_value(name, scalars[name])
                raise TransformTypeError(f"{self.__name__} ({self.source}) declares {declared}: {error}") from None
        return values

    def bind_arguments(self, values: Mapping[str, Any], ctx: Any) -> dict[str, Any]:
        """Return the keyword arguments with which the function is to be called."""
        return self._binding.arguments(values, ctx)

    def compute(self, ctx: Any = None, **kwargs: Any) -> dict[str, Any]:
        """Call the function with instantiated parameters.

        :param ctx: the context, for a function that takes one.
        :param kwargs: what the function reads and writes, by name.
        :returns: the outputs by name.
        """
        self._function(**self.bind_arguments(kwargs, ctx))
        return {name: value for name, value in kwargs.items() if name in self.outputs}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as it was written."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__name__} ({self.source})>"

    __name__: str


class ContainerTransform(Transform):
    """A transform that runs on a single node.

    Follows the public page transforms-python/api-containertransform.

    :param transform: the transform that becomes one.
    :param cpu_cores: processors, also fractions of them.
    :param memory_mb: memory in megabytes.
    :param memory_gb: memory in gigabytes.
    :param gpu_type: the kind of graphics card.
    :param container_image: the image of a container to run in.
    :param container_tag: its tag.
    :param container_shell_command: what to run in it.
    :param incremental_override: kept for compatibility.
    :param identifier_override: kept for compatibility.
    :raises DeclarationError: if the memory is given twice, or a container by half.
    """

    lightweight = True

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        transform: Transform,
        *,
        cpu_cores: float | None = None,
        memory_mb: float | None = None,
        memory_gb: float | None = None,
        gpu_type: str | None = None,
        container_image: str | None = None,
        container_tag: str | None = None,
        container_shell_command: str | None = None,
        incremental_override: Any = None,
        identifier_override: str | None = None,
    ) -> None:
        self.__dict__.update(transform.__dict__)
        self.engine = "local"
        self.resources = Resources(
            2 if cpu_cores is None else cpu_cores,
            memory_mb,
            memory_gb,
            gpu_type,
            container_image,
            container_tag,
            container_shell_command,
        )
        self.incremental_override = incremental_override
        self.identifier_override = identifier_override


ContainerTransformsConfiguration = ContainerTransform


def declared_value(name: str, param: Param) -> str:
    """Return a scalar parameter as a person reads it: ``least=1 (IntegerParam)``; what may be a secret has stars in its place."""
    return f"{masked_text(f'{name}={param.json_value}')} ({type(param).__name__})"


def declared_parameter(name: str, param: Param) -> dict[str, Any]:
    """Return a scalar parameter for machines: ``name``, ``type``, ``default`` and ``description``; what may be a secret has stars
    in its place.
    """
    default = param.json_value
    if isinstance(default, str) and (is_secret(name, default) or masked_text(default) != default):
        default = MASK
    return {"name": name, "type": type(param).__name__, "default": default, "description": param.description}


def need_transform(decorated: Any, decorator: str, error: type[TransformTypeError] = TransformTypeError) -> None:
    """Refuse a decorator of transforms on anything else.

    :param decorated: what it stands above.
    :param decorator: its name.
    :param error: what is raised.
    :raises TransformTypeError: if that is no transform.
    """
    if not isinstance(decorated, Transform):
        raise error(f"@{decorator} goes on top of a transform; got {decorated!r}. Put it above @transform, not below.")
