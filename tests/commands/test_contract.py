"""What commands print as JSON: its schema, and its keys in the manual."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from reader.commands.contract import JsonForm, fields, schema, table_of
from tests.commands.conftest import Run

Inner = TypedDict("Inner", {"size": float, "at": str | None})


class Outer(TypedDict):
    """A record with one of each form."""

    name: str
    kind: Literal["a", "b"]
    inner: Inner
    several: list[Inner]
    counts: NotRequired[dict[str, int]]
    pair: tuple[bool, bool]
    value: object


RESULTS: dict[str, Any] = {"one": Outer, "many": list[Inner], "by name": dict[str, Inner], "more": list[Inner]}


def test_a_schema_has_a_definition_for_each_record() -> None:
    made = schema(RESULTS)
    inner = {"$ref": "#/$defs/Inner"}
    text = {"type": "string"}
    assert made.pop("$defs") == {
        "one": {"$ref": "#/$defs/Outer"},
        "many": {"type": "array", "items": inner},
        "by name": {"type": "object", "additionalProperties": inner},
        "more": {"type": "array", "items": inner},
        "Outer": {
            "type": "object",
            "properties": {
                "name": text,
                "kind": {"enum": ["a", "b"]},
                "inner": inner,
                "several": {"type": "array", "items": inner},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                "pair": {"type": "array", "items": {"type": "boolean"}},
                "value": {},
            },
            "required": ["name", "kind", "inner", "several", "pair", "value"],
        },
        "Inner": {
            "type": "object",
            "properties": {"size": {"type": "number"}, "at": {"anyOf": [text, {"type": "null"}]}},
            "required": ["size", "at"],
        },
        "Failure": {
            "type": "object",
            "properties": {"error": text, "kind": text, "hint": {"anyOf": [text, {"type": "null"}]}},
            "required": ["error", "kind", "hint"],
        },
    }
    assert [*made] == ["$schema", "title", "version"]


def test_the_manual_names_the_keys() -> None:
    record = "`name`, `kind`, `inner` (`size`, `at`), `several` (`size`, `at`), `counts`, `pair`, `value`"
    assert table_of(RESULTS | {"number": dict[str, int]}) == [
        ("`one`", record),
        ("`many`, `more`", "array: `size`, `at`"),
        ("`by name`", "by name: `size`, `at`"),
        ("`number`", "by name: a number"),
    ]
    assert fields(RESULTS) == ["name", "kind", "inner", "several", "counts", "pair", "value", "size", "at"]


def test_json_is_ascii_where_the_output_writes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("ascii", "utf-8"):
        monkeypatch.setattr("sys.stdout", TextIOWrapper(out := BytesIO(), encoding))
        JsonForm(lines=True).print({"name": "é"})
        sys.stdout.flush()
        assert json.loads(out.getvalue()) == {"name": "é"} and out.getvalue().isascii() == (encoding == "ascii")


def test_a_field_that_is_not_there_gets_the_nearest_name_or_all(run: Run, home: object) -> None:
    assert run("tags", "--jsonl=nam").err == (
        '{"error": "--jsonl has no field \'nam\'.", "kind": "usage", "hint": "Did you mean name? See'
        " 'dailypapers tags --help'.\"}\n"
    )
    assert run("tags", "--json=qqqq").err == (
        '{"error": "--json has no field \'qqqq\'.", "kind": "usage", "hint": "It takes name, papers. See'
        " 'dailypapers tags --help'.\"}\n"
    )
