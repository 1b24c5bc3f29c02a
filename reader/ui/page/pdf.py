"""Fetch the PDFs of papers, and open one in a viewer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader import paths
from reader.core.ids import pdf_url
from reader.ui.page.pdf_fetcher import PdfFetcher
from reader.ui.query.actions import NOTHING_IS_FETCHED
from reader.ui.shell.handlers import handles
from reader.ui.shell.services import Services

if TYPE_CHECKING:
    from reader.core.paper import Paper

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
            self._model.show_notice(f"no PDF of these {len(papers):,} papers is missing")

    async def _end(self, file: Path, _begun: str) -> None:
        if self._fetcher.is_idle:
            self._model.show_outcome(f"the PDFs are in {_from_home(file.parent)}")

    def _file(self, paper: Paper) -> Path:
        from reader.actions.pdf_files import pdf_file, pdf_folder

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
