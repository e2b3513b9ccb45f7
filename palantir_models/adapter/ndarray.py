"""A numpy array as the type of a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.errors import InferenceTypeError

if TYPE_CHECKING:
    import numpy as np


class NDArray:
    """An array, inside ``Parameter(type=…)``. Follows the public page integrate-models/model-adapter-api."""

    def __init__(self, shape: Sequence[int], dtype: Any) -> None:
        """Declare an array.

        :param shape: the length of each dimension; -1 leaves one unchecked.
        :param dtype: a numpy dtype, or what numpy takes for one.
        """
        self.shape = tuple(shape)
        self.dtype = dtype

    def data_type(self) -> dict[str, Any]:
        """Describe the array: ``{"type": "ndarray", "shape": […], "dtype": name}``."""
        name = self.dtype if isinstance(self.dtype, str) else getattr(self.dtype, "__name__", str(self.dtype))
        return {"type": "ndarray", "shape": list(self.shape), "dtype": name}

    def convert(self, where: str, value: Any) -> np.ndarray[Any, Any]:
        """Return a value as an array of the declared dtype.

        :param where: what is converted, for the message.
        :param value: an array or a nested list.
        :raises InferenceTypeError: when it is neither, or its shape is another.
        """
        import numpy as np

        if not isinstance(value, np.ndarray | list | tuple | np.generic):
            raise InferenceTypeError(f"The {where} is declared as {self!r} and got a {type(value).__name__}.")
        try:
            array = np.asarray(value, dtype=self.dtype)
        except (TypeError, ValueError) as error:
            raise InferenceTypeError(f"The {where} cannot be made {self!r}: {error}.") from error
        fits = len(array.shape) == len(self.shape) and all(
            wanted in (-1, length) for wanted, length in zip(self.shape, array.shape, strict=True)
        )
        if not fits:
            raise InferenceTypeError(f"The {where} is declared as {self!r} and got the shape {array.shape}.")
        return array

    def __repr__(self) -> str:
        return f"NDArray(shape={list(self.shape)}, dtype={self.data_type()['dtype']})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NDArray) and self.data_type() == other.data_type()

    __hash__ = None  # type: ignore[assignment]
