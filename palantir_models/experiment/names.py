"""Names and short texts of an experiment: what is allowed, and how equal names are told apart."""

from __future__ import annotations

from collections.abc import Collection

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError


def storable(what: str, text: object) -> str:
    """Return a text as a plain ``str``, refusing what no file can hold.

    :param what: what the text is, for the message.
    :param text: the text.
    :returns: the same text.
    :raises ExperimentError: when it is not a ``str`` or holds half of a surrogate pair, which UTF-8 cannot
        write.
    """
    if not isinstance(text, str):
        raise ExperimentTypeError(f"{what} must be a str, not {type(text).__name__} ({brief(text)}).")
    plain = str.__str__(text)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise ExperimentError(
            f"{what} {brief(plain)} holds a lone surrogate, which cannot be written as UTF-8: "
            "decode the bytes it came from with errors='replace'."
        ) from None
    return plain


def checked_name(what: str, name: object, length: int) -> str:
    """Return the name of an experiment, series, hyperparameter or table if it may be used.

    :param what: what is named, for the message.
    :param name: the name.
    :param length: most characters it may have.
    :returns: the name.
    :raises ExperimentError: when it is no ``str``, empty, or too long.
    """
    text = storable(f"The name of {what}", name)
    if not text:
        raise ExperimentError(f"The name of {what} must not be empty.")
    if len(text) > length:
        raise ExperimentError(
            f"The name of {what} has {len(text):,} characters and may have {length:,}: {brief(text)}. Shorten it."
        )
    return text


def checked_text(what: str, text: object, length: int) -> str | None:
    """Return a caption or description if it may be used; ``None`` stays ``None``.

    :param what: what the text is, for the message.
    :param text: the text or ``None``.
    :param length: most characters it may have.
    :returns: the text.
    :raises ExperimentError: when it is neither ``None`` nor a ``str``, or is too long.
    """
    if text is None:
        return None
    plain = storable(what, text)
    if len(plain) > length:
        raise ExperimentError(f"{what} has {len(plain):,} characters and may have {length:,}. Shorten it.")
    return plain


def deduplicated(name: str, taken: Collection[str], length: int = 100) -> str:
    """Return the name an experiment gets when others of its model have names already.

    The second of a name becomes ``name-2``, then ``name-3``; a name at the length limit is cut to make room.

    :param name: the name asked for.
    :param taken: the names in use, best as a set.
    :param length: most characters of the result.
    :returns: ``name`` itself when it is free, else the first free numbered one.
    """
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        suffix = f"-{number}"
        chosen = name[: length - len(suffix)] + suffix
    return chosen


def brief(value: object, length: int = 60) -> str:
    """Return the repr of a value, cut to a length that fits a message."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 (a broken repr must not hide the message)
        text = object.__repr__(value)
    return text if len(text) <= length else f"{text[: length - 1]}…"
