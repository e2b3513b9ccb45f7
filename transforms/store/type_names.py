"""Types of a Delta schema as people write them."""

from __future__ import annotations


def type_name(kind: object) -> str:
    """Return a type's name, such as ``long`` or ``array<struct<x: double>>``.

    :param kind: the type as a Delta schema in JSON has it.
    """
    if isinstance(kind, str):
        return kind
    assert isinstance(kind, dict)
    if kind["type"] == "array":
        return f"array<{type_name(kind['elementType'])}>"
    if kind["type"] == "map":
        return f"map<{type_name(kind['keyType'])}, {type_name(kind['valueType'])}>"
    fields = (f"{field['name']}: {type_name(field['type'])}" for field in kind["fields"])
    return f"struct<{', '.join(fields)}>"
