"""TOML with line numbers: the statements add up to what `tomllib` reads, each at its line."""

from __future__ import annotations

import time
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.settings import toml_lines
from reader.core.settings.toml_lines import MalformedLine, Statement, read_statements

TEXT = '''# comment
a = 1
b.c = [
  "x", # not = a key

  "]",
]

[t."d.e"]
f = """
[no header]
g = 2
"""
h = {i = 1, j = {k = 2}}
'''


def test_each_statement_has_its_first_line() -> None:
    assert list(read_statements(TEXT)) == [
        Statement(("a",), 1, 2),
        Statement(("b", "c"), ["x", "]"], 3),
        Statement(("t", "d.e"), None, 9),
        Statement(("t", "d.e", "f"), "[no header]\ng = 2\n", 10),
        Statement(("t", "d.e", "h", "i"), 1, 14),
        Statement(("t", "d.e", "h", "j", "k"), 2, 14),
    ]


def test_a_bad_line_costs_only_itself() -> None:
    assert [
        (found.line, None if isinstance(found, MalformedLine) else found.key)
        for found in read_statements('a = 1\nb = [\nc = 2\n"d\ne = """\nf = 3\n[g\nh = 4')
    ] == [(1, ("a",)), (2, None), (3, ("c",)), (4, None), (5, None), (6, ("f",)), (7, None), (8, ("h",))]


@pytest.mark.parametrize(
    ("bomb", "says"),
    [
        ("a." * 5_000 + "b = 1", "nests too deeply"),
        ("[" + "a." * 5_000 + "b]", "nests too deeply"),
        ("a = " + "[" * 5_000 + "]" * 5_000, "is not a value that can be read"),
        ("a = " + "[" * 50 + "]" * 50, "nests too deeply"),
        ("a = " + "{b = " * 50 + "1" + "}" * 50, "nests too deeply"),
        ("a = 1" + "0" * 5_000, "is not a value that can be read"),
    ],
)
def test_a_line_that_is_made_to_break_the_reader_costs_only_itself(bomb: str, says: str) -> None:
    found = list(read_statements(f"x = 1\n{bomb}\ny = 2\n"))
    assert found[1:] == [MalformedLine(2, says), Statement(("y",), 2, 3)]


@pytest.mark.parametrize("line", ["[", "a = [", "a = [[", "a = '''x"])
def test_open_lines_take_a_bounded_time(line: str) -> None:
    start = time.process_time()
    found = list(read_statements(f"{line}\n" * 65_000))
    assert time.process_time() - start < 10
    assert any(isinstance(statement, MalformedLine) for statement in found)


def test_what_would_take_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml_lines, "MAX_WORK", 10)
    assert list(read_statements("abc = 1\ndef = 2\nghi = 3")) == [
        Statement(("abc",), 1, 1),
        Statement(("def",), 2, 2),
        MalformedLine(3, "takes too long to read, like all lines after it"),
    ]


VALUES = st.sampled_from(
    ["1", "true", '"x # y"', "'''\n=\n'''", "[1,\n# ]\n2]", "{a = 1}", '"""\n[z]\n"""', "1979-05-27"]
)
LINES = st.lists(st.one_of(VALUES, st.sampled_from(["", "# c", "[", " "])), max_size=12)


@given(LINES)
@settings(max_examples=100)
def test_statements_add_up_to_the_document(pieces: list[str]) -> None:
    text = ""
    starts = {}
    for number, piece in enumerate(pieces):
        if piece in ("", "# c", " "):
            line = piece
        elif piece == "[":
            line = f"[t{number}]"
        else:
            starts[f"k{number}"] = text.count("\n") + 1
            line = f"k{number} = {piece}"
        text += line + "\n"
    document: dict[str, Any] = {}
    for found in read_statements(text):
        assert isinstance(found, Statement)
        node = document
        for name in found.key[:-1]:
            node = node.setdefault(name, {})
        node[found.key[-1]] = {} if found.value is None else found.value
        for name in found.key:
            assert name not in starts or starts[name] == found.line
    assert document == tomllib.loads(text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a." * 30_000 + "b = 1", "nests too deeply"),
        ('"a" . ' * 10_000 + "b = 1", "nests too deeply"),
        ("x = {" + "a." * 30_000 + "b = 1}", "nests too deeply"),
        ("[" + "a." * 30_000 + "b]", "nests too deeply"),
        ("x = [[0x" + "f" * 30_000 + "]]", "has a number that is too large"),
    ],
)
def test_a_line_that_would_fill_the_memory_costs_only_itself(line: str, says: str) -> None:
    found = list(read_statements(f"a = 1\n{line}\nc = 2\n"))
    assert found[:2] == [Statement(("a",), 1, 1), MalformedLine(2, says)]
    assert found[-1] in (Statement(("c",), 2, 3), Statement(("b", "c"), 2, 3))


@pytest.mark.parametrize(
    "line", ["# " + "." * 300, 'a = "' + "." * 300 + '"', "a = '" + 'x."' * 300 + "' # ...", "a = 0.5"]
)
def test_dots_in_texts_and_comments_are_no_keys(line: str) -> None:
    assert not any(isinstance(found, MalformedLine) for found in read_statements(line))
    assert toml_lines.parse_toml(line) == tomllib.loads(line)
