"""PDFs: whole under their name or not there, also after a break, and no page in their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.core.errors import FeedMalformed, FeedOffline, FeedUnreachable, NoFullText, ReaderError
from reader.feeds.fulltext import pdf_client as pdf
from reader.feeds.fulltext.pdf_client import PdfClient
from reader.feeds.http import HostBusy, Limits
from tests.feed_server import FeedServer
from tests.feeds.servers import Nap

ID = "2605.00001"
PDF = b"%PDF-1.5\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
QUICK = Limits(connect_timeout=2, read_timeout=2, total_timeout=5, attempts=3, backoff=1)
PATH = f"/pdf/{ID}"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        made.pages[PATH] = PDF
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "papers" / "a.pdf"


async def fetch(server: FeedServer, file: Path, id: str = ID, *, offline: bool = False) -> list[tuple[int, int | None]]:
    client = PdfClient(server.url, offline=offline, limits=QUICK, sleep=Nap())
    told: list[tuple[int, int | None]] = []
    try:
        await client.fetch(id, file, lambda done, total: told.append((done, total)))
    finally:
        await client.aclose()
    return told


def left(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir())


async def test_a_pdf_comes_whole_and_leaves_nothing_beside_it(server: FeedServer, file: Path) -> None:
    told = await fetch(server, file)
    assert (file.read_bytes(), left(file), told[-1]) == (PDF, ["a.pdf"], (len(PDF), len(PDF)))


async def test_a_break_is_tried_again_and_leaves_nothing(server: FeedServer, file: Path) -> None:
    server.faults += ["cut:1000", "cut:2000"]
    await fetch(server, file)
    assert (file.read_bytes(), left(file)) == (PDF, ["a.pdf"])
    server.faults += ["cut:1000"] * 3
    with pytest.raises(FeedUnreachable, match="broke"):
        await fetch(server, file)
    assert (file.read_bytes(), left(file)) == (PDF, ["a.pdf"])


async def test_another_file_in_its_place_is_not_kept(server: FeedServer, file: Path) -> None:
    for page, said in (
        (b"<!DOCTYPE html><body>Are you human?</body>" * 20, "arXiv sent a page instead of the PDF; try again later."),
        (PDF[:499], "arXiv sent another file instead of the PDF; try again later."),
        (PDF[: len(PDF) // 2], "arXiv sent only part of the PDF; try again later."),
    ):
        server.pages[PATH] = page
        with pytest.raises(FeedMalformed) as failure:
            await fetch(server, file)
        assert (str(failure.value), left(file)) == (said, [])
    server.pages[PATH] = PDF[:490] + b"%%EOF\n\n\n\n\n"
    await fetch(server, file)
    assert file.read_bytes() == server.pages[PATH]


async def test_a_busy_host_a_missing_pdf_and_offline_mode_are_named(server: FeedServer, file: Path) -> None:
    server.faults += ["error:406", "error:429", "error:406"]
    with pytest.raises(HostBusy, match="is too busy"):
        await fetch(server, file)
    with pytest.raises(NoFullText, match=r"arXiv has no PDF of 2605\.00009"):
        await fetch(server, file, "2605.00009")
    with pytest.raises(FeedOffline):
        await fetch(server, file, offline=True)
    assert left(file) == []


async def test_a_folder_that_is_none_is_told(server: FeedServer, file: Path) -> None:
    file.parent.write_text("")
    with pytest.raises(ReaderError, match="can't be written"):
        await fetch(server, file)


async def test_a_pdf_has_a_size_limit(server: FeedServer, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LARGEST", 5_000)
    with pytest.raises(FeedMalformed, match="larger than"):
        await fetch(server, file)
    assert left(file) == []
