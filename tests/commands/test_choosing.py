"""Which papers commands change: those of ids, of a query or all, and none if that is unclear."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import IDS, Run, Session
from tests.table import each


def test_what_changes_is_counted(session: Session, papers: Path) -> None:
    session(
        """
        $ mark hide --all --dry-run
        6 papers would be marked hidden; nothing was changed.
        $ mark read 2606.26740 https://arxiv.org/abs/2606.30616 2606.26740
        2 papers marked read. 'dailypapers undo' takes it back.
        $ mark read 2606.26740
        Nothing to change: 1 paper is read.
        $ mark read --query "-title:terminal"
        3 papers marked read. 'dailypapers undo' takes it back.
        $ mark read --query "-title:terminal"
        Nothing to change: 5 papers are read.
        $ mark read --query "-title:terminal" --dry-run
        0 papers would be marked read; nothing was changed.
        $ mark read --query xylophone
        Nothing matches.
        $ mark read 2606.26740 2606.28480 --dry-run --jsonl
        {"mark": "read", "papers": 2, "changed": 1, "dry_run": true}
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
