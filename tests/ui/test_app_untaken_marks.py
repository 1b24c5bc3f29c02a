"""A mark that does not count is not shown, and the reader says what helps."""

from __future__ import annotations

import time
from contextlib import closing
from zlib import compress

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from tests.ui.conftest import Opener


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_a_star_that_does_not_go_stays_drawn_and_the_last_line_says_what_helps(
    reader: Opener, size: tuple[int, int]
) -> None:
    async with reader(size=size) as r:
        paper = r.here.id
        far = int(time.time() * 1000) + 3_000 * 86_400_000
        with closing(Events.open(r.file)) as events:
            events.join([Entry("0" * 24, "b" * 12, 1, far, "star", "1", 1, compress(paper.encode()))])
        await r.do("paper.star")
        assert r.here.starred
        for _ in range(2):
            await r.do("paper.star")
            await r.until(lambda: "cache repair" in r.status)
            assert r.here.starred
            assert "unstarred" not in r.status
