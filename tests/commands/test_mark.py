"""Marks from a script: what they change and what is printed."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from zlib import compress

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from tests.commands.conftest import IDS, Run
from tests.table import each


@pytest.mark.parametrize(
    ("mark", "query", "back"),
    [("read", "is:read", "unread"), ("star", "is:starred", "unstar"), ("hide", "is:hidden", "unhide")],
)
def test_a_mark_changes_the_papers_and_undo_or_its_opposite_takes_it_back(
    run: Run, papers: Path, mark: str, query: str, back: str
) -> None:
    found = run("mark", mark, IDS[0], f"https://arxiv.org/abs/{IDS[1]}", IDS[0])
    assert found.code == 0
    assert found.out.startswith("2 papers marked ")
    assert "'dailypapers undo' takes it back" in found.out
    assert run("count", query).out == "2\n"
    assert run("mark", back, IDS[0], "--json").record["changed"] == 1
    assert run("mark", back, IDS[0], "--json").record["changed"] == 0
    for _ in range(2):
        assert run("undo").out.startswith("Taken back: ")
    assert run("count", query).out == "0\n"


def test_a_query_marks_all_its_papers(run: Run, papers: Path) -> None:
    assert run("mark", "read", "--query", "agents -title:terminal").out.startswith("2 papers marked read.")
    assert run("mark", "read", "--query", "-title:terminal").out.startswith("3 papers marked read.")
    assert run("mark", "read", "--query", "-title:terminal").out.startswith("Nothing to change: 5 papers")
    assert run("mark", "read", "--query", "xylophone").out == "Nothing matches.\n"


def test_unhide_finds_the_hidden_papers_of_a_query(run: Run, papers: Path) -> None:
    run("mark", "hide", "--query", "agents OR verifiers")
    assert run("count").out == "2\n"
    assert run("mark", "unhide", "--query", "agents OR memory").out.startswith("3 papers marked no longer hidden.")
    assert run("count", "is:hidden").out == "1\n"


def test_a_dry_run_says_how_many_would_change_and_changes_nothing(run: Run, papers: Path) -> None:
    run("mark", "read", IDS[0])
    found = run("mark", "read", "--query", "day:2026-06-30", "--dry-run")
    assert found.out == "2 papers would be marked read; nothing was changed.\n"
    assert run("mark", "read", IDS[0], IDS[3], "--dry-run", "--json").json == {
        "mark": "read",
        "papers": 2,
        "changed": 1,
        "dry_run": True,
    }
    assert run("count", "is:read").out == "1\n"


def test_one_unknown_id_marks_none(run: Run, papers: Path) -> None:
    found = run("mark", "star", IDS[0], "2606.99999")
    assert found.code == 1
    assert "2606.99999" in found.err
    assert run("count", "is:starred").out == "0\n"


@pytest.mark.parametrize(
    "words",
    [
        ("mark",),
        ("mark", "read"),
        ("mark", "reed", IDS[0]),
        ("mark", "read", IDS[0], "--query", "agents"),
        ("mark", "read", "--query", ""),
        ("mark", "read", "--query", " "),
        ("mark", "read", "--query", "is:raed"),
        ("mark", "read", "--qery", "agents"),
    ],
)
def test_what_is_unclear_marks_nothing(run: Run, papers: Path, words: tuple[str, ...]) -> None:
    found = run(*words)
    assert (found.code, found.out) == (2, "")
    assert found.err.count("\n") == 1
    assert run("count", "is:read").out == "0\n"


def test_a_mark_that_does_not_count_says_so_until_a_repair(run: Run, papers: Path) -> None:
    far = int(time.time() * 1000) + 3_000 * 86_400_000
    with closing(Events.open(papers)) as events:
        events.join([Entry("0" * 24, "b" * 12, 1, far, "star", "1", 1, compress(IDS[0].encode()))])
    for _ in range(2):
        said = run("mark", "unstar", IDS[0])
        assert (said.code, said.out) == (1, "")
        assert "That stays as it was: a mark dated " in said.err
        assert "Run 'dailypapers cache repair'" in said.err
        assert run("count", "is:starred").out == "1\n"
    assert "days ahead" in run("cache", "verify").out
    assert run("cache", "repair").code == 0
    assert run("count", "is:starred").out == "0\n"
    assert run("mark", "star", IDS[0]).out.startswith("1 paper marked starred")
    assert run("cache", "verify").code == 0


# A selection without words, or of everything


@each("query", ["?", "👍", "NOT ?", 'title:"!"', "agents OR …", "agents ?", "-(́)", '"—"', "title:/.*/"])
@each(
    "words",
    [
        ("mark", "hide", "--query"),
        ("mark", "queue", "--query"),
        ("tag", "add", "later", "--query"),
        ("pipe", "cat", "--query"),
        ("export", "--format", "csv", "--"),
        ("list", "--json", "--"),
        ("count", "--"),
        ("views", "save", "odd"),
    ],
)
def test_a_term_without_letters_is_a_mistake_in_every_command(
    run: Run, papers: Path, words: tuple[str, ...], query: str
) -> None:
    found = run(*words, query) if words[0] != "views" else run(*words, "--", query)
    assert (found.code, found.out) == (2, ""), found
    assert "The query is wrong at " in found.err and found.err.count("\n") == 1
    assert run("count", "is:hidden OR is:queued OR tag:later").out == "0\n"


@each("query", ["", " ", "sort:title", "view:all-of-it"])
@each(
    "words",
    [
        ("mark", "hide", "--query"),
        ("tag", "add", "later", "--query"),
        ("pipe", "cat", "--query"),
        ("export", "--format", "csv", "--"),
    ],
)
def test_all_papers_are_only_chosen_by_all(
    run: Run, papers: Path, home: Path, words: tuple[str, ...], query: str
) -> None:
    (home / "config.toml").write_text('[[views]]\nname = "all-of-it"\nquery = "sort:title"\n')
    found = run(*words, query)
    assert (found.code, found.out) == (2, "")
    assert found.err == "dailypapers: The query has no terms, so it means every paper. Add terms, or pass --all.\n"
    assert run("count", "is:hidden OR tag:later").out == "0\n"
    assert run("list", "view:all-of-it", "--json").records


def test_all_means_hidden_papers_too_and_takes_an_order(run: Run, papers: Path) -> None:
    assert run("mark", "hide", "--all").out.startswith("6 papers marked hidden.")
    assert run("mark", "read", "--all", "--json").record["changed"] == 6
    assert run("tag", "add", "x", "--all", "--dry-run", "--json").record["changed"] == 6
    assert len(run("export", "--all", "--format", "json").records) == 6
    assert sorted(run("pipe", "cat", "--all", "--input", "ids").out.split()) == sorted(IDS)
    assert run("mark", "unhide", "--all").out.startswith("6 papers marked no longer hidden.")
    for words in (("mark", "hide", "--all", IDS[0]), ("mark", "hide", "--all", "--query", "agents"), ("export",)):
        assert run(*words).code == 2


def test_settings_with_a_term_without_letters_are_mistakes(run: Run, papers: Path, home: Path) -> None:
    for setting in (
        'mute = ["?"]',
        'notify = ["\u0301"]',
        'fetch_ahead = ["NOT …"]',
        '[[rules]]\nname = "r"\nwhen = "👍"\nthen = ["hide"]',
        '[[views]]\nname = "v"\nquery = "NOT ?"',
        '[[views]]\nname = "v"\nquery = "sort:day ?"',
        '[[exports]]\nfile = "all.csv"\nquery = "sort:day"',
        '[[exports]]\nfile = "all.csv"\nquery = "title:\\"!\\""',
    ):
        (home / "config.toml").write_text(setting)
        found = run("config", "check")
        assert found.code == 1 and (
            "no letter or digit" in found.err + found.out or "must not be empty" in found.out
        ), setting
        run("rules", "apply", "--yes")
        assert run("count").out == "6\n"
    (home / "config.toml").unlink()
    assert run("config", "set", "mute", "?").code != 0
    assert not (home / "config.toml").exists() or "?" not in (home / "config.toml").read_text()
