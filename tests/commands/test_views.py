"""Queries with a name, from a script: the settings file stays the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run, RunOnTerminal
from tests.table import each


def settings(home: Path) -> Path:
    home.mkdir(exist_ok=True)
    return home / "config.toml"


def test_a_view_is_saved_counted_and_found_in_the_settings(run: Run, papers: Path, home: Path) -> None:
    assert run("views", "list").out.startswith("You have no views yet.")
    settings(home).write_text('# Mine.\ntheme = "dark"\n\n[keys]\n"paper.star" = "S"\n')
    assert run("views", "add", "My agents", "agents", "is:unread").out == (
        "My agents is saved; its key in the reader is g1.\n"
    )
    run("mark", "read", "--query", "title:terminal")
    run("views", "save", "my AGENTS", "agents")
    assert run("views", "list", "--json").json == [
        {"name": "My agents", "query": "agents", "key": "g1", "unread": 2, "papers": 3}
    ]
    assert run("views", "list").out == "g1\tMy agents\t2/3\tagents\n"
    assert settings(home).read_text() == (
        '# Mine.\ntheme = "dark"\n\n[keys]\n"paper.star" = "S"\n\n[[views]]\nname = "My agents"\nquery = "agents"\n'
    )


def test_views_are_moved_renamed_and_removed(run: Run, papers: Path, home: Path) -> None:
    for name in "abc":
        run("views", "add", name, f"title:{name}")
    assert run("views", "move", "c", "1").out == "c is in place 1.\n"
    assert run("views", "rename", "a", "first letter").out == "a is now first letter.\n"
    assert run("views", "remove", "B", "--json").json == {"view": "b", "did": "remove"}
    assert [one["name"] for one in run("views", "list", "--json").records] == ["c", "first letter"]
    assert run("views", "hide", "Trending").out == "trending is hidden.\n"
    assert run("config", "get", "hidden_views").out == '["trending"]\n'
    run("views", "unhide", "trending")
    assert run("config", "get", "hidden_views").out == "[]\n"
    assert "[[views]]" in run("config", "show").out
    assert run("config", "get", "views").out.count("[[views]]") == 2


def test_the_list_on_a_terminal_stands_in_columns(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    run("views", "add", "a", "agents")
    run("views", "add", "longer", "title:x")
    assert on_terminal("views", "list").lines == ["g1  a       3/3  agents", "g2  longer  0/0  title:x"]


@each(
    ("words", "code", "says"),
    [
        (("add", "a"), 2, "Write 'dailypapers views add NAME QUERY...'"),
        (("add", "a", "is:unred"), 2, "Did you mean unread?"),
        (("add", "a\n", "x"), 2, "The name of a view must be a name"),
        (("add", "Evals", "x"), 1, "There is already a view 'Evals'."),
        (("remove", "evls"), 1, "Did you mean evals?"),
        (("rename", "evals"), 2, "Write 'dailypapers views rename NAME NEW'"),
        (("rename", "evals", "other"), 1, "There is already a view 'other'."),
        (("move", "evals", "3"), 2, "The place is a number from 1 to 2."),
        (("hide", "trendign"), 2, "Did you mean trending?"),
        (("add",), 2, "Write 'dailypapers views add NAME QUERY...'"),
        (("list", "a"), 2, "Write 'dailypapers views list'"),
    ],
)
def test_what_can_not_be_is_said_in_a_line_and_changes_nothing(
    run: Run, home: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    text = '[[views]]\nname = "evals"\nquery = "x"\n[[views]]\nname = "other"\nquery = "y"\n'
    settings(home).write_text(text)
    ran = run("views", *words)
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert says in ran.err
    assert settings(home).read_text() == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = [\n", "config.toml:1: "),
        ('theme = "dark"\nviews = [{name = "evals", query = "x"}]\n', "are on one line"),
        ('[[views]]\nname = "evals"\n', "config.toml:1: views needs query"),
        ('theme = "dark"\ntheme = "dark"\n', "config.toml:2: "),
    ],
)
def test_a_file_that_is_broken_is_refused_with_the_place(run: Run, home: Path, text: str, says: str) -> None:
    settings(home).write_text(text)
    assert says in run("views", "add", "new", "y").err
    assert settings(home).read_text() == text


def test_a_query_may_name_views(run: Run, papers: Path) -> None:
    run("views", "add", "bots", "agents")
    run("views", "add", "quiet bots", "view:bots", "upvotes:<50")
    assert run("count", "view:bots").out == "3\n"
    assert run("count", 'view:"Quiet bots" -title:web').out == "1\n"
    assert run("count", "-view:bots").out == "3\n"
    ran = run("list", "view:bot")
    assert (ran.code, ran.err) == (2, "dailypapers: There is no view 'bot'. Did you mean bots?\n")


def test_a_query_with_a_slip_is_no_view_and_one_that_went_wrong_hides_no_other(
    run: Run, papers: Path, home: Path
) -> None:
    assert "There is no topic 'agnets'. Did you mean agents?" in run("views", "add", "a", "topic:agnets").err
    settings(home).write_text('[[views]]\nname = "gone"\nquery = "topic:gone"\n[[views]]\nname = "b"\nquery = "x"\n')
    ran = run("views", "list")
    assert ran.code == 0 and "gone: There is no topic 'gone'." in ran.err
    assert [line.split("\t")[1:3] for line in ran.lines] == [["gone", "-"], ["b", "0/0"]]
    assert [one["papers"] for one in run("views", "list", "--json").records] == [None, 0]
