"""A host that refuses at random: a few tries, then a pause that grows and that all programs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.feeds.http.busy_host import PAUSES, Backoff, BusyHostClient, HostBusy
from reader.feeds.http.documents import Document
from reader.feeds.http.responses import Limits
from tests.feed_server import FeedServer
from tests.feeds.servers import Nap


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_pauses_grow_from_minutes_to_hours(tmp_path: Path) -> None:
    clock = Clock()
    backoff = Backoff(tmp_path / "x.busy", clock)
    assert backoff.left() == 0
    for pause in (*PAUSES, PAUSES[-1]):
        assert backoff.refuse() == pause
        # Another program, or this one after a new start, knows it.
        assert Backoff(tmp_path / "x.busy", clock).left() == pause
        # A second refusal in the same pause is no further one.
        clock.now += 1
        assert backoff.refuse() == pause - 1
        clock.now += pause
    backoff.answer()
    assert backoff.refuse() == PAUSES[0]


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    clock = Clock()
    backoff = Backoff(tmp_path / "x.busy", clock)
    backoff.refuse()
    clock.now -= 86_400
    assert backoff.left() == 0


@pytest.mark.parametrize("text", ["", "{", "[1]", "[null, 2]", '["x", "y"]', "[" * 300, "\x00"])
def test_a_broken_file_is_no_pause(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.busy"
    file.write_text(text)
    backoff = Backoff(file)
    assert backoff.left() == 0
    assert backoff.refuse() == PAUSES[0]


def test_without_a_file_or_a_folder_to_write_there_is_no_pause(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for backoff in (Backoff(None), Backoff(tmp_path / "file" / "x.busy")):
        assert backoff.refuse() == PAUSES[0]
        assert backoff.left() == 0
        backoff.answer()


def body(document: Document) -> bytes:
    return document.body or b""


@pytest.mark.parametrize("status", [406, 429, 503])
async def test_all_tries_refused_begin_a_pause_in_which_nothing_is_asked(tmp_path: Path, status: int) -> None:
    clock, nap = Clock(), Nap()
    with FeedServer() as server:
        server.pages["/x"] = b"text"

        def client() -> BusyHostClient:
            made = BusyHostClient(server.url, limits=Limits(attempts=3, backoff=3), sleep=nap)
            made.backoff = Backoff(tmp_path / "x.busy", clock)
            return made

        first, second = client(), client()
        server.faults += [f"error:{status}", f"error:{status}"]
        assert await first.document(f"{server.url}/x", body) == b"text"
        assert nap.taken[0] >= 2 and nap.taken[1] >= 4
        server.fault = f"error:{status}"
        with pytest.raises(
            HostBusy, match=rf"^127.0.0.1 is too busy to answer \({status}\); it is asked again in 5 min"
        ):
            await first.document(f"{server.url}/x", body)
        asked = len(server.requests)
        clock.now += 60
        with pytest.raises(HostBusy, match=r"^127.0.0.1 is too busy to answer; it is asked again in 4 minutes\.$"):
            await second.document(f"{server.url}/x", body)
        assert len(server.requests) == asked
        server.fault = "ok"
        clock.now += 300
        assert await second.document(f"{server.url}/x", body) == b"text"
        assert not (tmp_path / "x.busy").exists()
        await first.aclose()
        await second.aclose()


async def test_a_host_that_names_its_wait_is_heeded_as_before(tmp_path: Path) -> None:
    nap = Nap()
    with FeedServer() as server:
        server.pages["/x"] = b"text"
        client = BusyHostClient(server.url, limits=Limits(attempts=3), sleep=nap)
        client.backoff = Backoff(tmp_path / "x.busy")
        server.faults += ["limit_after:7"]
        assert await client.document(f"{server.url}/x", body) == b"text"
        assert nap.taken == [7]
        await client.aclose()
