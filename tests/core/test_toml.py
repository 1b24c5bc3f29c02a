"""TOML with line numbers, which adds up to what `tomllib` reads; and a change of its text, which leaves all else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.settings import toml
from reader.core.settings.toml import (
    MalformedLine,
    NotEditableError,
    Statement,
    read_statements,
    with_tables,
    with_value,
)
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


# Changes


@each(
    ("before", "key", "value", "after"),
    [
        ("", ("a",), "1", "a = 1\n"),
        ("a = 2", ("a",), "1", "a = 1"),
        ("a=2 # why\n", ("a",), "1", "a = 1  # why\n"),
        ("b = 1\n", ("a",), "1", "b = 1\na = 1\n"),
        ("# a = 5\n\nb = 1\n", ("a",), "1", "# a = 5\na = 1\n\nb = 1\n"),
        ("b = 1\n\n[keys]\nx = 1\n", ("a",), "1", "b = 1\na = 1\n\n[keys]\nx = 1\n"),
        ("[keys]\nx = 1\n", ("a",), "1", "a = 1\n[keys]\nx = 1\n"),
        ("a = [\n  1, # one\n  2,\n] # end\nb = 1\n", ("a",), "[3]", "# one\na = [3]  # end\nb = 1\n"),
        ("b = 1\n", ("keys", "x.y"), '"s"', 'b = 1\n\n[keys]\n"x.y" = "s"\n'),
        ('[keys]\n"x.y" = "a"\n[other]\n', ("keys", "x.y"), '"s"', '[keys]\n"x.y" = "s"\n[other]\n'),
        ("[keys]\n# comment\nz = 1\n\n[other]\n", ("keys", "x"), "1", "[keys]\n# comment\nz = 1\nx = 1\n\n[other]\n"),
        ("keys.x = 1\n", ("keys", "x"), "2", "keys.x = 2\n"),
        ("a = 1\r\nb = 2\r\n", ("a",), "3", "a = 3\r\nb = 2\r\n"),
        ("nonsense\na = 1\n", ("a",), "2", "nonsense\na = 2\n"),
        ("b = 1\n", ("a",), None, "b = 1\n"),
        ('a = """\nx # y\n""" # z\nb = 1\n', ("a",), "1", "a = 1\nb = 1\n"),
        ("[k]\nx = [\n1,\n# y = 3\n]\n\n[l]\n", ("k", "y"), "2", "[k]\nx = [\n1,\n# y = 3\n]\ny = 2\n\n[l]\n"),
        ("[k]\nx = 1\n#y=3\n[l]\n", ("k", "y"), "2", "[k]\nx = 1\n#y=3\ny = 2\n[l]\n"),
        ("a = 1\n\n\n", ("k", "b"), "2", "a = 1\n\n[k]\nb = 2\n"),
    ],
)
def test_a_value_is_set_in_its_place(before: str, key: tuple[str, ...], value: str | None, after: str) -> None:
    assert with_value(before, key, value) == after


NEW_VALUES = st.sampled_from(["1", '"text # no comment"', "[1, 2]", "true", '["a", "#"]'])
OLD_LINES = st.lists(
    st.sampled_from(["", "# a comment", "# a = 1", "b = 1", 'c = "#"  # why', "d = [\n  1, # one\n]"]), unique=True
)


@given(OLD_LINES, st.booleans(), st.sampled_from(["a", "b", "c", "d"]), NEW_VALUES)
def test_only_that_value_changes(lines: list[str], with_keys: bool, name: str, value: str) -> None:
    text = "\n".join([*lines, *(["[keys]", '"x" = "y"'] if with_keys else [])]) + "\n"
    before = tomllib.loads(text)
    after = with_value(text, (name,), value)
    assert tomllib.loads(after) == before | {name: tomllib.loads(f"v = {value}")["v"]}
    assert sorted(line for line in after.splitlines() if line.startswith("#")) == sorted(
        line for line in text.splitlines() if line.startswith("#")
    ) + (["# one"] if name == "d" and "# one" in text else [])
    assert with_value(after, (name,), value) == after


