"""Similar papers on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import IDS, Run, RunOnTerminal
from tests.table import each


def test_similar_prints_papers_and_what_they_share(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    found = run("similar", "arxiv.org/abs/2606.30616")
    assert (found.code, found.err) == (0, "")
    first = found.lines[0].split("\t")
    assert first[0] in ("2606.28480", "2606.00001") and first[-1].startswith("shares agents")
    assert len(run("similar", "2606.30616", "-n", "1").lines) == 1
    ordered = run("similar", "2606.00001", "--query", "sort:-upvotes", "--json=upvotes,like").records
    assert [one["upvotes"] for one in ordered] == sorted(one["upvotes"] for one in ordered)
    assert ["agents" in one["like"]["words"] for one in ordered].count(True) == 2
    # All of them came out on the same day.
    assert run("similar", "2606.00001", "--newer").lines == []
    nothing = run("similar", "2606.00003", "--query", "upvotes:>999")
    assert (nothing.code, nothing.out) == (0, "") and "is similar" in nothing.err
    assert run("similar", "2606.00003", "--query", "upvotes:>999", "--quiet").err == ""
    shown = on_terminal("similar", "2606.30616").out
    assert "Where do web agents lose their way?" in shown and "  shares agents" in shown


def test_list_takes_like_in_a_query(run: Run, papers: Path) -> None:
    listed = run("list", "like:2606.30616", "--json")
    assert listed.records[0]["like"]["why"].startswith("shares agents")
    assert "like" not in run("list", "--json", "-n", "1").records[0]
    assert run("list", "--json=like", "-n", "1").records[0]["like"]["why"] is None
    missing = run("list", "like:2606.99999")
    assert missing.code == 1 and "not in the cache" in missing.err
    assert run("count", "--", "-like:2606.30616").code == 2


@each("query", ["is:unread", "submitter:akhaliq", "-tag:later"])
def test_a_query_where_an_id_should_be_is_pointed_out(run: Run, papers: Path, query: str) -> None:
    found = run("similar", "--", IDS[0], query)
    assert (
        found.code == 1
        and "That is a query, not an id; commands for several papers take one with --query." in found.err
    )
