"""The base of everything that a decorator takes by keyword."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from transforms.errors import DeclarationError, TransformTypeError
from transforms.spec.checks import Check
from transforms.spec.resource import Resource


class Param:
    """A named parameter of a compute function.

    Follows the public page transforms-python/api-param. To add a kind of parameter, subclass this and say in :meth:`instance`
    what the compute function receives; what reads datasets subclasses :class:`FoundryInputParam`, what writes them
    :class:`FoundryOutputParam`. The framework's own kinds name the function that opens them in ``runtime``.

    :param description: what it is for.
    """

    role: ClassVar[Literal["input", "output", "value"]] = "value"
    """Whether the function reads it, writes it, or is given it as it is."""

    runtime: ClassVar[str] = "transforms.run.own_params:open_own"
    """``module:function`` that a running job calls with the parameter, its name and the job, to get what the function
    receives; for outputs, the participant in the job's commit. Resolved only when a job runs."""

    has_value: ClassVar[bool] = False
    """Whether it is a value that a build may replace, and that the ledger keeps."""

    checks: tuple[Check, ...] = ()
    """What is expected of the dataset that it stands for."""

    def __init__(self, description: str | None = None) -> None:
        self.description = description

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The datasets or models that it stands for."""
        return ()

    @property
    def json_value(self) -> Any:
        """The declaration as JSON; None for one that stands for nothing yet."""
        return None

    def coerce(self, value: Any) -> Any:
        """Return what a build gives in place of the declared value, as the parameter's type."""
        return value

    @property
    def schema(self) -> dict[str, Any]:
        """A JSON schema of :attr:`json_value`."""
        return {}

    @property
    def unavailable(self) -> str | None:
        """What of the declaration this version cannot do, in one sentence; None when it can do all of it."""
        return None

    @staticmethod
    def instance(context: Any, json_value: Any) -> Any:
        """Return what the compute function receives; of the framework's own kinds, ``runtime`` says it instead.

        :param context: a :class:`ParamContext`.
        :param json_value: the value of :attr:`json_value`.
        """
        return json_value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(resource.alias) for resource in self.resources)})"


class FoundryInputParam(Param):
    """A parameter that reads datasets; the base of ``Input``.

    Follows the public page transforms-python/api-foundryinputparam.

    :param aliases: the datasets' paths or RIDs.
    :param branch: the branch they are read on; the build's when None.
    :param type: the kind of source.
    :param description: what it is for.
    :param properties: kept for compatibility.
    :param failure_strategy: ``continue`` or ``fail``: what happens when the input could not be brought up to date.
    :param stop_propagating: markings that end here.
    :param stop_requiring: organization markings that end here.
    :raises DeclarationError: if the failure strategy is another word.
    """

    role = "input"
    runtime = "transforms.run.own_params:open_own_input"

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        aliases: Sequence[str | None],
        branch: str | None = None,
        type: str = "foundry",
        description: str | None = None,
        properties: Any = None,
        failure_strategy: str | None = None,
        stop_propagating: Any = None,
        stop_requiring: Any = None,
    ) -> None:
        super().__init__(description)
        if failure_strategy not in (None, "continue", "fail"):
            raise DeclarationError(f"failure_strategy is 'continue' or 'fail', not {failure_strategy!r}.")
        self.aliases = checked_aliases(aliases, self)
        self.branch = branch
        self.type = type
        self.properties = properties
        self.failure_strategy = failure_strategy
        self.stop_propagating = stop_propagating
        self.stop_requiring = stop_requiring

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The datasets."""
        return tuple(Resource("dataset", alias, self.branch) for alias in self.aliases)

    @property
    def json_value(self) -> Any:
        """The declaration as JSON; None while unbound."""
        return {"aliases": self.aliases, "branch": self.branch, "type": self.type} if self.aliases else None

    def input_results(self, instance: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what is reported of the parameter after a job: nothing."""
        return {}


class FoundryOutputParam(Param):
    """A parameter that writes datasets; the base of ``Output``.

    Follows the public page transforms-python/api-foundryoutputparam.

    :param aliases: the datasets' paths or RIDs.
    :param type: the kind of target.
    :param description: what it is for.
    :param properties: kept for compatibility.
    """

    role = "output"
    runtime = "transforms.run.own_params:open_own_output"

    def __init__(
        self,
        aliases: Sequence[str | None],
        type: str = "foundry",
        description: str | None = None,
        properties: Any = None,
    ) -> None:
        super().__init__(description)
        self.aliases = checked_aliases(aliases, self)
        self.type = type
        self.properties = properties

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The datasets."""
        return tuple(Resource("dataset", alias) for alias in self.aliases)

    @property
    def json_value(self) -> Any:
        """The declaration as JSON; None while unbound."""
        return {"aliases": self.aliases, "type": self.type} if self.aliases else None

    def output_results(self, instance: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what is reported of the parameter after a job: nothing."""
        return {}


class LightweightInputParam:
    """Marks a parameter that single-node transforms can read.

    Follows the public page transforms-python/api-lightweightinputparam.
    """

    def __init__(self) -> None:
        pass

    @staticmethod
    def lightweight_instance(context: Any, json_value: Any) -> Any:
        """Return what a single-node compute function receives; see :meth:`Param.instance`."""
        return json_value


class LightweightOutputParam:
    """Marks a parameter that single-node transforms can write.

    Follows the public page transforms-python/api-lightweightoutputparam.
    """

    def __init__(self) -> None:
        pass

    @staticmethod
    def lightweight_instance(context: Any, json_value: Any) -> Any:
        """Return what a single-node compute function receives; see :meth:`Param.instance`."""
        return json_value


class ParamContext:
    """What :meth:`Param.instance` is given.

    Follows the public page transforms-python/api-paramcontext.

    :param foundry_connector: opens datasets: ``input(alias=)`` and, for what is declared, ``output(alias=)``.
    :param input_specs: the declared inputs.
    :param output_specs: the declared outputs.
    :param branch: the branch of the build.
    :param param_overrides: values for scalar parameters.
    :param job_rid: the RID of the job.
    """

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        foundry_connector: Any,
        input_specs: Any,
        output_specs: Any,
        branch: str,
        param_overrides: Any,
        job_rid: str | None = None,
    ) -> None:
        self.foundry_connector = foundry_connector
        self.input_specs = input_specs
        self.output_specs = output_specs
        self.branch = branch
        self.param_overrides = param_overrides
        self.job_rid = job_rid


def checked_aliases(aliases: Sequence[str | None], param: Param) -> list[str]:
    """Return the aliases that are bound.

    :raises TransformTypeError: if one is not text.
    """
    for alias in aliases:
        if alias is not None and (not isinstance(alias, str) or not alias):
            raise TransformTypeError(
                f"{type(param).__name__}({alias!r}): a dataset is named by its path, such as '/examples/raw', or its RID."
            )
    return [alias for alias in aliases if alias is not None]


def named(alias: Any) -> list[Any]:
    """Return the aliases of a parameter that must have one: None is refused as an empty name is."""
    return ["" if alias is None else alias]
