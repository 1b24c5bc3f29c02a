"""The command about what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.commands.conftest import Run


def stats(run: Run) -> dict[str, Any]:
    """The figures of two weeks."""
    told = run("stats", "--weeks", "2", "--json").json
    assert isinstance(told, dict)
    return told


def test_stats_tell_what_was_read(run: Run, papers: Path) -> None:
    assert "No reading yet" in run("stats").out
    run("mark", "star", "2606.26740", "2606.30616")
    run("mark", "read", "2606.28480")
    text = run("stats", "--weeks", "2").out
    told = [line.split()[:-1] for line in text.splitlines()[1:5]]
    assert "2 weeks" in text and told == [
        ["seen", *"33"],
        ["opened", *"00"],
        ["to", "the", "end", *"00"],
        ["starred", *"22"],
    ]
    json = stats(run)
    assert (json["seen"], json["starred"], json["counted_since"]) == (3, 2, None)
    assert [week["seen"] for week in json["weeks"]] == [0, 3]
    assert [day["starred"] for day in json["days"]] == [2]
    assert max(one["starred"]["papers"] for one in json["topics"]) >= 1


def test_too_many_weeks_are_refused(run: Run, papers: Path) -> None:
    assert "520 at most" in run("stats", "--weeks", "521").err
    assert run("stats", "--weeks", "520").code == 0
    assert "not a whole number" in run("stats", "--weeks", "0").err
