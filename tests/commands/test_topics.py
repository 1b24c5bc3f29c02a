"""The command about topics."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.commands.conftest import Run, RunOnTerminal, write_days
from tests.feed_server import item

RULES = """\
[topics.agents]
nam = "Agents"
[topics.mine]
phrases = ["my own thing"]
"""


def test_topics_count_the_papers_of_a_query(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    assert run("topics").lines[:7] == [
        "agents\tAgents & tools\t3",
        "evaluation\tBenchmarks & evaluation\t1",
        "gui-agents\tGUI & web agents\t1",
        "memory\tMemory\t1",
        "reasoning\tReasoning\t1",
        "video-generation\tVideo generation\t1",
        "3d\t3D & geometry\t0",
    ]
    assert on_terminal("topics").lines[:2] == [
        "        3  agents                  Agents & tools",
        "        1  evaluation              Benchmarks & evaluation",
    ]
    first, *others = run("topics", "id:2606.26740", "--json").records
    assert first == {
        **{"slug": "video-generation", "name": "Video generation", "family": "Generation"},
        **{"papers": 1, "weeks": [], "rising": None},
    }
    assert {(one["papers"], str(one["weeks"]), one["rising"]) for one in others} == {(0, "[]", None)}
    assert run("topics", "check", "a", "b").err == "dailypapers: 'topics check' takes one file.\n"


def test_twelve_weeks_do(run: Run, home: Path, tmp_path: Path) -> None:
    days = {}
    for week in range(12):
        day = (date(2026, 4, 14) + timedelta(weeks=week)).isoformat()
        titles = ["Robot hands that grasp", "A web agent that clicks"] + ["A robot that walks"] * (week > 8)
        days[day] = [item(f"2604.{week:02}{place:03}", f"{title} {week}", day) for place, title in enumerate(titles)]
    assert run("import", str(write_days(tmp_path / "days.jsonl", days))).code == 0
    found = {one["slug"]: one for one in run("topics", "--json").records}
    assert found["robotics"]["weeks"] == [0.5] * 9 + [0.6667] * 3
    assert found["robotics"]["rising"] > 0 > found["agents"]["rising"]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(RULES)
    return file


def test_check_tells_mistakes_by_line(run: Run, rules: Path) -> None:
    found = run("topics", "check", str(rules))
    assert found.code == 1
    assert found.out == f'{rules}:2: unknown key "nam"; did you mean "name"?\n'
    assert found.err == "dailypapers: 1 mistake; the rest of the file is used.\n"
    told = run("topics", "check", str(rules), "--json")
    assert (told.code, told.records[0]["line"]) == (1, 2)


def test_check_of_a_right_file_says_so(run: Run, rules: Path) -> None:
    rules.write_text(RULES.replace("nam ", "name "))
    found = run("topics", "check", str(rules))
    assert (found.code, found.lines) == (0, [f"{rules}: no mistakes."])


def test_check_without_a_name_looks_at_the_users_own_file(run: Run, home: Path) -> None:
    missing = run("topics", "check")
    assert missing.code == 1
    assert missing.err == f"dailypapers: There is no file {home / 'topics.toml'}.\n"
    home.mkdir(exist_ok=True)
    (home / "topics.toml").write_text(RULES)
    assert f"{home / 'topics.toml'}:2:" in run("topics", "check").out


def test_rules_of_the_users_own_change_the_papers_at_the_next_import(run: Run, papers: Path, home: Path) -> None:
    assert run("count", "topic:mine").code == 2
    (home / "topics.toml").write_text('[topics.mine]\nphrases = ["live edit", "memory"]\n')
    empty = home / "empty.jsonl"
    empty.write_text("")
    run("import", str(empty))
    assert run("list", "topic:mine").lines[0].startswith("2606.00002\t")


def test_where_nothing_is_found_it_is_said_why(run: Run, papers: Path) -> None:
    assert run("topics", "id:2606.26740").err == ""
    assert "Nothing matches." in run("topics", "upvotes:>999999").err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_check_of_an_endless_file_ends(run: Run) -> None:
    found = run("topics", "check", "/dev/zero")
    assert (found.code, found.err) == (
        1,
        "dailypapers: The topic rules /dev/zero have more than 1024 KiB. Shorten the file.\n",
    )
