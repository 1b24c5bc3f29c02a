"""The feed's own search, from a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import DAYS, Run, Session
from tests.feed_server import FeedServer, item

LONG = item("2605.00009", "A title that is longer than the eighty columns of a usual terminal \x1b[31m", "2026-05-11")


@pytest.fixture(autouse=True)
def feed(papers: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    with FeedServer(DAYS | {"2026-05-11": [LONG]}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def test_what_the_feed_finds_is_printed_and_stored_where_it_is_wanted(session: Session) -> None:
    session(
        """
        $ search web agents
          2606.00001  2026-06-29 Where do web agents lose their way?
        $ search title longer
        + 2605.00009  2026-05-11 A title that is longer than the eighty columns of a usual terminal
        @ search title longer
        + 2605.00009  2026-05-11 A title that is longer than the eighty columns of a u…
        $ search title longer -n 1 --jsonl
        {"id": "2605.00009", "title": "A title that is longer than the eighty columns of a usual terminal", "abstract": "We look at A title that is longer than the eighty columns of a usual terminal and find that it holds.", "day": "2026-05-11", "published": "2026-05-08", "authors": ["Ada Example", "Bo Sample"], "upvotes": 5, "in_cache": false}
        $ search title -n 1 --add
        + 2605.00009  2026-05-11 A title that is longer than the eighty columns of a usual terminal
        ! 1 paper added.
        $ search verifiers --add -q
          2606.00003  2026-06-29 Small verifiers, long horizons
        $ count id:2605.00009
        1
        $ search title longer
          2605.00009  2026-05-11 A title that is longer than the eighty columns of a usual terminal
        $ search xylophone
        ! The feed finds nothing.
        $ search xylophone -q
        $ search xylophone --add --jsonl
        ! The feed finds nothing.
        $ search "👍 ?"
        2! dailypapers: “👍 ?” has no letter or digit to search for.
        """  # noqa: E501
    )


def test_requests_are_printed_where_they_are_asked_for(run: Run, feed: FeedServer) -> None:
    said = run("search", "agents", "-v").err
    assert re.sub(r"\d\d:\d\d:\d\d|\d+ (bytes|ms)|[\d.]+ s", "N", said.replace(feed.url, "FEED")) == (
        "N GET FEED/api/papers/search?q=agents&limit=100 200, N in N\n"
    )
