"""PDFs: whole under their name or not there, resumed after a break, and no page in their place."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reader.core.errors import FeedMalformed, FeedOffline, FeedUnreachable, NoFullText, ReaderError
from reader.feeds.arxiv import pdf
from reader.feeds.arxiv.pdf import PdfClient
from reader.feeds.http.client import HostBusy
from reader.feeds.http.responses import Limits
from tests.feeds.servers import Nap

ID = "2605.00001"
PDF = b"%PDF-1.5\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
QUICK = Limits(connect_timeout=2, read_timeout=2, total_timeout=5, attempts=3, backoff=1)


class Server(ThreadingHTTPServer):
    """Serves one PDF; each request takes a fault from the list, such as the bytes after which it breaks off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = PDF
        self.tag = '"1"'
        self.faults: list[str | int] = []
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        server.ranges.append(self.headers["Range"])
        fault = server.faults.pop(0) if server.faults else ""
        if self.path != f"/pdf/{ID}":
            self.send_error(404)
            return
        if isinstance(fault, str) and fault.isdigit():
            self.send_response(int(fault))
            self.end_headers()
            return
        body, status, start = server.body, 200, 0
        if fault == "html":
            body = b"<!DOCTYPE html><body>Are you human?</body>" * 20
        elif fault == "small":
            body = b"%PDF-1.5"
        elif fault == "half":
            body = body[: len(body) // 2]
        elif (asked := re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")) and (
            self.headers["If-Range"] == server.tag
        ):
            start, status = int(asked[1]), 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", server.tag)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start + (fault == 'wrong')}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        self.wfile.write(body[start:][: fault if isinstance(fault, int) else None])
        if isinstance(fault, int):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "papers" / "a.pdf"


async def fetch(server: Server, file: Path, id: str = ID, *, offline: bool = False) -> list[tuple[int, int | None]]:
    client = PdfClient(server.url, offline=offline, limits=QUICK, sleep=Nap())
    told: list[tuple[int, int | None]] = []
    try:
        await client.fetch(id, file, lambda done, total: told.append((done, total)))
    finally:
        await client.aclose()
    return told


def left(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir())


async def test_a_pdf_comes_whole_and_leaves_nothing_beside_it(server: Server, file: Path) -> None:
    told = await fetch(server, file)
    assert file.read_bytes() == PDF
    assert left(file) == ["a.pdf"]
    assert told[-1] == (len(PDF), len(PDF))


async def test_a_break_is_resumed_at_once_and_later(server: Server, file: Path) -> None:
    server.faults = [1_000, 2_000, 500]
    with pytest.raises(FeedUnreachable, match="broke"):
        await fetch(server, file)
    assert left(file) == [".a.pdf.part", ".a.pdf.part.tag"]
    await fetch(server, file)
    assert file.read_bytes() == PDF
    assert server.ranges == [None, "bytes=1000-", "bytes=3000-", "bytes=3500-"]


async def test_another_version_begins_anew(server: Server, file: Path) -> None:
    server.faults = [1_000, 0, 0]
    with pytest.raises(FeedUnreachable):
        await fetch(server, file)
    server.body, server.tag = PDF.replace(b"PDF-1.5", b"PDF-1.7"), '"2"'
    await fetch(server, file)
    assert file.read_bytes() == server.body


@pytest.mark.parametrize(
    ("fault", "said"), [("html", "in place of the PDF"), ("small", "in place of the PDF"), ("half", "only a part")]
)
async def test_another_file_in_its_place_is_not_kept(server: Server, file: Path, fault: str, said: str) -> None:
    server.faults = [fault, fault, fault]
    with pytest.raises(FeedMalformed, match=said):
        await fetch(server, file)
    assert left(file) == []
    server.faults.clear()
    await fetch(server, file)
    assert file.read_bytes() == PDF


async def test_a_host_that_sends_next_to_nothing_is_left_and_what_came_is_kept(server: Server, file: Path) -> None:
    seconds = itertools.count(0, 40)
    client = PdfClient(server.url, limits=QUICK, sleep=Nap(), clock=lambda: float(next(seconds)))
    with pytest.raises(FeedUnreachable, match=r"only [\d,]+ bytes of the PDF in 30 s; what came is kept"):
        await client.fetch(ID, file)
    await client.aclose()
    assert left(file) == [".a.pdf.part", ".a.pdf.part.tag"]


async def test_a_wrong_part_is_not_joined(server: Server, file: Path) -> None:
    server.faults = [1_000, "wrong"]
    with pytest.raises(ReaderError, match="a part of the PDF that was not asked for"):
        await fetch(server, file)
    await fetch(server, file)
    assert file.read_bytes() == PDF


async def test_a_busy_host_a_missing_pdf_and_offline_mode_are_named(server: Server, file: Path) -> None:
    server.faults = ["406", "429", "406"]
    with pytest.raises(HostBusy, match="is too busy"):
        await fetch(server, file)
    with pytest.raises(NoFullText, match=r"arXiv has no PDF of 2605\.00009"):
        await fetch(server, file, "2605.00009")
    with pytest.raises(FeedOffline):
        await fetch(server, file, offline=True)
    assert left(file) == []


async def test_a_file_of_another_is_left_alone_and_so_is_the_folder(server: Server, file: Path) -> None:
    file.parent.mkdir(mode=0o755)
    with pdf._alone(file.with_name(".a.pdf.part")), pytest.raises(ReaderError, match="Another program is fetching"):
        await fetch(server, file)
    await fetch(server, file)
    assert file.parent.stat().st_mode & 0o777 == 0o755
    (file.parent / "file").write_text("")
    with pytest.raises(ReaderError, match="can't be written"):
        await fetch(server, file.parent / "file" / "a.pdf")


async def test_a_pdf_has_a_size_limit(server: Server, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LARGEST", 5_000)
    with pytest.raises(FeedMalformed, match="larger than"):
        await fetch(server, file)
