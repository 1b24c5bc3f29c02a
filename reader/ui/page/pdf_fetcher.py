"""Fetch PDFs in the background: one at a time; those that are asked for meanwhile wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkerError

from reader.core.errors import ReaderError
from reader.ui.shell.handlers import stops
from reader.ui.shell.services import Services

if TYPE_CHECKING:
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
            self._model.show_notice(f"the PDF of {id} is on its way")
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
        self._model.show_notice(f"the PDF was stopped · {key} goes on where it was")
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
