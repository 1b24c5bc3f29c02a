"""A TOML text with one value changed: everything else stays, byte by byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.settings.toml_edit import (
    find_blocks,
    with_table,
    with_table_moved,
    with_table_value,
    with_value,
    without_table,
)


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


TEXT = """# top
a = 1

# Of mine.
[[v]]
name = "one"  # beside
# within
query = \"\"\"
[[v]]
x\"\"\"

[k]
b = 2

[[v]]
name = "two"
query = "y"
# below

# Last.
[[v]]
query = "z"
name = "three"
"""


def names(text: str) -> list[str]:
    return [one["name"] for one in tomllib.loads(text).get("v", [])]


def test_tables_are_told_from_headers_within_values() -> None:
    assert [sorted(block.keys) for block in find_blocks(TEXT, "v")] == [["name", "query"]] * 3
    assert find_blocks(TEXT, "k") == find_blocks("v = [{name = 'a'}]", "v") == []


def test_a_new_table_stands_behind_the_last_one_or_at_the_end() -> None:
    assert with_table("", "v", {"name": 'a"b'}) == '[[v]]\nname = "a\\"b"\n'
    assert with_table("a = 1\n\n\n", "v", {"name": "n"}) == 'a = 1\n\n[[v]]\nname = "n"\n'
    before = '[[v]]\nname = "a"\n# of a\n\n# of k\n[k]\nb = 1\n'
    assert with_table(before, "v", {"name": "n"}) == (
        '[[v]]\nname = "a"\n# of a\n\n[[v]]\nname = "n"\n\n# of k\n[k]\nb = 1\n'
    )


def test_a_removed_table_leaves_the_comments_and_one_empty_line() -> None:
    assert without_table(TEXT, "v", 1) == TEXT.replace('[[v]]\nname = "two"\nquery = "y"\n', "")
    assert without_table(TEXT, "v", 0).startswith("# top\na = 1\n\n# Of mine.\n# within\n\n[k]\n")
    assert without_table('[[v]]\nname = "a"\n\n[k]\n', "v", 0) == "[k]\n"


def test_a_value_changes_in_its_line() -> None:
    assert with_table_value(TEXT, "v", 0, "name", "new") == TEXT.replace('"one"', '"new"')
    changed = with_table_value(TEXT, "v", 0, "query", "x")
    assert changed == TEXT.replace('"""\n[[v]]\nx"""', '"x"')


def test_a_moved_table_takes_its_comments_along() -> None:
    moved = with_table_moved(TEXT, "v", 2, 0)
    assert names(moved) == ["three", "one", "two"]
    assert '# Last.\n[[v]]\nquery = "z"\nname = "three"\n\n[k]' in moved
    assert '# Of mine.\n[[v]]\nname = "one"  # beside\n# within' in moved
    assert with_table_moved(moved, "v", 0, 2) == TEXT


def test_windows_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    for changed in (
        with_table(text, "v", {"name": "n"}),
        without_table(text, "v", 1),
        with_table_value(text, "v", 1, "name", "n"),
        with_table_moved(text, "v", 2, 0),
    ):
        assert changed.count("\n") == changed.count("\r\n") > 10


PIECES = st.sampled_from(["[[v]]", 'name = "n"', "# c", "", "[k]", 'a = """', 'x"""', "b = [", "]", "name = [1,", "2]"])


@given(st.lists(PIECES, max_size=14), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=150)
def test_whatever_the_text_no_comment_and_no_other_table_is_lost(lines: list[str], index: int, to: int) -> None:
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except ValueError:
        return
    count = len(find_blocks(text, "v"))
    if index >= count or to >= count:
        return
    comments = [line for line in lines if line == "# c"]
    for changed in (without_table(text, "v", index), with_table_moved(text, "v", index, to)):
        assert [line for line in changed.split("\n") if line == "# c"] == comments
        assert "k" not in tomllib.loads(text) or "k" in tomllib.loads(changed)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_table_can_be_removed(index: int) -> None:
    left = ["one", "two", "three"]
    del left[index]
    assert names(without_table(TEXT, "v", index)) == left
