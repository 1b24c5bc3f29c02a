"""Marks from a script: what they change and what is printed."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from zlib import compress

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from tests.commands.conftest import IDS, Run, Session
from tests.table import each


def test_marks_change_papers_and_say_how_many(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read 2606.26740 https://arxiv.org/abs/2606.30616 2606.26740
        2 papers marked read. 'dailypapers undo' takes it back.
        $ mark read 2606.26740
        Nothing to change: 1 paper is read.
        $ mark unread 2606.26740 --jsonl
        {"mark": "unread", "papers": 1, "changed": 1, "dry_run": false}
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ mark unstar 2606.26740
        1 paper marked unstarred. 'dailypapers undo' takes it back.
        $ mark unstar 2606.26740 --jsonl
        {"mark": "unstar", "papers": 1, "changed": 0, "dry_run": false}
        $ mark hide --query "agents OR verifiers"
        4 papers marked hidden. 'dailypapers undo' takes it back.
        $ count
        2
        $ mark unhide --query "agents OR memory"
        3 papers marked no longer hidden. 'dailypapers undo' takes it back.
        $ count is:hidden
        1
        $ mark hide --all --dry-run
        5 papers would be marked hidden; nothing was changed.
        $ mark read --query "-title:terminal"
        3 papers marked read. 'dailypapers undo' takes it back.
        $ mark read --query "-title:terminal"
        Nothing to change: 4 papers are read.
        $ mark read --query "-title:terminal" --dry-run
        0 papers would be marked read; nothing was changed.
        $ mark read --query xylophone
        Nothing matches.
        $ mark read 2606.26740 2606.28480 --dry-run --jsonl
        {"mark": "read", "papers": 2, "changed": 1, "dry_run": true}
        $ undo
        Taken back: 3 papers read.
        $ mark unqueue 2606.26740
        Nothing to change: 1 paper is not queued.
        $ mark queue 2606.26740
        1 paper marked queued. 'dailypapers undo' takes it back.
        $ mark unqueue 2606.26740
        1 paper marked no longer queued. 'dailypapers undo' takes it back.
        """
    )


def test_what_is_unclear_marks_nothing(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark read 2606.26740 --query agents
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark read 2606.26740 --all
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark read --query ""
        2! dailypapers: The query has no terms, so it means every paper. Add terms, or pass --all.
        $ mark star 2606.26740 2606.99999
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        $ mark star 2606.26740 is:unread
        1! dailypapers: 'is:unread' is not in the cache. That is a query, not an id; commands for several papers take one with --query.
        $ count is:read OR is:starred
        0
        """  # noqa: E501
    )


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


ODD = ["?", "👍", "NOT ?", 'title:"!"', "agents OR …", "agents ?", "-(́)", '"—"', "title:/.*/"]
SELECTIONS = [
    ("mark", "hide", "--query"),
    ("mark", "queue", "--query"),
    ("tag", "add", "later", "--query"),
    ("pipe", "cat", "--query"),
    ("export", "--format", "csv", "--"),
]


@each(
    ("words", "query"),
    [
        *((words, "agents ?") for words in (*SELECTIONS, ("list", "--json", "--"), ("count", "--"))),
        (("views", "save", "odd", "--"), "agents ?"),
        *((("mark", "hide", "--query"), query) for query in ODD),
    ],
)
def test_a_term_without_letters_is_a_mistake_in_every_command(
    run: Run, papers: Path, words: tuple[str, ...], query: str
) -> None:
    found = run(*words, query)
    assert (found.code, found.out) == (2, ""), found
    assert "The query is wrong at " in found.err and found.err.count("\n") == 1
    assert run("count", "is:hidden OR is:queued OR tag:later").out == "0\n"


@each(
    ("words", "query"),
    [
        *((words, "sort:title") for words in SELECTIONS),
        *((("mark", "hide", "--query"), query) for query in ("", " ", "view:all-of-it")),
    ],
)
def test_all_papers_are_only_chosen_by_all(
    run: Run, papers: Path, home: Path, words: tuple[str, ...], query: str
) -> None:
    (home / "config.toml").write_text('[[views]]\nname = "all-of-it"\nquery = "sort:title"\n')
    found = run(*words, query)
    assert (found.code, found.out) == (2, "")
    assert found.err == "dailypapers: The query has no terms, so it means every paper. Add terms, or pass --all.\n"
    assert run("count", "is:hidden OR is:queued OR tag:later").out == "0\n"
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
