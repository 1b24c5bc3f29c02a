"""Full texts and PDFs over HTTP: from the first host that has one, and what each fault comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.config import Settings
from reader.core.errors import FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable, NoFullText, ReaderError
from reader.feeds.fulltext import pdf_client as pdf
from reader.feeds.fulltext.client import PageTexts, open_text_sources
from reader.feeds.fulltext.pdf_client import PdfTexts
from reader.feeds.http import HostBusy, Limits
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.feeds.servers import Nap
from tests.table import each

ID = "2605.00001"


HUB, LOCAL = "https://huggingface.co", "http://127.0.0.1:9"


QUICK = Limits(read_timeout=1, total_timeout=2, body_size=1_000_000, attempts=3, backoff=3, longest_wait=10)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as feed:
        feed.pages[f"/html/{ID}"] = pages.PAGE.encode()
        yield feed


@pytest.fixture
async def site(server: FeedServer, nap: Nap) -> AsyncIterator[PageTexts]:
    opened = PageTexts(server.url, limits=QUICK)
    opened.sleep = nap
    yield opened
    await opened.aclose()


async def test_a_page_is_read_and_another_page_in_its_place_is_not_asked_for_again(
    site: PageTexts, server: FeedServer
) -> None:
    assert (await site.text(ID)).version == 3
    assert [request.headers["Accept"][:9] for request in server.requests] == ["text/html"]
    server.pages = {f"/html/{ID}": pages.NO_HTML.encode()}
    for id, expected in (
        (ID, "arXiv has no HTML of it"),
        ("2605.00009", "127.0.0.1 has no HTML of it"),
        ("page:0123456789ab", "127.0.0.1 has no HTML of it"),
    ):
        with pytest.raises(NoFullText, match=f"^{expected}$"):
            await site.text(id)
    assert len(server.requests) == 3


async def test_a_redirect_to_the_abstract_means_that_there_is_none(site: PageTexts, server: FeedServer) -> None:
    for target in (f"/abs/{ID}", f"https://arxiv.org/abs/{ID}"):
        server.faults.append(f"redirect:{target}")
        with pytest.raises(NoFullText, match="has no HTML of it"):
            await site.text(ID)
    server.faults.append("redirect:https://elsewhere.example/html")
    with pytest.raises(FeedRefused, match="redirected to elsewhere"):
        await site.text(ID)


@each(
    ("wanted", "endpoint", "stand_in", "names"),
    [
        (Settings().full_text_from, HUB, "", ["arxiv.org", "ar5iv.labs.arxiv.org", "pdf"]),
        (("https://mirror.example",), HUB, "", ["mirror.example"]),
        ((), HUB, "", []),
        # A local feed asks nothing of the internet.
        (("https://arxiv.org", "pdf"), LOCAL, "", []),
        (("https://arxiv.org", "pdf"), LOCAL, "http://127.0.0.1:8", ["127.0.0.1", "pdf"]),
    ],
)
def test_the_settings_name_the_hosts_and_their_order(
    wanted: tuple[str, ...], endpoint: str, stand_in: str, names: list[str]
) -> None:
    settings = replace(Settings(), full_text_from=wanted, endpoint=endpoint)
    sources = open_text_sources(settings, environ={"ARXIV_ENDPOINT": stand_in})
    assert [source.name for source in sources] == names


async def test_offline_nothing_is_asked() -> None:
    for source in open_text_sources(Settings(), environ={"HF_HUB_OFFLINE": "1"}):
        with pytest.raises(FeedOffline):
            await source.text(ID)
        await source.aclose()


# PDFs

PDF_ID = "2605.00001"
PDF = b"%PDF-1.5\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
PDF_LIMITS = Limits(read_timeout=2, total_timeout=5, attempts=3, backoff=1)
PATH = f"/pdf/{PDF_ID}"


@pytest.fixture
def pdf_server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        made.pages[PATH] = PDF
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "papers" / "a.pdf"


async def fetch(
    pdf_server: FeedServer, file: Path, id: str = PDF_ID, *, offline: bool = False
) -> list[tuple[int, int | None]]:
    client = PdfTexts(pdf_server.url, offline=offline)
    client.limits, client.sleep = PDF_LIMITS, Nap()
    progress: list[tuple[int, int | None]] = []
    try:
        await client.fetch(id, file, lambda done, total: progress.append((done, total)))
    finally:
        await client.aclose()
    return progress


def left(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir())


async def test_a_pdf_comes_whole_and_leaves_nothing_beside_it(pdf_server: FeedServer, file: Path) -> None:
    output = await fetch(pdf_server, file)
    assert (file.read_bytes(), left(file), output[-1]) == (PDF, ["a.pdf"], (len(PDF), len(PDF)))


async def test_an_interrupted_download_is_retried_and_leaves_no_file(pdf_server: FeedServer, file: Path) -> None:
    pdf_server.faults += ["cut:1000", "cut:2000"]
    await fetch(pdf_server, file)
    assert (file.read_bytes(), left(file)) == (PDF, ["a.pdf"])
    pdf_server.faults += ["cut:1000"] * 3
    with pytest.raises(FeedUnreachable, match="broke"):
        await fetch(pdf_server, file)
    assert (file.read_bytes(), left(file)) == (PDF, ["a.pdf"])


async def test_another_file_in_its_place_is_not_kept(pdf_server: FeedServer, file: Path) -> None:
    for page, expected in (
        (b"<!DOCTYPE html><body>Are you human?</body>" * 20, "arXiv sent a page instead of the PDF; try again later."),
        (PDF[:499], "arXiv sent another file instead of the PDF; try again later."),
        (PDF[: len(PDF) // 2], "arXiv sent only part of the PDF; try again later."),
    ):
        pdf_server.pages[PATH] = page
        with pytest.raises(FeedMalformed) as failure:
            await fetch(pdf_server, file)
        assert (str(failure.value), left(file)) == (expected, [])
    pdf_server.pages[PATH] = PDF[:490] + b"%%EOF\n\n\n\n\n"
    await fetch(pdf_server, file)
    assert file.read_bytes() == pdf_server.pages[PATH]


async def test_a_busy_host_a_missing_pdf_and_offline_mode_are_named(pdf_server: FeedServer, file: Path) -> None:
    pdf_server.faults += ["error:406", "error:429", "error:406"]
    with pytest.raises(HostBusy, match="is too busy"):
        await fetch(pdf_server, file)
    with pytest.raises(NoFullText, match=r"arXiv has no PDF of 2605\.00009"):
        await fetch(pdf_server, file, "2605.00009")
    with pytest.raises(FeedOffline):
        await fetch(pdf_server, file, offline=True)
    assert left(file) == []


async def test_a_path_that_is_not_a_folder_is_reported(pdf_server: FeedServer, file: Path) -> None:
    file.parent.write_text("")
    with pytest.raises(ReaderError, match="can't be written"):
        await fetch(pdf_server, file)


async def test_a_pdf_has_a_size_limit(pdf_server: FeedServer, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PDF_BYTES", 5_000)
    with pytest.raises(FeedMalformed, match="larger than"):
        await fetch(pdf_server, file)
    assert left(file) == []