TABLES = """# top
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


ONE, TWO, THREE = {"name": "one"}, {"name": "two"}, {"name": "three"}
"""The values of tables that keep theirs."""


def test_a_new_table_stands_behind_the_last_one_or_at_the_end() -> None:
    assert with_tables("", "v", [(None, {"name": 'a"b'})]) == '[[v]]\nname = "a\\"b"\n'
    assert with_tables("a = 1\n\n\n", "v", [(None, {"name": "n"})]) == 'a = 1\n\n[[v]]\nname = "n"\n'
    before = '[[v]]\nname = "a"\n# of a\n\n# of k\n[k]\nb = 1\n'
    assert with_tables(before, "v", [(0, {"name": "a"}), (None, {"name": "n"})]) == (
        '[[v]]\nname = "a"\n# of a\n\n[[v]]\nname = "n"\n\n# of k\n[k]\nb = 1\n'
    )


def test_a_removed_table_leaves_the_comments_and_one_empty_line() -> None:
    assert with_tables(TABLES, "v", [(0, ONE), (2, THREE)]) == TABLES.replace('[[v]]\nname = "two"\nquery = "y"\n', "")
    after = with_tables(TABLES, "v", [(1, TWO), (2, THREE)])
    assert after.startswith("# top\na = 1\n\n# Of mine.\n# within\n\n[k]\n")
    assert names(after) == ["two", "three"]
    assert names(with_tables(TABLES, "v", [(0, ONE), (1, TWO)])) == ["one", "two"]
    assert with_tables('[[v]]\nname = "a"\n\n[k]\n', "v", []) == "[k]\n"
    assert with_tables('k = 1\n\n[[v]]\nname = "a"\n', "v", []) == "k = 1\n"


def test_a_value_changes_in_its_line_and_a_new_one_comes_below() -> None:
    others = [(1, TWO), (2, THREE)]
    assert with_tables(TABLES, "v", [(0, {"name": "new"}), *others]) == TABLES.replace('"one"', '"new"')
    changed = with_tables(TABLES, "v", [(0, {"query": "x"}), *others])
    assert changed == TABLES.replace('"""\n[[v]]\nx"""', '"x"')
    added = with_tables(TABLES, "v", [(0, ONE), (1, {"more": 1}), others[1]])
    assert added == TABLES.replace("\n# below", "\nmore = 1\n# below")


def test_tables_of_other_names_and_comments_at_the_end_stay() -> None:
    other = '[[w]]\nname = "w"\n\n[[v]]\nname = "a"\n'
    assert with_tables(other, "v", [(0, {"name": "b"})]) == other.replace('"a"', '"b"')
    assert with_tables(f"{other}# end", "v", []) == '[[w]]\nname = "w"\n\n# end'
    assert with_tables(f"{other}# of x\n[x]", "v", []) == '[[w]]\nname = "w"\n\n# of x\n[x]'


def test_a_moved_table_takes_its_comments_along() -> None:
    moved = with_tables(TABLES, "v", [(2, THREE), (0, ONE), (1, TWO)])
    assert names(moved) == ["three", "one", "two"]
    assert '# Last.\n[[v]]\nquery = "z"\nname = "three"\n\n[k]' in moved
    assert '# Of mine.\n[[v]]\nname = "one"  # beside\n# within' in moved
    assert with_tables(moved, "v", [(1, ONE), (2, TWO), (0, THREE)]) == TABLES


def test_tables_in_one_line_are_refused() -> None:
    with pytest.raises(NotEditableError):
        with_tables("v = [{name = 'a'}]", "v", [])


def test_windows_line_ends_stay() -> None:
    text = TABLES.replace("\n", "\r\n")
    changed = with_tables(text, "v", [(2, THREE), (0, {"name": "n"}), (None, {"name": "m"})])
    assert changed.count("\n") == changed.count("\r\n") > 10


PIECES = st.sampled_from(["[[v]]", 'name = "n"', "# c", "", "[k]", 'a = """', 'x"""', "b = [", "]", "name = [1,", "2]"])


@given(st.lists(PIECES, max_size=14), st.data())
@settings(max_examples=150)
def test_whatever_the_text_no_comment_and_no_other_table_is_lost(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    try:
        before = tomllib.loads(text)
    except ValueError:
        return
    tables = before.get("v", [])
    wanted = data.draw(st.permutations([(index, values) for index, values in enumerate(tables)]))
    wanted = wanted[: data.draw(st.integers(0, len(wanted)))]
    changed = with_tables(text, "v", wanted)
    comments = [line for line in lines if line == "# c"]
    assert [line for line in changed.split("\n") if line == "# c"] == comments
    after = tomllib.loads(changed)
    assert after.get("v", []) == [values for _, values in wanted]
    assert {**after, "v": None} == {**before, "v": None}
