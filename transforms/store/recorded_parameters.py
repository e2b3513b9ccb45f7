"""Values of scalar parameters in a row of the ledger: with which ones a job was built, and whether they changed.

A value that looks like a secret is kept as a salted sum that takes long to compute, so that it can be compared and not be read.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from transforms.common.masking import MASK, is_secret, masked_text

_LONGEST = 60  # letters of a value in a sentence
_SALT, _SUM = "salt", "scrypt"


def recorded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values, by parameter name, as a row of the ledger keeps them."""
    return {name: _sealed(value) if _is_secret(name, value) else value for name, value in values.items()}


def change(kept: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
    """Return in words the first value that differs from what a row keeps; None where none does.

    :param kept: what the row keeps, by parameter name.
    :param values: the values now, by parameter name.
    """
    for name, value in values.items():
        if name not in kept:
            return f"parameter {name}: not recorded -> {_word(name, value)}"
        if _is_sealed(kept[name]):
            if not _opens(kept[name], value):
                return f"parameter {name} changed"
        elif _is_secret(name, value):
            return f"parameter {name} changed"
        elif json.dumps(kept[name]) != json.dumps(value):  # as text, in which a NaN equals itself and 1 is not true
            return f"parameter {name}: {_word(name, kept[name])} -> {_word(name, value)}"
    return None


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row keeps for people, with stars in place of secrets."""
    return {name: MASK if _is_sealed(value) else value for name, value in kept.items()}


def sealed(kept: Mapping[str, Any]) -> list[str]:
    """Return the names of the parameters whose values a row keeps as a sum alone."""
    return [name for name, value in kept.items() if _is_sealed(value)]


def _word(name: str, value: Any) -> str:
    if _is_secret(name, value):
        return MASK
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (is_secret(name, value) or masked_text(value) != value)


def _is_sealed(kept: Any) -> bool:
    return isinstance(kept, dict) and set(kept) == {_SALT, _SUM}


def _sealed(value: str) -> dict[str, str]:
    salt = secrets.token_bytes(16)
    return {_SALT: salt.hex(), _SUM: _sum(value, salt)}


def _opens(kept: Mapping[str, str], value: Any) -> bool:
    return isinstance(value, str) and _sum(value, bytes.fromhex(kept[_SALT])) == kept[_SUM]


def _sum(value: str, salt: bytes) -> str:
    return hashlib.scrypt(value.encode("utf-8", "surrogatepass"), salt=salt, n=2**14, r=8, p=1).hex()
