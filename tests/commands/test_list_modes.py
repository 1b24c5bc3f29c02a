"""What else `list` prints: topics of papers, reading in numbers, similar papers; and the old names of these forms."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.core.renamed import with_new_names
from tests.commands.conftest import Run, Session, write_days
from tests.feed_server import item
from tests.table import each


def test_topics_count_the_papers_of_a_query(session: Session, papers: Path) -> None:
    session(
        """
        $ list --topics -n 3
        agents	Agents & tools	3
        evaluation	Benchmarks & evaluation	1
        gui-agents	GUI & web agents	1
        @ list --topics -n 2
                3  agents      Agents & tools
                1  evaluation  Benchmarks & evaluation
        $ list --topics id:2606.26740 -n 1 --jsonl
        {"slug": "video-generation", "name": "Video generation", "family": "Generation", "papers": 1, "weeks": [], "rising": null}
        $ list --topics upvotes:>999999 -n 1
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
    found = {one["slug"]: one for one in run("list", "--topics", "--json").records}
    assert found["robotics"]["weeks"] == [0.5] * 9 + [0.6667] * 3
    assert found["robotics"]["rising"] > 0 > found["agents"]["rising"]


def test_stats_tell_what_was_read(run: Run, papers: Path) -> None:
    assert "No reading yet" in run("list", "--stats").out
    run("mark", "star", "2606.26740", "2606.30616")
    run("mark", "read", "2606.28480")
    assert run("list", "--stats").lines[:5] == [
        "            12 weeks   this week",
        "seen               3           3",
        "opened             0           0",
        "to the end         0           0",
        "starred            2           2",
    ]
    json = run("list", "--stats", "--json").record
    assert (json["seen"], json["starred"], json["counted_since"]) == (3, 2, None)
    assert [week["seen"] for week in json["weeks"]] == [0] * 11 + [3]
    assert max(one["starred"]["papers"] for one in json["topics"]) >= 1
    assert run("list", "--stats", "is:read").code == run("list", "--stats", "--count").code == 2


@pytest.mark.usefixtures("own_words")
def test_like_finds_similar_papers_and_says_what_they_share(run: Run, papers: Path) -> None:
    listed = run("list", "like:2606.30616", "--json")
    assert listed.records[0]["like"]["why"].startswith("shares agents")
    assert "like" not in run("list", "--json", "-n", "1").records[0]
    assert run("list", "--json=like", "-n", "1").records[0]["like"]["why"] is None
    missing = run("list", "like:2606.99999")
    assert missing.code == 1 and "not in the cache" in missing.err
    assert run("list", "--count", "--", "-like:2606.30616").code == 2


@each(
    ("old", "new"),
    [
        ("count is:read --json", "list --count is:read --json"),
        ("redo", "undo --redo"),
        ("tags", "tag list"),
        ("pdf 1 -o .", "open --pdf 1 -o ."),
        ("topics -n 5 is:read", "list --topics -n 5 is:read"),
        ("stats", "list --stats"),
        ("keys", "config keys"),
        ("keys check", "config check"),
        ("similar 1 -n 5 2 --query is:read", "list like:1,2 -n 5 is:read"),
        ("similar", "list"),
        ("grep -n 3 attention is:read", "list --passages fulltext:attention -n 3 is:read"),
        ("feeds import a.opml", "import a.opml"),
        ("feeds check", "refresh"),
        ("feeds add cs.RO", "feeds add cs.RO"),
        ("follow", "views list --then follow"),
        ("follow list --json", "views list --then follow --json"),
        ("follow add agents org:NVIDIA", "views add --then follow agents org:NVIDIA"),
        ("follow add agents --notify", "views add --then follow,notify agents"),
        ("follow remove agents", "views remove agents"),
        ("follow quiet agents", "views quiet agents"),
        ("rules", "views list"),
        ("rules check", "views list"),
        ("rules list --json", "views list --json"),
        ("rules add --then hide topic:finance", "views add --then hide topic:finance"),
        ("rules mute crypto", "views add --then mute crypto"),
        ("rules try Agents --since 2w", "views try Agents --since 2w"),
        ("rules apply", "views apply"),
        ("rules remove Agents", "views remove Agents"),
        ("list count", "list count"),
        ("", ""),
    ],
)
def test_old_names_stand_for_new_forms(old: str, new: str) -> None:
    assert with_new_names(old.split()) == new.split()


def test_words_of_an_old_grep_become_terms() -> None:
    new = ["list", "--passages", "fulltext:sparse", 'fulltext:"scaling law"']
    assert with_new_names(["grep", 'sparse "scaling law"']) == new
