"""Fetch the PDFs of papers, and open one in a viewer."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkerError

from reader import paths
from reader.core.errors import ReaderError
from reader.core.ids import pdf_url
from reader.ui.shell.handlers import handles, stops
from reader.ui.shell.notices import NOTHING_IS_FETCHED
from reader.ui.shell.services import Services

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.refresh.jobs import Message


class _Wanted(NamedTuple):
    id: str
    file: Path
    then: Callable[[Path, str], Awaitable[None]]


class PdfFetcher:
    """The PDF that is being fetched, and those that wait for it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._run_job = services.app.run_job
        self._worker: Worker[None] | None = None
        self._wanted: deque[_Wanted] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being fetched and nothing waits."""
        return not self._wanted

    def begin(self, id: str, file: Path, then: Callable[[Path, str], Awaitable[None]]) -> None:
        """Fetch the PDF of a paper to `file`; `then` receives the file and what this has answered meanwhile."""
        if any(wanted.file == file for wanted in self._wanted):
            self._model.show_notice(f"the PDF of {id} is already being fetched")
            return
        self._model.show_notice(self._begun(id))
        self._wanted.append(_Wanted(id, file, then))
        if len(self._wanted) == 1:
            running = partial(self._run, self._worker)
            self._worker = self._services.background.start("pdf", running)
        self._progress("")

    @stops("escape")
    def stop(self) -> bool:
        """Stop fetching, and return whether there was anything to stop; what has come is kept for the next time."""
        if self._worker is None or not self._wanted:
            return False
        self._wanted.clear()
        self._worker.cancel()
        self._progress("")
        key = self._services.look.keymap.key("link.pdf")
        self._model.show_notice(f"the PDF was stopped · {key} resumes it")
        return True

    async def _run(self, before: Worker[None] | None) -> None:
        if before is not None:
            # It may still hold the file.
            with suppress(WorkerError):
                await before.wait()
        while self._wanted:
            wanted = self._wanted[0]
            try:
                await self._fetch(wanted)
            except ReaderError as error:
                self._end()
                self._model.show_outcome(self._failure(error), "warning", self._begun(wanted.id))
            except Exception:
                self._wanted.clear()
                self._progress("")
                raise
            else:
                self._end()
                opening = partial(wanted.then, wanted.file, self._begun(wanted.id))
                self._services.background.start("pdf", opening)

    async def _fetch(self, wanted: _Wanted) -> None:
        from reader.refresh.jobs import FetchPdf

        async with aclosing(self._run_job(FetchPdf(wanted.id, str(wanted.file)))) as messages:
            async for message in messages:
                self._progress(_progress_text(message))

    def _end(self) -> None:
        self._wanted.popleft()
        self._progress("")

    def _progress(self, progress: str) -> None:
        """Show the progress in the first line, with how many PDFs wait; nothing if there is none."""
        dot = self._services.look.glyphs.dot
        parts = (f"PDF {progress}".rstrip(), f"{len(self._wanted) - 1} more" if len(self._wanted) > 1 else "")
        text = f" {dot} ".join(filter(None, parts)) if self._wanted else ""
        self._model.change(self._model.state.busy_with(text))

    def _begun(self, id: str) -> str:
        """The answer to the key that asks for a PDF."""
        return f"fetching the PDF of {id} · {self._services.look.keymap.key('app.escape')} stops"

    def _failure(self, error: ReaderError) -> str:
        page = f"{self._services.look.keymap.key('link.list')}p opens it in the browser"
        return f"{str(error).rstrip('.')} · {page}"


def _progress_text(message: Message) -> str:
    """What a message says of the progress, short; empty for other messages."""
    from reader.refresh.jobs import PdfReceived, Waiting

    match message:
        case PdfReceived(done, total) if total:
            return f"{100 * done // total} %"
        case PdfReceived(done):
            return f"{done / 1e6:.1f} MB"
        case Waiting(seconds, why):
            return f"{why}, {seconds:.0f} s"
    return ""


MOST = 50
"""PDFs that one key fetches at most: arXiv is asked for one in three seconds."""


class PdfActions:
    """Open the PDF of a paper, which is fetched first if it is not there; the PDFs of several are only fetched."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._fetcher = services[PdfFetcher]
        self._app = services.app

    @handles("link.pdf")
    def open_pdf(self, _count: int | None) -> None:
        targets = self._model.take_targets()
        if len(targets) > MOST:
            self._model.show_notice(f"at most {MOST} PDFs at once · {len(targets):,} papers are selected")
            return
        papers = [paper for key in targets if (paper := self._services.library.paper_of(key)) is not None]
        if len(papers) == 1:
            self._services.background.start("pdf", partial(self._open_or_fetch, papers[0]))
        elif papers:
            self._services.background.start("pdf", partial(self._fetch_all, papers))

    async def _open_or_fetch(self, paper: Paper) -> None:
        file = await asyncio.to_thread(self._file, paper)
        if await asyncio.to_thread(file.exists):
            await self._open(file)
        elif pdf_url(paper.id) is None:
            links = self._services.look.keymap.key("link.list")
            self._model.show_notice(f"this paper has no arXiv id, so no PDF can be found · {links} lists its links")
        elif self._services.look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        else:
            self._fetcher.begin(paper.id, file, self._open)

    async def _fetch_all(self, papers: Sequence[Paper]) -> None:
        """Fetch those that are not there, and open none."""
        missing = await asyncio.to_thread(lambda: [(one.id, self._file(one)) for one in papers if pdf_url(one.id)])
        missing = [(id, file) for id, file in missing if not file.exists()]
        if missing and self._services.look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        for id, file in missing:
            self._fetcher.begin(id, file, self._end)
        if missing:
            stop = self._services.look.keymap.key("app.escape")
            self._model.show_notice(f"fetching {len(missing):,} of {len(papers):,} PDFs · {stop} stops")
        else:
            self._model.show_notice(f"none of the PDFs of these {len(papers):,} papers is missing")

    async def _end(self, file: Path, _begun: str) -> None:
        if self._fetcher.is_idle:
            self._model.show_outcome(f"the PDFs are in {_from_home(file.parent)}")

    def _file(self, paper: Paper) -> Path:
        from reader.actions.links import pdf_file, pdf_folder

        return pdf_file(paper, pdf_folder(self._services.settings.pdf_folder, paths.config_file()))

    async def _open(self, file: Path, begun: str = "") -> None:
        """Open a file where the user is; without a viewer say where it is. `begun` is what was answered before."""
        from reader.actions.programs import NoViewer, find_viewer, open_file, takes_terminal

        opening = f"opening {file.name}"
        if self._app.send_pdf(file):
            self._model.show_outcome(opening, begun=begun)
            return
        try:
            viewer = await asyncio.to_thread(find_viewer, self._services.settings.pdf_viewer, os.environ)
            self._model.show_outcome(opening, begun=begun)
            if takes_terminal(viewer):
                with self._app.suspend():
                    open_file(viewer, file)
            else:
                await asyncio.to_thread(open_file, viewer, file)
        except NoViewer as reason:
            self._app.copy_to_clipboard(str(file))
            self._model.show_outcome(f"{_from_home(file)} · copied · {reason}", "warning", begun or opening)


def _from_home(file: Path) -> str:
    """A path as a user writes it."""
    try:
        return f"~/{file.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(file)
