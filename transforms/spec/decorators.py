"""The decorators that declare transforms."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, overload

from transforms.errors import DeclarationError, TransformTypeError, nearest
from transforms.spec.binding import checked_params
from transforms.spec.exceptions import LightweightTypeError
from transforms.spec.incremental import declared_incremental
from transforms.spec.params import Param
from transforms.spec.transform import ContainerTransform, Form, Transform, need_transform

Function = Callable[..., Any]


class ComputeBackend(enum.Enum):
    """What executes a Spark transform.

    Follows the public page transforms-python/api-computebackend.
    """

    SPARK = "spark"
    VELOX = "velox"


class LightweightBuilder:
    """Makes a single-node transform of a function; chain ``with_resources`` and ``with_container`` first.

    :param params: what the function reads and writes, by parameter name.
    """

    def __init__(self, params: Mapping[str, Param]) -> None:
        self._params = params
        self._options: dict[str, Any] = {}

    def with_resources(
        self,
        cpu_cores: float | None = None,
        memory_gb: float | None = None,
        memory_mb: float | None = None,
        gpu_type: str | None = None,
    ) -> LightweightBuilder:
        """Ask for resources; recorded, and not enforced on a local machine.

        :param cpu_cores: processors, also fractions of them.
        :param memory_gb: memory in gigabytes.
        :param memory_mb: memory in megabytes; not together with ``memory_gb``.
        :param gpu_type: the kind of graphics card, such as ``NVIDIA_T4``.
        """
        self._options |= {
            "cpu_cores": cpu_cores,
            "memory_gb": memory_gb,
            "memory_mb": memory_mb,
            "gpu_type": gpu_type,
        }
        return self

    def with_container(
        self, container_image: str | None = None, container_tag: str | None = None
    ) -> LightweightBuilder:
        """Ask for a container; a transform with one refuses to run locally.

        :param container_image: its image.
        :param container_tag: its tag.
        """
        self._options |= {"container_image": container_image, "container_tag": container_tag}
        return self

    def __call__(self, compute_func: Function) -> ContainerTransform:
        """Decorate the compute function."""
        return ContainerTransform(_declared(compute_func, self._params, "transform", "local"), **self._options)


class SparkBuilder:
    """Makes a Spark transform of a function; chain ``with_config`` first.

    :param params: what the function reads and writes, by parameter name.
    """

    def __init__(self, params: Mapping[str, Param]) -> None:
        self._params = params
        self._profiles: list[str] = []

    def with_config(self, profiles: Sequence[str] | None = None) -> SparkBuilder:
        """Name Spark profiles.

        :param profiles: their names; where two set one thing, the later wins.
        """
        self._profiles = list(profiles or ())
        return self

    def __call__(self, compute_func: Function) -> Transform:
        """Decorate the compute function."""
        transform = _declared(compute_func, self._params, "transform", "spark")
        transform.profile = self._profiles or None
        return transform


class _Spark:
    """``transform.spark``."""

    @staticmethod
    def using(**kwargs: Param) -> SparkBuilder:
        """Declare a Spark transform.

        Follows the public page transforms-python/lightweight-api-evolution.

        :param kwargs: what the function reads and writes, by parameter name.
        """
        return SparkBuilder(checked_params(kwargs, "transform.spark.using"))


class transform:
    """Declare a transform: ``@transform(out=Output("/a"), raw=Input("/b"))``.

    The function is given each parameter by its name, and the context where it has a parameter ``ctx``. It writes its
    outputs itself; what it returns is ignored. Follows the public page transforms-python/api-transform.

    :param kwargs: what the function reads and writes, by parameter name.
    :raises TransformTypeError: if a keyword is no parameter, or something is given without a keyword.
    :raises DeclarationError: when a function is decorated whose parameters do not match.
    """

    spark = _Spark()

    def __init__(self, **kwargs: Param) -> None:
        self._params = checked_params(kwargs, "transform")

    def __call__(self, compute_func: Function) -> Transform:
        """Decorate the compute function."""
        return _declared(compute_func, self._params, "transform", "any")

    @classmethod
    def using(cls, **kwargs: Param) -> LightweightBuilder:
        """Declare a single-node transform.

        Follows the public page transforms-python/api-transform.

        :param kwargs: what the function reads and writes, by parameter name.
        """
        return LightweightBuilder(checked_params(kwargs, "transform.using"))

    @classmethod
    def lightweight(cls, **kwargs: Param) -> LightweightBuilder:
        """Declare a single-node transform; the older name of :meth:`using`.

        :param kwargs: what the function reads and writes, by parameter name.
        """
        return LightweightBuilder(checked_params(kwargs, "transform.lightweight"))


def transform_df(output: Param, **inputs: Param) -> Callable[[Function], Transform]:
    """Declare a transform from Spark DataFrames to the one it returns.

    Follows the public page transforms-python/api-transform-df.

    :param output: what is written.
    :param inputs: what the function reads, by parameter name.
    """
    return _returning("transform_df", output, inputs, "spark")


def transform_pandas(output: Param, **inputs: Param) -> Callable[[Function], Transform]:
    """Declare a transform from pandas frames to the one it returns.

    Follows the public page transforms-python/api-transform-pandas.

    :param output: what is written.
    :param inputs: what the function reads, by parameter name.
    """
    return _returning("transform_pandas", output, inputs, "any")


def transform_polars(output: Param, **inputs: Param) -> Callable[[Function], ContainerTransform]:
    """Declare a single-node transform from Polars frames to the one it returns.

    Follows the public page transforms-python/api-transform-polars.

    :param output: what is written.
    :param inputs: what the function reads, by parameter name.
    """
    decorate = _returning("transform_polars", output, inputs, "local")
    return lambda compute_func: ContainerTransform(decorate(compute_func))


@overload
def lightweight(_maybe_function: Transform) -> ContainerTransform: ...
@overload
def lightweight(
    _maybe_function: None = None,
    *,
    cpu_cores: float = 2,
    memory_mb: float | None = None,
    memory_gb: float | None = None,
    gpu_type: str | None = None,
    container_image: str | None = None,
    container_tag: str | None = None,
    container_shell_command: str | None = None,
) -> Callable[[Transform], ContainerTransform]: ...
def lightweight(  # noqa: PLR0913 - Foundry's signature
    _maybe_function: Any = None,
    *,
    cpu_cores: float = 2,
    memory_mb: float | None = None,
    memory_gb: float | None = None,
    gpu_type: str | None = None,
    container_image: str | None = None,
    container_tag: str | None = None,
    container_shell_command: str | None = None,
) -> Any:
    """Make a transform run on a single node; used bare or called.

    Follows the public page transforms-python/api-lightweight.

    :param _maybe_function: the transform, when used bare.
    :param cpu_cores: processors, also fractions of them.
    :param memory_mb: memory in megabytes.
    :param memory_gb: memory in gigabytes; not together with ``memory_mb``.
    :param gpu_type: the kind of graphics card.
    :param container_image: the image of a container to run in.
    :param container_tag: its tag.
    :param container_shell_command: what to run in it.
    :raises LightweightTypeError: if what is decorated is no transform, or one of Spark DataFrames, or if a number is none.
    :raises LightweightValueError: if memory is given twice or a number is not above 0, or half a container.
    """

    def decorate(decorated: Any) -> ContainerTransform:
        need_transform(decorated, "lightweight", LightweightTypeError)
        if decorated.form == "transform_df":
            raise LightweightTypeError(
                f"@lightweight cannot be put on @transform_df ({decorated.source}): use @transform_polars or "
                f"@transform_pandas below it."
            )
        return ContainerTransform(
            decorated,
            cpu_cores=cpu_cores,
            memory_mb=memory_mb,
            memory_gb=memory_gb,
            gpu_type=gpu_type,
            container_image=container_image,
            container_tag=container_tag,
            container_shell_command=container_shell_command,
        )

    return decorate if _maybe_function is None else decorate(_maybe_function)


def configure(
    profile: str | list[str] | None = None,
    allowed_run_duration: timedelta | None = None,
    run_as_user: bool = False,
    backend: str | ComputeBackend = ComputeBackend.SPARK,
    checkpoint_outputs: Any = None,
) -> Callable[[Transform], Transform]:
    """Configure a Spark transform; harmless on the local engine.

    Follows the public page transforms-python/api-configure.

    :param profile: the name of a Spark profile or several; where two set one thing, the later wins.
    :param allowed_run_duration: how long a job may take; one that takes longer fails, and nothing of it is committed.
    :param run_as_user: kept for compatibility.
    :param backend: ``SPARK`` or ``VELOX``; kept for compatibility.
    :param checkpoint_outputs: kept for compatibility.
    :returns: a decorator for a transform.
    :raises TransformTypeError: if what is decorated is no transform, or one that runs on a single node; or if an argument is of
        the wrong type.
    :raises DeclarationError: if there is no such backend, and the nearest is named; or if the time is not more than 0.
    """
    _check_configured(profile, allowed_run_duration, backend)

    def decorate(decorated: Any) -> Transform:
        need_transform(decorated, "configure")
        if decorated.lightweight:
            raise TransformTypeError(
                f"@configure is for Spark transforms; {decorated.__name__} ({decorated.source}) runs on a single node: "
                f"use .with_resources(...) or @lightweight(...)."
            )
        decorated.profile = profile
        decorated.time_limit = allowed_run_duration
        return decorated  # type: ignore[no-any-return]

    return decorate


def incremental(  # noqa: PLR0913 - Foundry's signature
    require_incremental: bool = False,
    semantic_version: int = 1,
    snapshot_inputs: Sequence[str] | None = None,
    allow_retention: bool = False,
    strict_append: bool = False,
    v2_semantics: bool = False,
) -> Callable[[Transform], Transform]:
    """Declare that a transform can go on from where its last run ended, and read only what is new.

    Follows the public page transforms-python/api-incremental; ``docs/incremental.md`` says when a run is incremental.

    :param require_incremental: fail rather than run on everything.
    :param semantic_version: another number than the last run's has everything built anew once.
    :param snapshot_inputs: the names of inputs that may be replaced, and are read whole.
    :param allow_retention: allow that whole files went from an input.
    :param strict_append: forbid that an incremental run replaces files of an output.
    :param v2_semantics: needed by ``transaction_limit``; the first run with it builds everything anew.
    :returns: a decorator for a transform.
    :raises TransformTypeError: if what is decorated is no transform, or an argument is of the wrong type.
    :raises TransformKeyError: if a snapshot input is no input of it.
    """
    arguments = {**locals()}
    if callable(require_incremental):
        raise TransformTypeError("@incremental is called: write @incremental() above the transform.")

    def decorate(decorated: Any) -> Transform:
        need_transform(decorated, "incremental")
        where = f"{decorated.__name__} ({decorated.source})"
        decorated.incremental = declared_incremental(arguments, decorated.inputs, where)
        return decorated  # type: ignore[no-any-return]

    return decorate


def _declared(function: Any, params: Mapping[str, Param], form: Form, engine: Any) -> Transform:
    by_role: dict[str, dict[str, Param]] = {"input": {}, "output": {}, "value": {}}
    for name, param in params.items():
        by_role[param.role][name] = param
    return Transform(function, by_role["input"], by_role["output"], values=by_role["value"], form=form, engine=engine)


def _returning(form: Form, output: Any, inputs: Mapping[str, Any], engine: Any) -> Callable[[Function], Transform]:
    if not isinstance(output, Param) or output.role != "output" or len(output.resources) > 1:
        raise TransformTypeError(f"@{form} takes one Output first, then inputs by keyword; got {output!r}.")
    declared = checked_params(inputs, form)
    outputs = [name for name, param in declared.items() if param.role == "output"]
    if outputs:
        raise DeclarationError(f"@{form} writes one output; {outputs[0]!r} is a second. Use @transform for several.")
    return lambda compute_func: _declared(compute_func, {"output": output, **declared}, form, engine)


def _check_configured(profile: Any, duration: Any, backend: Any) -> None:
    names = [] if profile is None else [profile] if isinstance(profile, str) else profile
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TransformTypeError(
            f"@configure(profile={profile!r}): give the name of a Spark profile, or a list of names."
        )
    if duration is not None and not isinstance(duration, timedelta):
        raise TransformTypeError(f"@configure(allowed_run_duration={duration!r}): give a timedelta.")
    if duration is not None and duration <= timedelta():
        raise DeclarationError(f"@configure(allowed_run_duration={duration!r}): give a time of more than 0.")
    words = [member.name for member in ComputeBackend]
    if not isinstance(backend, ComputeBackend) and str(backend).upper() not in words:
        raise DeclarationError(
            f"@configure(backend={backend!r}): there is no such backend.{nearest(str(backend).upper(), words)} Use "
            f"{' or '.join(words)}."
        )
