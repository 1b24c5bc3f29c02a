"""PDFs in the reader: fetched with progress, opened, stopped, and where they are if nothing can show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.ui.refresh.refresher import Refresher
from tests.actions.test_programs import add_program
from tests.feed_server import FeedServer
from tests.ui.conftest import Opener
from tests.ui.driver import settings

PDF = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
FIRST, SECOND = "2605.00400", "2605.00401"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose user sits at a screen and has a viewer, which notes what it opens."""
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("SSH_CONNECTION", "SSH_TTY", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    add_program(tmp_path / "bin", "viewer", f'#!/bin/sh\necho "$1" >> {tmp_path}/opened')
    return tmp_path


def opened(home: Path) -> list[str]:
    file = home / "opened"
    return [Path(line).name for line in file.read_text().splitlines()] if file.exists() else []


async def test_p_fetches_and_opens_and_then_only_opens(
    reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings(pdf_folder="pdfs", pdf_viewer=(str(home / "bin" / "viewer"),))
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        feed.pages = {f"/pdf/{id}": PDF for id in (FIRST, SECOND)}
        async with reader(settings=own) as r:
            name = f"{FIRST} Slow Video Editing a Stream While It Plays, Frame by Frame.pdf"
            await r.do("link.pdf")
            await r.until(lambda: opened(home) == [name])
            await r.do("link.pdf")
            await r.until(lambda: opened(home) == [name, name])
            assert r.status == f"opening {name}"
            assert [one.path for one in feed.requests] == [f"/pdf/{FIRST}"]
            assert (home / "pdfs" / name).read_bytes() == PDF and r.app.state.activity == ""

            # What is asked for meanwhile waits; esc stops all of it.
            feed.fault = "hang"
            await r.do("move.down")
            await r.begin("p")
            await r.until(lambda: r.status == f"fetching the PDF of {SECOND} · esc stops")
            await r.begin("j", "p", "p")
            await r.until(lambda: r.status.endswith("is already being fetched"))
            await r.until(lambda: "PDF · 1 more" in r.top)
            await r.do("app.escape")
            assert r.status == "the PDF was stopped · p resumes it"
            assert r.app.state.activity == ""
            assert r[Refresher].stop() is False

            # Of several papers the missing ones are fetched, and none is opened.
            feed.fault = "ok"
            await r.do("move.up", "move.up", "select.all", "link.pdf")
            r.pass_notice()
            await r.until(lambda: r.status.startswith("the PDFs are in") or "has no PDF" in r.status)
            feed.pages |= {f"/pdf/{id}": PDF for id in r.ids}
            await r.do("link.pdf")
            r.pass_notice()
            await r.until(lambda: r.status == f"the PDFs are in {home / 'pdfs'}")
            assert len(list((home / "pdfs").glob("26*.pdf"))) == len(r.ids) and len(opened(home)) == 2
            await r.do("link.pdf")
            assert r.status == f"the PDFs of these {len(r.ids)} papers are all here"

            # It goes on afterwards, also from the page.
            await r.do("app.escape", "move.down", "read.open", "link.pdf")
            await r.until(lambda: len(opened(home)) == 3)
            assert opened(home)[-1].startswith(SECOND)


async def test_a_failure_names_the_way_out(reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        async with reader(settings=settings(pdf_folder="pdfs")) as r:
            await r.do("link.pdf")
            await r.until(lambda: r.status == f"arXiv has no PDF of {FIRST} · Lp opens it in the browser")
            assert r.app.state.activity == "" and not list((home / "pdfs").iterdir())


async def test_without_a_viewer_the_path_is_told_and_copied(
    reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    async with reader(settings=settings(pdf_folder="pdfs"), demo=True) as r:
        await r.do("link.pdf")
        assert r.status == "the sample: nothing is fetched"
        file = home / "pdfs" / f"{FIRST} old title.pdf"
        file.parent.mkdir()
        file.write_bytes(PDF)
        await r.do("link.pdf")
        said = f"~/pdfs/{file.name} · copied · over ssh it needs pdf_viewer"
        assert (r.status, r.app.clipboard) == (said, str(file))
