"""TOML with line numbers: the statements add up to what `tomllib` reads, each at its line."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.toml_lines import MalformedLine, Statement, read_statements

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
