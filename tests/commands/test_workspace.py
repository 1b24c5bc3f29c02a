"""What commands take for papers and queries, and what is said of names that nothing has."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.commands.workspace import Workspace
from tests.commands.conftest import IDS, Run, RunOnTerminal, Session


def test_unknown_names_in_a_query_get_a_suggestion(session: Session, papers: Path) -> None:
    (papers.parent / "config.toml").write_text('[[views]]\nname = "Mine"\nquery = "agents sort:title"\n')
    session(
        """
        $ views add --then follow "world model"
        world model: no papers here yet. Its query is follow:word:world-model
        $ count follow:world-modle
        2! dailypapers: Nothing named 'world-modle' is followed. Did you mean world-model?
        $ count "is:unread (agents OR -follow:author:nobody)"
        2! dailypapers: Nothing named 'author:nobody' is followed. 'dailypapers views list --then follow' prints what you follow.
        $ count by:eve
        2! dailypapers: The query is wrong at 'by:': by: is no longer a field. Groups were removed. Share a feed instead: one person keeps a watched file that ends in .atom, and the others run 'dailypapers feeds add ADDRESS'.
        $ count topic:xylophone
        2! dailypapers: There is no topic 'xylophone'. 'dailypapers list --topics' lists them.
        $ count view:mien
        2! dailypapers: There is no view 'mien'. Did you mean Mine?
        $ count view:xylophone
        2! dailypapers: There is no view 'xylophone'. 'dailypapers views list' prints yours.
        $ list view:mine -title:web
        2606.30616	2026-06-30	55	2	unread	Agents that write their own tools
        2606.28480	2026-06-30	36	2	unread	A benchmark of terminal agents 中文標題
        $ list like:2401.00001
        1! dailypapers: '2401.00001' is not in the cache. 'dailypapers add 2401.00001' fetches it.
        $ show https://huggingface.co/papers/2606.26740 --jsonl=id
        {"id": "2606.26740"}
        $ show 10.48550/arXiv.2606.26740 --jsonl=id
        {"id": "2606.26740"}
        $ show 10.1000/nothing
        1! dailypapers: '10.1000/nothing' is not in the cache. An arXiv id looks like 1706.03762.
        $ show -- -is:unread
        1! dailypapers: '-is:unread' is not in the cache. That is a query, not an id; commands for several papers take one with --query.
        $ show topic:
        1! dailypapers: 'topic:' is not in the cache. An arXiv id looks like 1706.03762.
        """  # noqa: E501
    )


def test_mistakes_in_the_settings_are_counted(run: Run, papers: Path) -> None:
    (papers.parent / "config.toml").write_text('days_at_strat = 3\n[keys]\n"paper.strar" = "s"\n')
    assert run("config", "show").err == "2 mistakes in the settings: 'dailypapers config check' lists them.\n"


@pytest.mark.usefixtures("own_words")
def test_a_view_alone_is_listed_in_its_own_order_under_its_own_headings(
    run: Run, on_terminal: RunOnTerminal, papers: Path
) -> None:
    assert [one["id"] for one in run("list", "view:foryou", "--json=id").records] == IDS  # Nothing is learned yet.
    run("mark", "star", "2606.00001")
    offered = [one["id"] for one in run("list", "view:foryou", "--json=id").records]
    # A paper about agents comes before the others of its day, and before those of newer days.
    assert sorted(offered) == sorted(set(IDS) - {"2606.00001"}) and offered[:2] == ["2606.30616", "2606.28480"]
    assert [one["id"] for one in run("list", "view:foryou", "-n", "1", "--json=id").records] == offered[:1]
    shown = on_terminal("list", "view:foryou", "-n", "1").lines
    assert len(shown) == 3 and shown[0].startswith("NEW") and "2606.30616" in shown[1] and shown[2] == "1 of 5"
    run("mark", "queue", "2606.00002", "2606.26740")
    assert [line.split("\t")[0] for line in run("list", "view:queue").lines] == ["2606.00002", "2606.26740"]
    run("views", "add", "mine", "is:queued sort:title")
    assert [line.split("\t")[0] for line in run("list", "view:mine").lines] == ["2606.00002", "2606.26740"]
    assert [line.split("\t")[0] for line in run("list", "view:mine sort:day").lines] == ["2606.26740", "2606.00002"]


def test_a_free_text_finds_the_best_paper(run: Run, papers: Path) -> None:
    assert run("list", "~agents", "-n1", "--jsonl=id").out == '{"id": "2606.30616"}\n'


def test_an_empty_cache_says_how_to_get_papers(session: Session) -> None:
    session(
        """
        $ list
        ! There are no papers yet. 'dailypapers refresh' fetches the latest days.
        """
    )


def test_every_command_reports_a_wrong_query(run: Run, papers: Path) -> None:
    for words in (
        *(
            ("list", "--"),
            ("count", "--"),
            ("topics", "--"),
            ("export", "--format=csv", "--"),
            ("mark", "hide", "--query"),
        ),
        *(("tag", "add", "later", "--query"), ("pipe", "cat", "--query"), ("views", "save", "odd", "--")),
    ):
        found = run(*words, "agents ?")
        assert (found.code, found.out, found.err.count("\n")) == (2, "", 1), words
        assert "The query is wrong at " in found.err
        found = run(*words, "-topic:evaluation topic:agnts")
        assert (found.code, found.out) == (2, ""), words
        assert found.err == "dailypapers: There is no topic 'agnts'. Did you mean agents?\n"
    assert run("count", "is:hidden OR tag:later").out == "0\n"
    assert len(run("list", "a" * 50_000).err) < 200


def test_muted_words_leave_papers_out_as_soon_as_the_settings_have_them(
    session: Session, papers: Path, home: Path
) -> None:
    rule = '[[rules]]\nname = "Agents"\nwhen = "agents"\nthen = ["star"]\n'
    (home / "config.toml").write_text(f'mute = ["verifiers"]\n{rule}')
    settings = Workspace().settings
    assert ([one.name for one in settings.rules], settings.mute) == (["Agents"], ("verifiers",))
    session(
        """
        $ count
        5
        $ count is:muted
        1
        $ views try --then hide --since 2026-06-01 verifiers
        verifiers: hide, because verifiers
          1 paper left alone: you marked them otherwise, or an earlier rule did

        0 papers since 2026-06-01 would have been changed; nothing was changed.
        $ show 2606.00003 --jsonl=rules
        {"rules": {"acts": [], "muted_by": ["verifiers"]}}
        $ views remove verifiers
        verifiers is removed. It was: verifiers
        $ count
        6
        $ count is:muted
        0
        """
    )
