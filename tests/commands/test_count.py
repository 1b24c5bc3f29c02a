"""The number of papers that match a query."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run


def test_count_prints_the_bare_number(run: Run, papers: Path) -> None:
    assert run("count").out == "6\n"
    assert run("count", "agents", "-title:terminal").out == "2\n"
    assert run("count", "agents", "--json").json == {"query": "agents", "count": 3}
