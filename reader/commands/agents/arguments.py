"""What is wrong with the arguments of a call to `dailypapers mcp`: one sentence that a program can act on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reader.core.nearest import nearest
from reader.core.text import clean

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

Schema = Mapping[str, Any]

_SHOWN = 60
"""Characters of a wrong value that are said back."""

_DIGITS = 10**18
"""A number from here on is not said back: it may have millions of digits."""


def checked(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a tool, with its defaults; raises ValueError that says in one sentence what is wrong first."""
    properties: Mapping[str, Schema] = tool.parameters.get("properties", {})
    for name in arguments:
        if name not in properties:
            raise ValueError(
                f"There is no argument {json.dumps(clean(name, _SHOWN))}. {_advice(name, list(properties))}"
            )
    try:
        return tool.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        raise ValueError(_said(error, properties)) from error


def _advice(name: str, known: list[str]) -> str:
    if not known:
        return "The tool takes none."
    meant = nearest(name[:_SHOWN], known)
    return f"Did you mean {meant}?" if meant else f"The tool takes {', '.join(known)}."


def _said(error: ValidationError, properties: Mapping[str, Schema]) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    name, *places = first["loc"]
    schema = properties[str(name)]
    if first["type"] == "missing":
        return f"{name} is missing: {schema.get('description') or _expected(schema)}."
    said = str(name)
    for place in places:
        schema = schema.get("items", {})
        said += f"[{place}]"
    return f"{said} is {_expected(schema)}, not {_shown(first['input'])}."


def _expected(schema: Schema) -> str:
    """What a schema takes, in words."""
    match schema.get("type"):
        case "integer":
            return f"a whole number from {schema['minimum']:,} to {schema['maximum']:,}"
        case "boolean":
            return "true or false"
        case "array":
            least, most = schema.get("minItems", 0), schema["maxItems"]
            return f"a list of {f'{least} to' if least else 'at most'} {most} texts"
        case _:
            return f"a text of at most {schema['maxLength']:,} characters"


def _shown(value: object) -> str:
    """A wrong value in a few words."""
    match value:
        case str() if len(value) > _SHOWN:
            return f"one of {len(value):,}"
        case list() | tuple() if value:
            return f"a list of {len(value):,}"
        case int() if abs(value) >= _DIGITS:
            return "one with so many digits"
        case dict() if value:
            return "an object"
        case _:
            return json.dumps(value)
