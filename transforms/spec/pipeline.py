"""A pipeline: the transforms of a project, each writing outputs of its own."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from transforms.common.text import counted
from transforms.errors import DeclarationError, TransformTypeError
from transforms.spec.discovery import ImportFailedError, are_left_out, transforms_of
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform

_LISTED = 10


class Pipeline:
    """The transforms of a project.

    Follows the public page transforms-python/api-pipeline.

    >>> from transforms.api import Input, Output, Pipeline, transform
    >>> @transform.using(out=Output("/examples/clean"), raw=Input("/examples/raw"))
    ... def clean(out, raw):
    ...     out.write_table(raw.polars().drop_nulls())
    >>> pipeline = Pipeline()
    >>> pipeline.add_transforms(clean)
    >>> pipeline
    <Pipeline of 1 transform: clean>
    >>> [one.__name__ for one in pipeline]
    ['clean']
    """

    def __init__(self) -> None:
        self._transforms: list[Transform] = []
        self._functions: dict[int, Transform] = {}
        self._writers: dict[Resource, Transform] = {}
        self.unimported: list[ImportFailedError] = []
        """What could not be imported and was left out, where whoever looked for transforms wanted that."""

    @property
    def transforms(self) -> list[Transform]:
        """The registered transforms, in the order in which they came."""
        return list(self._transforms)

    def __iter__(self) -> Iterator[Transform]:
        """Go through the registered transforms, in the order in which they came."""
        return iter(self.transforms)

    def __len__(self) -> int:
        """How many transforms are registered."""
        return len(self._transforms)

    def __bool__(self) -> bool:
        """True, also while nothing is registered: a pipeline is there before its transforms are."""
        return True

    def __repr__(self) -> str:
        names = [one.__name__ for one in self._transforms]
        listed = ", ".join([*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])])
        return f"<Pipeline of {counted(len(names), 'transform')}{': ' if names else ''}{listed}>"

    def add_transforms(self, *transforms: Any) -> None:
        """Register transforms; one that is registered already is left as it is.

        :param transforms: the transforms.
        :raises TransformTypeError: if something else is given.
        :raises DeclarationError: if two write one output, or have one compute function. Generated transforms whose
            functions come from one factory are different functions.
        """
        for transform in transforms:
            if not isinstance(transform, Transform):
                raise TransformTypeError(f"add_transforms() takes transforms; got {transform!r}.")
            if self._functions.get(_function(transform)) is not transform:
                transform.check_complete()
                self._check_function(transform)
                self._check_outputs(transform)
                self._register(transform)

    def discover_transforms(self, *modules: ModuleType) -> None:
        """Register every transform at the top level of modules, also inside lists, tuples and generators.

        :param modules: modules, or packages, whose modules are imported too, however deep they lie.
        :raises TransformTypeError: if something other than a module is given.
        :raises DeclarationError: if a module cannot be imported, or as for :meth:`add_transforms`.
        """
        for module in modules:
            if not isinstance(module, ModuleType):
                raise TransformTypeError(f"discover_transforms() takes modules and packages; got {module!r}.")
            self.add_transforms(*transforms_of(module, self.unimported if are_left_out() else None))

    def _check_function(self, transform: Transform) -> None:
        if _function(transform) in self._functions:
            raise DeclarationError(
                f"{transform.reference} ({transform.source}) is the function of two transforms; give each its own."
            )

    def _check_outputs(self, transform: Transform) -> None:
        for resource in _written(transform):
            other = self._writers.get(resource)
            if other is not None:
                raise DeclarationError(
                    f"{other.__name__} ({other.source}) and {transform.__name__} ({transform.source}) both write the "
                    f"{resource}; an output belongs to one transform."
                )

    def _register(self, transform: Transform) -> None:
        self._transforms.append(transform)
        self._functions[_function(transform)] = transform
        self._writers.update(dict.fromkeys(_written(transform), transform))


def _function(transform: Transform) -> int:
    """Return the identity of the compute function, which the registered transform keeps alive."""
    return id(transform.__wrapped__)  # type: ignore[attr-defined]


def _written(transform: Transform) -> Iterator[Resource]:
    return (resource for param in transform.outputs.values() for resource in param.resources)
