"""TOML with line numbers, which adds up to what `tomllib` reads."""

from __future__ import annotations

import tomllib

import pytest

from reader.core.settings import toml
from reader.core.settings.toml import MalformedLine, Statement, read_statements
from tests.table import each

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
        Statement(("a",), 1, 2, 2),
        Statement(("b", "c"), ["x", "]"], 3, 7),
        Statement(("t", "d.e"), None, 9, 9),
        Statement(("t", "d.e", "f"), "[no header]\ng = 2\n", 10, 13),
        Statement(("t", "d.e", "h", "i"), 1, 14, 14),
        Statement(("t", "d.e", "h", "j", "k"), 2, 14, 14),
    ]


def test_a_bad_line_costs_only_itself() -> None:
    assert [
        (found.line, None if isinstance(found, MalformedLine) else found.key)
        for found in read_statements('a = 1\nb = [\nc = 2\n"d\ne = """\nf = 3\n[g\nh = 4')
    ] == [(1, ("a",)), (2, None), (3, ("c",)), (4, None), (5, None), (6, ("f",)), (7, None), (8, ("h",))]


@each(
    ("bomb", "says"),
    [
        ("a." * 5_000 + "b = 1", "nests too deeply"),
        ("[" + "a." * 5_000 + "b]", "nests too deeply"),
        ("a = " + "[" * 5_000 + "]" * 5_000, "is not a readable value"),
        ("a = " + "[" * 50 + "]" * 50, "nests too deeply"),
        ("a = " + "{b = " * 50 + "1" + "}" * 50, "nests too deeply"),
        ("a = 1" + "0" * 5_000, "is not a readable value"),
        ("a." * 30_000 + "b = 1", "nests too deeply"),
        ('"a" . ' * 10_000 + "b = 1", "nests too deeply"),
        ("a = {" + "a." * 30_000 + "b = 1}", "nests too deeply"),
        ("a = [[0x" + "f" * 30_000 + "]]", "has a number that is too large"),
    ],
)
def test_a_line_that_is_made_to_break_the_reader_costs_only_itself(bomb: str, says: str) -> None:
    found = list(read_statements(f"x = 1\n{bomb}\ny = 2\n"))
    assert found[1:] == [MalformedLine(2, says), Statement(("y",), 2, 3, 3)]


def test_deeply_nested_toml_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml, "MAX_WORK", 10)
    assert list(read_statements("abc = 1\ndef = 2\nghi = 3")) == [
        Statement(("abc",), 1, 1, 1),
        Statement(("def",), 2, 2, 2),
        MalformedLine(3, "takes too long to read, as do the lines after it"),
    ]


@each("line", ["# " + "." * 300, 'a = "' + "." * 300 + '"', "a = '" + 'x."' * 300 + "' # ...", "a = 0.5"])
def test_dots_in_texts_and_comments_are_no_keys(line: str) -> None:
    assert not any(isinstance(found, MalformedLine) for found in read_statements(line))
    assert toml.parse_toml(line) == tomllib.loads(line)
