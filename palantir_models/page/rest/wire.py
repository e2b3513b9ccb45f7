"""How values are written in the interface's JSON: long integers as text, floats that are not finite as words."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from transforms.common.json_text import json_number


class Wire(BaseModel):
    """A value that goes over the wire."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


NOT_FINITE = ("NaN", "Infinity", "-Infinity")
"""How floats are written that JSON has no number for."""


Long = Annotated[
    int,
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}),
]
"""An integer of 64 bits. It is written as text, as numbers of JavaScript end at 53 bits; the client reads it as an integer."""

Double = Annotated[
    float,
    PlainSerializer(json_number, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "enum": list(NOT_FINITE)}]}),
]
"""A float. What is not finite is written as a word, as JSON has no number for it; the client reads it as a float."""

Moment = Annotated[
    AwareDatetime,
    PlainSerializer(lambda moment: moment.astimezone(UTC).isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, written in UTC."""

Rid = Annotated[str, WithJsonSchema({"type": "string", "format": "rid"})]
"""A resource identifier."""
