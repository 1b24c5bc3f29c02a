"""Similar papers on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run, Session


@pytest.mark.usefixtures("own_words")
def test_similar_prints_papers_and_what_they_share(session: Session, papers: Path) -> None:
    session(
        """
        $ similar arxiv.org/abs/2606.30616
        2606.28480	2026-06-30	36	2	unread	A benchmark of terminal agents 中文標題	shares agents, look, find; 2 authors
        2606.00001	2026-06-29	7	2	unread	Where do web agents lose their way?	shares agents, look, find; 2 authors
        2606.26740	2026-06-30	57	2	unread	LiveEdit: Streaming Video Editing	shares look, find, holds; 2 authors
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons	shares look, find, holds
        @ similar 2606.30616
        ● 2606.28480   36  2026-06-30  A benchmark of terminal agents 中文…   evaluation
          shares agents, look, find; 2 authors
        ● 2606.00001    7  2026-06-29  Where do web agents lose their way?        agents
          shares agents, look, find; 2 authors
        ● 2606.26740   57  2026-06-30  LiveEdit: Streaming Video Edit…  video-generation
          shares look, find, holds; 2 authors
        ● 2606.00003    9  2026-06-29  Small verifiers, long horizons          reasoning
          shares look, find, holds
        $ similar 2606.30616 -n 1 --jsonl=id,like
        {"id": "2606.28480", "like": {"words": ["agents", "look", "find"], "authors": ["Ada Example", "Bo Sample"], "topics": ["Agents & tools"], "why": "shares agents, look, find; 2 authors"}}
        $ similar 2606.00001 --query sort:-upvotes -q
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons	shares look, find, holds
        2606.28480	2026-06-30	36	2	unread	A benchmark of terminal agents 中文標題	shares agents, look, find; 2 authors
        2606.30616	2026-06-30	55	2	unread	Agents that write their own tools	shares agents, look, find; 2 authors
        2606.26740	2026-06-30	57	2	unread	LiveEdit: Streaming Video Editing	shares look, find, holds; 2 authors
        $ similar 2606.00001 --newer
        ! No other paper here is similar.
        $ similar 2606.00003 --query upvotes:>999
        ! No other paper here is similar.
        $ similar 2606.00003 --query upvotes:>999 -q
        """  # noqa: E501
    )


def test_list_takes_like_in_a_query(run: Run, papers: Path) -> None:
    listed = run("list", "like:2606.30616", "--json")
    assert listed.records[0]["like"]["why"].startswith("shares agents")
    assert "like" not in run("list", "--json", "-n", "1").records[0]
    assert run("list", "--json=like", "-n", "1").records[0]["like"]["why"] is None
    missing = run("list", "like:2606.99999")
    assert missing.code == 1 and "not in the cache" in missing.err
    assert run("count", "--", "-like:2606.30616").code == 2
