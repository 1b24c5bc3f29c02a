"""Marks from a script: what they change and what is printed."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from zlib import compress

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from tests.commands.conftest import IDS, Run, Session


def test_marks_change_papers_and_say_how_many(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read 2606.26740
        1 paper marked read. 'dailypapers undo' takes it back.
        $ mark unread 2606.26740 --jsonl
        {"mark": "unread", "papers": 1, "changed": 1, "dry_run": false}
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ mark unstar 2606.26740
        1 paper marked unstarred. 'dailypapers undo' takes it back.
        $ mark unstar 2606.26740 --jsonl
        {"mark": "unstar", "papers": 1, "changed": 0, "dry_run": false}
        $ mark hide --query "agents OR verifiers"
        4 papers marked hidden. 'dailypapers undo' takes it back.
        $ count
        2
        $ mark unhide --query "agents OR memory"
        3 papers marked no longer hidden. 'dailypapers undo' takes it back.
        $ count is:hidden
        1
        $ undo
        Taken back: 3 papers no longer hidden.
        $ mark unqueue 2606.26740
        Nothing to change: 1 paper is not queued.
        $ mark queue 2606.26740
        1 paper marked queued. 'dailypapers undo' takes it back.
        $ mark unqueue 2606.26740
        1 paper marked no longer queued. 'dailypapers undo' takes it back.
        """
    )


def test_a_mark_that_does_not_count_says_so_until_a_repair(run: Run, papers: Path) -> None:
    far = int(time.time() * 1000) + 3_000 * 86_400_000
    with closing(Events.open(papers)) as events:
        events.join([Entry("0" * 24, "b" * 12, 1, far, "star", "1", 1, compress(IDS[0].encode()))])
    for _ in range(2):
        said = run("mark", "unstar", IDS[0])
        assert (said.code, said.out) == (1, "")
        assert "That stays as it was: a mark dated " in said.err
        assert "Run 'dailypapers cache repair'" in said.err
        assert run("count", "is:starred").out == "1\n"
    assert "days ahead" in run("cache", "verify").out
    assert run("cache", "repair").code == 0
    assert run("count", "is:starred").out == "0\n"
    assert run("mark", "star", IDS[0]).out.startswith("1 paper marked starred")
    assert run("cache", "verify").code == 0
