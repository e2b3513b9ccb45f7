"""Declaring what no job here can give: code that names it is imported and listed, and refused when it is to run."""

from __future__ import annotations

from typing import Any, ClassVar

from transforms.errors import TransformTypeError, UnavailableError
from transforms.spec.params import Param


class UnavailableParam(Param):
    """Something with a name of its own that a transform declares and no job here can give it.

    Subclasses say in ``naming`` what names it, and in ``refusal`` why there is none and what to do instead, with ``{name}``
    where its name goes.

    :param name: its path or RID.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.spec.unavailable:refuse"
    naming: ClassVar[str]
    refusal: ClassVar[str]

    def __init__(self, name: str) -> None:
        super().__init__()
        if not isinstance(name, str) or not name:
            raise TransformTypeError(f"{type(self).__name__}({name!r}): {self.naming}.")
        self._name = name

    @property
    def json_value(self) -> Any:
        """Its path or RID."""
        return self._name

    @property
    def unavailable(self) -> str:
        """What of the declaration this version cannot do."""
        return self.refusal.format(name=self._name)


def refuse(param: UnavailableParam, name: str, scope: Any) -> None:
    """Refuse to open a parameter for a job."""
    raise UnavailableError(f"{name}: {param.unavailable}")
