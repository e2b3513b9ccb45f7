"""Declaring single values that a build may override."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, NoReturn

from transforms.errors import MisuseError, TransformsWarning, TransformTypeError
from transforms.spec.params import LightweightInputParam, Param

_WORDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class ParamValueInput:
    """What a compute function receives for a scalar parameter.

    Follows the public page transforms-python/api-paramvalueinput.

    :param value: the value.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"ParamValueInput({self.value!r})"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same object, with a warning where somebody compares it like a value."""
        if not isinstance(other, ParamValueInput):
            warnings.warn(
                f"{self!r} equals no value: compare its .value with {other!r}.", TransformsWarning, stacklevel=2
            )
        return self is other

    __hash__ = object.__hash__

    def _refuse(self, *_: Any) -> NoReturn:
        raise MisuseError(f"{self!r} is a parameter and no value: calculate and compare with its .value.")

    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __mod__ = __pow__ = __neg__ = __int__ = __float__ = __index__ = _refuse
    __len__ = __iter__ = __getitem__ = _refuse

    def __bool__(self) -> bool:
        """True, as of any object, with a warning where the value is not."""
        if not self.value:
            warnings.warn(f"{self!r} is always true: ask its .value.", TransformsWarning, stacklevel=2)
        return True


class _ScalarParam(Param, LightweightInputParam):
    runtime = "transforms.run.values:open_value"
    has_value = True
    kind: ClassVar[Any]

    def __init__(self, default: Any, *, description: str | None = None) -> None:
        super().__init__(description)
        self.default = self.checked(default)

    @property
    def json_value(self) -> Any:
        """The default."""
        return self.default

    def checked(self, value: Any) -> Any:
        """Return a value of the parameter's type.

        :raises TransformTypeError: if it is of another type; a bool is no number.
        """
        if type(value) is self.kind or (self.kind is float and type(value) is int):
            return self.kind(value)
        raise TransformTypeError(f"{type(self).__name__} takes {_WORDS[self.kind]}; got {value!r}.")

    def coerce(self, value: Any) -> Any:
        """Return an override as a value of the parameter's type; text, as a command line gives it, is read.

        :raises TransformTypeError: if it cannot be read as one.
        """
        if not isinstance(value, str) or self.kind is str:
            return self.checked(value)
        words = {"true": True, "false": False}
        try:
            return words[value.lower()] if self.kind is bool else self.kind(value)
        except (ValueError, KeyError):
            raise TransformTypeError(f"{type(self).__name__} takes {_WORDS[self.kind]}; got {value!r}.") from None


class StringParam(_ScalarParam):
    """A text.

    Follows the public page building-pipelines/parameterization.

    :param default: the value unless a build gives another.
    :param description: what it is for.
    :raises TransformTypeError: if the default is no text.
    """

    kind = str


class IntegerParam(_ScalarParam):
    """A whole number.

    Follows the public page transforms-python/api-integerparam.

    :param default: the value unless a build gives another.
    :param description: what it is for.
    :raises TransformTypeError: if the default is no whole number.
    """

    kind = int


class FloatParam(_ScalarParam):
    """A number.

    Follows the public page transforms-python/api-floatparam.

    :param default: the value unless a build gives another.
    :param description: what it is for.
    :raises TransformTypeError: if the default is no number.
    """

    kind = float


class BooleanParam(_ScalarParam):
    """True or false.

    Follows the public page transforms-python/api-booleanparam.

    :param default: the value unless a build gives another.
    :param description: what it is for.
    :raises TransformTypeError: if the default is neither.
    """

    kind = bool
