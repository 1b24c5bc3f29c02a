"""The command about topics."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.commands.conftest import Run, Session, write_days
from tests.feed_server import item

RULES = """\
[topics.agents]
nam = "Agents"
[topics.mine]
phrases = ["my own thing"]
"""


def test_topics_count_the_papers_of_a_query(session: Session, papers: Path) -> None:
    session(
        """
        $ topics -n 7
        agents	Agents & tools	3
        evaluation	Benchmarks & evaluation	1
        gui-agents	GUI & web agents	1
        memory	Memory	1
        reasoning	Reasoning	1
        video-generation	Video generation	1
        3d	3D & geometry	0
        @ topics -n 2
                3  agents      Agents & tools
                1  evaluation  Benchmarks & evaluation
        $ topics id:2606.26740 -n 2 --jsonl
        {"slug": "video-generation", "name": "Video generation", "family": "Generation", "papers": 1, "weeks": [], "rising": null}
        {"slug": "3d", "name": "3D & geometry", "family": "Generation", "papers": 0, "weeks": [], "rising": null}
        $ topics upvotes:>999999 -n 1
        3d	3D & geometry	0
        ! Nothing matches.
        """  # noqa: E501
    )


def test_topics_rise_and_fall_over_twelve_weeks(run: Run, home: Path, tmp_path: Path) -> None:
    days = {}
    for week in range(12):
        day = (date(2026, 4, 14) + timedelta(weeks=week)).isoformat()
        titles = ["Robot hands that grasp", "A web agent that clicks"] + ["A robot that walks"] * (week > 8)
        days[day] = [item(f"2604.{week:02}{place:03}", f"{title} {week}", day) for place, title in enumerate(titles)]
    assert run("import", str(write_days(tmp_path / "days.jsonl", days))).code == 0
    found = {one["slug"]: one for one in run("topics", "--json").records}
    assert found["robotics"]["weeks"] == [0.5] * 9 + [0.6667] * 3
    assert found["robotics"]["rising"] > 0 > found["agents"]["rising"]
