"""What a compute function receives for each dataset that it declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transforms.errors import DataError, DeclarationError
from transforms.run.incremental_inputs import WindowReader, incremental_input
from transforms.run.incremental_outputs import incremental_output
from transforms.run.inputs import job_input
from transforms.run.outputs import job_output
from transforms.run.reader import DatasetReader
from transforms.run.scope import JobScope, Sealed, resource_rid
from transforms.run.writer import DatasetWriter
from transforms.spec.resource import Resource


def open_input(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for an ``Input``: a frame, or an input object."""
    if not param.resources:
        raise DeclarationError(
            f"The input {name!r} of {scope.transform.__name__} ({scope.transform.source}) has no alias, so there is "
            f"nothing to read: write Input('/path/of/dataset')."
        )
    resource: Resource = param.resources[0]
    view, branch = scope.open(resource)
    window = None
    if scope.increment is None:
        reader = DatasetReader(resource.alias, view, scope)
    else:
        window = WindowReader(resource.alias, scope.increment.window(name, resource), scope)
        reader = window.added
    if view.holds_files:
        reader.listing()  # now: workers that the function forks could not read it
    form = scope.transform.form
    if form == "transform_df":
        return reader.spark("a transform_df input")
    if form == "transform_pandas":
        return reader.pandas()
    if form == "transform_polars":
        return reader.polars()
    if window is not None:
        return incremental_input(window, resource_rid(resource), branch, scope.transform.lightweight)
    return job_input(reader, resource_rid(resource), branch, scope.transform.lightweight)


def open_input_set(param: Any, name: str, scope: JobScope) -> list[Any]:
    """Return what a compute function receives for an ``InputSet``: a list of inputs, in the order of the aliases."""
    return [open_input(member, name, scope) for member in param.members]


class ReturnedFrame:
    """The output of a transform whose compute function returns the rows to write.

    :param writer: writes the dataset.
    """

    def __init__(self, writer: DatasetWriter) -> None:
        self._writer = writer

    def write_returned(self, frame: Any, library: str) -> None:
        """Write what the compute function returned.

        :param frame: the returned value.
        :param library: ``pandas``, ``polars`` or ``pyspark``: whose frame it must be.
        :raises DataError: if it is anything else.
        """
        kinds = {(kind.__module__.split(".")[0], kind.__name__) for kind in type(frame).__mro__}
        if not kinds & {(library, "DataFrame"), (library, "LazyFrame")}:
            transform = self._writer.scope.transform
            given = "None: does a return lack?" if frame is None else f"{_named(type(frame))}."
            raise DataError(
                f"{transform.__name__} ({transform.source}) must return a {library} DataFrame; it returned {given}"
            )
        self._writer.rows.write(frame)


def _named(kind: type) -> str:
    library = kind.__module__.split(".")[0]
    return kind.__qualname__ if library == "builtins" else f"{library}.{kind.__qualname__}"


def open_output(param: Any, name: str, scope: JobScope) -> DatasetWriter:
    """Return the participant that stands for an ``Output``; its value is what the compute function receives."""
    if not param.resources:
        raise DeclarationError(
            f"The output {name!r} of {scope.transform.__name__} ({scope.transform.source}) has no alias, so there is "
            f"nowhere to write: write Output('/path/of/dataset')."
        )
    resource = scope.config.resolve(param.resources[0])
    writer = DatasetWriter(name, resource, scope)
    if scope.transform.form in ("transform_df", "transform_pandas", "transform_polars"):
        writer.value = ReturnedFrame(writer)
    elif scope.increment is not None:
        writer.value = incremental_output(writer, resource_rid(resource))
    else:
        writer.value = job_output(writer, resource_rid(resource))
    return writer


class OutputSetWriter:
    """The outputs of an ``OutputSet``, sealed together.

    :param writers: one for each alias, in order.
    """

    def __init__(self, writers: list[DatasetWriter]) -> None:
        self._writers = writers
        self.value = [writer.value for writer in writers]

    def seal(self) -> Sequence[Sealed]:
        """Return the part of each output in the commit."""
        return [sealed for writer in self._writers for sealed in writer.seal()]

    def failed(self, error: BaseException | None) -> None:
        """Close whatever is open."""
        for writer in self._writers:
            writer.failed(error)


def open_output_set(param: Any, name: str, scope: JobScope) -> OutputSetWriter:
    """Return the participant that stands for an ``OutputSet``; its value is a list of outputs."""
    return OutputSetWriter([open_output(member, name, scope) for member in param.members])
