"""Fetch the PDF of a paper, and open it in a viewer."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader import paths
from reader.core.ids import arxiv_id
from reader.ui.handlers.add import NOTHING_IS_FETCHED
from reader.ui.handlers.links import Terminal
from reader.ui.handlers.registry import handles
from reader.ui.work.pdf_fetcher import PdfFetcher
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.core.paper import Paper


class PdfActions:
    """Open the PDF of the highlighted paper, which is fetched first if it is not there."""

    def __init__(self, services: Services, fetcher: PdfFetcher, terminal: Terminal) -> None:
        self._services = services
        self._model = services.model
        self._fetcher = fetcher
        self._terminal = terminal

    @handles("link.pdf")
    def open_pdf(self, _count: int | None) -> None:
        paper = self._services.library.paper_of(self._model.state.highlighted)
        if paper is not None:
            self._services.background.start("pdf", partial(self._open_or_fetch, paper))

    async def _open_or_fetch(self, paper: Paper) -> None:
        from reader.actions.pdf_files import pdf_file, pdf_folder

        folder = pdf_folder(self._services.settings.pdf_folder, paths.config_file())
        file = await asyncio.to_thread(pdf_file, paper, folder)
        if await asyncio.to_thread(file.exists):
            await self._open(file)
        elif arxiv_id(paper.id) != paper.id:
            links = self._services.look.keymap.key("link.list")
            self._model.show_notice(f"this paper has no arXiv id, by which PDFs are found · {links} lists its links")
        elif self._services.look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        else:
            self._fetcher.begin(paper.id, file, self._open)

    async def _open(self, file: Path, begun: str = "") -> None:
        """Open a file where the user is; without a viewer say where it is. `begun` is what was answered before."""
        from reader.actions.viewer import NoViewer, find_viewer, open_file, takes_terminal

        opening = f"opening {file.name}"
        if self._terminal.send_pdf(file):
            self._model.show_outcome(opening, begun=begun)
            return
        try:
            viewer = await asyncio.to_thread(find_viewer, self._services.settings.pdf_viewer, os.environ)
            self._model.show_outcome(opening, begun=begun)
            if takes_terminal(viewer):
                with self._terminal.suspend():
                    open_file(viewer, file)
            else:
                await asyncio.to_thread(open_file, viewer, file)
        except NoViewer as reason:
            self._terminal.copy(str(file))
            self._model.show_outcome(f"{_from_home(file)} · copied · {reason}", "warning", begun or opening)


def _from_home(file: Path) -> str:
    """A path as a user writes it."""
    try:
        return f"~/{file.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(file)
