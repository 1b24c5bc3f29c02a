"""What commands take for papers and queries, and what is said of names that nothing has."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import DAYS, Run, Session, write_days


def test_names_that_nothing_has_get_the_nearest_or_the_way_to_find_them(session: Session, papers: Path) -> None:
    (papers.parent / "config.toml").write_text('[[views]]\nname = "Mine"\nquery = "agents sort:title"\n')
    session(
        """
        $ follow add "world model"
        world model: no papers here yet. Its query is follow:word:world-model
        $ count follow:world-modle
        2! dailypapers: Nothing named 'world-modle' is followed. Did you mean world-model?
        $ count "is:unread (agents OR -follow:author:nobody)"
        2! dailypapers: Nothing named 'author:nobody' is followed. 'dailypapers follow list' prints what you follow.
        $ count by:eve
        2! dailypapers: Nobody else in the group is named 'eve'. 'dailypapers group status' lists the members.
        $ count by:anyone
        0
        $ count foryou:nothing
        2! dailypapers: There is no interest 'nothing'. 'dailypapers weights' prints yours.
        $ count topic:xylophone
        2! dailypapers: There is no topic 'xylophone'. 'dailypapers topics' lists them.
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


def test_papers_that_come_in_are_backed_up(run: Run, home: Path, tmp_path: Path) -> None:
    assert run("import", str(write_days(tmp_path / "days.jsonl", DAYS))).code == 0
    assert [file.suffix for file in (home / "backups").iterdir()] == [".db"]


def test_mistakes_in_the_settings_are_counted(run: Run, papers: Path) -> None:
    (papers.parent / "config.toml").write_text('days_at_strat = 3\n[keys]\n"paper.strar" = "s"\n')
    assert run("config", "show").err == "2 mistakes in the settings: 'dailypapers config check' lists them.\n"
