"""What commands print as JSON, and its keys in the manual."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper

import pytest

from reader.commands.command import JsonForm, fields, table_of
from tests.commands.conftest import Run

RESULTS = {
    "one": "name, inner (size, at), several (size, deep (at))",
    "many": "array: size, at",
    "more": "array: size, at",
    "number": "by name: ",
}


def test_the_manual_names_the_keys() -> None:
    assert table_of(RESULTS) == [
        ("`one`", "`name`, `inner` (`size`, `at`), `several` (`size`, `deep` (`at`))"),
        ("`many`, `more`", "array: `size`, `at`"),
        ("`number`", "by name: a number"),
    ]
    assert table_of({"a": "array: PAPER, like (why)"}) == [("`a`", "array: a paper, `like` (`why`)")]


def test_fields_are_those_of_all_forms_and_of_a_paper() -> None:
    assert fields(RESULTS.values()) == ["name", "inner", "several", "size", "at"]
    assert fields(["array: PAPER, like (why)"])[:2] == ["id", "title"]
    assert fields(["array: PAPER, like (why)"])[-1] == "like"


def test_json_is_ascii_where_the_output_writes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("ascii", "utf-8"):
        monkeypatch.setattr("sys.stdout", TextIOWrapper(out := BytesIO(), encoding))
        JsonForm(lines=True).print({"name": "é"})
        sys.stdout.flush()
        assert json.loads(out.getvalue()) == {"name": "é"} and out.getvalue().isascii() == (encoding == "ascii")


def test_a_field_that_is_not_there_gets_the_nearest_name_or_all(run: Run, home: object) -> None:
    assert run("tag", "list", "--jsonl=nam").err == (
        '{"error": "--jsonl has no field \'nam\'.", "kind": "usage", "hint": "Did you mean name? See'
        " 'dailypapers tag --help'.\"}\n"
    )
    assert run("tag", "list", "--json=qqqq").err == (
        '{"error": "--json has no field \'qqqq\'.", "kind": "usage", "hint": "It takes mark, tag,'
        " papers, changed, dry_run, name. See 'dailypapers tag --help'.\"}\n"
    )
