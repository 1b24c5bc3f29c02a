"""A TOML text with one value changed: everything else stays, byte by byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.settings.toml_edit import with_value


@pytest.mark.parametrize(
    ("before", "key", "value", "after"),
    [
        ("", ("a",), "1", "a = 1\n"),
        ("a = 2\n", ("a",), "1", "a = 1\n"),
        ("a = 2", ("a",), "1", "a = 1"),
        ("a=2 # why\n", ("a",), "1", "a = 1  # why\n"),
        ('a = "#"  # why\n', ("a",), "1", "a = 1  # why\n"),
        ("b = 1\n", ("a",), "1", "b = 1\na = 1\n"),
        ("# a = 5\n\nb = 1\n", ("a",), "1", "# a = 5\na = 1\n\nb = 1\n"),
        ("# top\n\n# [keys]\n", ("a",), "1", "# top\na = 1\n\n# [keys]\n"),
        ("b = 1\n\n[keys]\nx = 1\n", ("a",), "1", "b = 1\na = 1\n\n[keys]\nx = 1\n"),
        ("[keys]\nx = 1\n", ("a",), "1", "a = 1\n[keys]\nx = 1\n"),
        ("a = [\n  1, # one\n  2,\n] # end\nb = 1\n", ("a",), "[3]", "# one\na = [3]  # end\nb = 1\n"),
        ("b = 1\n", ("keys", "x.y"), '"s"', 'b = 1\n\n[keys]\n"x.y" = "s"\n'),
        ('[keys]\n"x.y" = "a"\n[other]\n', ("keys", "x.y"), '"s"', '[keys]\n"x.y" = "s"\n[other]\n'),
        ("[keys]\n# comment\nz = 1\n\n[other]\n", ("keys", "x"), "1", "[keys]\n# comment\nz = 1\nx = 1\n\n[other]\n"),
        ('[keys]\n# "x.y" = "s"\n', ("keys", "x.y"), '"S"', '[keys]\n# "x.y" = "s"\n"x.y" = "S"\n'),
        ("keys.x = 1\n", ("keys", "x"), "2", "keys.x = 2\n"),
        ("a = 1\r\nb = 2\r\n", ("a",), "3", "a = 3\r\nb = 2\r\n"),
        ("nonsense\na = 1\n", ("a",), "2", "nonsense\na = 2\n"),
    ],
)
def test_a_value_is_set_in_its_place(before: str, key: tuple[str, ...], value: str, after: str) -> None:
    assert with_value(before, key, value) == after


VALUES = st.sampled_from(["1", '"text # no comment"', "[1, 2]", "true", '["a", "#"]'])
LINES = st.lists(
    st.sampled_from(["", "# a comment", "# a = 1", "b = 1", 'c = "#"  # why', "d = [\n  1, # one\n]"]), unique=True
)


@given(LINES, st.booleans(), st.sampled_from(["a", "b", "c", "d"]), VALUES)
def test_only_that_value_changes(lines: list[str], with_keys: bool, name: str, value: str) -> None:
    text = "\n".join([*lines, *(["[keys]", '"x" = "y"'] if with_keys else [])]) + "\n"
    before = tomllib.loads(text)
    after = with_value(text, (name,), value)
    assert tomllib.loads(after) == before | {name: tomllib.loads(f"v = {value}")["v"]}
    assert sorted(line for line in after.splitlines() if line.startswith("#")) == sorted(
        line for line in text.splitlines() if line.startswith("#")
    ) + (["# one"] if name == "d" and "# one" in text else [])
    assert with_value(after, (name,), value) == after
