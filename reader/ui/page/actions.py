"""The actions on a paper: its page, links, copies and PDFs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader import paths
from reader.core.errors import ReaderError
from reader.core.ids import pdf_url
from reader.core.paper import Paper
from reader.core.paper_row import PaperRow
from reader.ui.full_text.state import TEXT
from reader.ui.page.screen import text_in_front
from reader.ui.page.state import PAGE, READING, is_triaging
from reader.ui.shell.controller import Controller, Moment, answers, follows, handles
from reader.ui.shell.state import NOTHING_IS_FETCHED, State

if TYPE_CHECKING:
    from reader.actions.links import Link
    from reader.refresh.lines import Line
    from reader.ui.app import ReaderApp


class PageActions(Controller):
    """Open the highlighted paper full screen, and read on."""

    @handles("read.open")
    def open(self, _count: int | None = None) -> None:
        self._show()

    @answers("passage")
    def read_highlight(self, place: int) -> None:
        if self._model.state[PAGE] is None:
            self._show()
        if self._model.state[PAGE] is not None:
            self._app.full_text_actions.open_at_highlight(place)

    def follow(self) -> None:
        if self._model.state[PAGE] is not None:
            self._show()

    @follows(lambda state: (state.marks_version, state.cache_version))
    def renew(self, state: State) -> None:
        """Read the page's paper from the cache again, even if it left the list."""
        page = state[PAGE]
        if page is not None:
            # Keys for marks read the state of a paper from its row, and the list is not reloaded until the page closes.
            self._app.papers.renew()
            reading = self._app.detail_loader.read_page(page.key)
            if reading is not None:
                reading = reading._replace(number=page.number, fetching=page.fetching)
                self._model.change(self._model.state.put(PAGE, reading))

    def _show(self) -> None:
        state = self._model.state
        reading = self._app.detail_loader.read_page(state.highlighted)
        if reading is None:
            return
        is_new = state.front_paper != reading.key
        self._model.change(state.put(PAGE, reading._replace(number=self._app.papers.cursor + 1)))
        if is_new and not is_triaging(state):
            self._app.mark_actions.finish_reading(reading.key)

    @handles("text.places")
    def read_places(self, _count: int | None) -> None:
        """Open the full text at the searched words, or at the first highlight."""
        state = self._model.state
        shown, words = state[PAGE] or state[READING], state.listing.text_words
        if shown is not None and words and self._library.text(shown.key) is not None:
            if state[PAGE] is None:
                self._show()
            self._app.full_text_actions.open_at(max(words, key=len))
        elif shown is not None and shown.paper.highlights:
            self.read_highlight(0)
        elif words:
            self._model.show_notice("the full text of this paper is not stored")
        else:
            self._model.show_notice("search for words first: this key opens the full text where they occur")

    @handles("read.down", "read.up", step=1)
    def scroll(self, lines: int) -> None:
        if self._model.state[TEXT] is not None:
            self._app.full_text_actions.scroll(lines)
            return
        text = text_in_front(self._app)
        if text is not None:
            text.scroll_lines(lines)

    @handles("read.on")
    def read_on(self, _count: int | None) -> None:
        """Scroll a page down; at the end of the page, mark the paper read and go to the next unread one."""
        if self._model.state[TEXT] is not None:
            self._app.full_text_actions.read_on()
            return
        text = text_in_front(self._app)
        if text is None:
            self.open()
        elif text.scroll_lines(max(1, text.size.height - 1)):
            pk = self._model.state.highlighted
            if pk is not None:
                self._app.mark_actions.finish_reading(pk)
            self.go_to_unread(1)

    @handles("read.next", "read.previous", step=1)
    def turn(self, by: int) -> None:
        if self._app.papers.move(by):
            self.follow()
        else:
            self._model.show_notice(
                "this is the last paper in the list" if by > 0 else "this is the first paper in the list"
            )

    def go_to_unread(self, direction: int) -> bool:
        is_found = self._app.papers.next_where(is_unread, direction)
        if is_found:
            self.follow()
        else:
            self._model.show_notice("no unread paper below" if direction > 0 else "no unread paper above")
        return is_found


def is_unread(row: PaperRow) -> bool:
    return not row.read and not row.hidden


MAX_OPENED_PAGES = 12


class LinkActions(Controller):
    """Open the links of the selected papers, or of the highlighted one."""

    @handles("link.page")
    def open_web_pages(self, _count: int | None) -> None:
        from reader.actions.links import links

        pks = self._model.state.targets
        if len(pks) > MAX_OPENED_PAGES:
            self._model.show_notice(f"{len(pks):,} papers are too many to open at once", "warning")
            return
        papers = [paper for pk in pks if (paper := self._library.paper(pk)) is not None]
        urls = [link.url for paper in papers for link in links(paper) if link.letter == "o"]
        if papers and not urls:
            self._model.show_notice("this paper has no web page")
        for url in urls:
            self.browse(url)

    @handles("link.list")
    def choose_link(self, _count: int | None) -> None:
        from reader.actions.links import LINKED, link_choices, links, repository_links

        highlighted = self._model.state.highlighted
        paper = self._library.paper(highlighted)
        if paper is None:
            return
        urls = {link.letter: link.url for link in links(paper)}
        linked = repository_links(self._library.belongings(highlighted).community.repositories)
        choices = (*link_choices(paper), *(kind for kind in LINKED.values() if kind[0] in linked))

        def act(letter: str) -> None:
            if letter in urls:
                self.browse(urls[letter])
            else:
                self._choose_repository(linked[letter])

        if choices:
            self._app.keyboard.ask_letter("open", choices, act)
        else:
            self._model.show_notice("this paper has no links")

    def _choose_repository(self, links: Sequence[Link]) -> None:
        if len(links) == 1:
            self.browse(links[0].url)
            return
        urls = {link.letter: link.url for link in links}
        names = [(link.letter, link.name) for link in links]
        self._app.keyboard.ask_letter("open", names, lambda letter: self.browse(urls[letter]))

    @answers("link")
    def browse(self, url: str) -> None:
        self._background.start("browser", partial(self._browse, url))

    async def _browse(self, url: str) -> None:
        from reader.actions.links import find_browser, open_url, safe_url, takes_terminal

        safe = safe_url(url)
        if safe and self._app.open_in_browser(safe):
            self._model.show_notice(f"opening {safe}")
            return
        browser = await asyncio.to_thread(find_browser)
        if browser is None:
            self._copy(url, "no browser was found")
            return
        self._model.show_notice(f"opening {safe_url(url) or url}")
        if takes_terminal(browser):
            with self._app.suspend():
                is_open = open_url(url)
        else:
            is_open = await asyncio.to_thread(open_url, url)
        if not is_open:
            self._copy(url, "the browser did not start")

    def _copy(self, text: str, reason: str = "") -> None:
        """Copy text to the terminal's clipboard, and report it, since some terminals ignore it."""
        self._app.copy_to_clipboard(text)
        self._model.show_notice(f"{reason} · copied {text}" if reason else f"copied {text}")


MAX_COPIED = 100
"""Maximum papers copied at once, which are read in 10 ms; many terminals take no more than 75 KB."""

MAX_REPEATED_CHARACTERS = 100
"""Maximum characters of a copied text that is repeated in the notice."""


class CopyActions(Controller):
    """Copy links, ids, titles, BibTeX, Markdown, abstracts and citations."""

    @handles("link.copy")
    def copy_link(self, _count: int | None) -> None:
        self._copy("l", self._model.state.targets)

    @handles("link.copy_as")
    def choose(self, _count: int | None) -> None:
        from reader.actions.export import COPIES

        pks = self._model.state.targets
        if pks:
            label = "copy" if len(pks) == 1 else f"copy {len(pks):,} papers"
            choices = [(letter, form.name) for letter, form in COPIES.items()]
            self._app.keyboard.ask_letter(label, choices, lambda letter: self._copy(letter, pks))

    def _copy(self, letter: str, pks: tuple[int, ...]) -> None:
        if len(pks) > MAX_COPIED:
            key = self._keymap.key("command.open")
            way = f" · {key}export FILE writes them" if key else ""
            self._model.show_notice(f"{len(pks):,} papers are too many for the clipboard{way}", "warning")
        elif pks:
            self._background.start("copy", partial(self._copy_papers, letter, pks), exclusive=True)

    async def _copy_papers(self, letter: str, pks: tuple[int, ...]) -> None:
        from reader.actions.citations import CitationKeys
        from reader.actions.export import COPIES
        from reader.cache.reads.exports import citable_papers_of

        papers = [paper for paper in map(self._library.paper, pks) if paper is not None]
        form = COPIES[letter]
        name = form.name
        # BibTeX has an import that takes a tenth of a second.
        keys = CitationKeys(self._app.settings.citation_key, all_papers=partial(citable_papers_of, self._library.path))
        text = await asyncio.to_thread(form.text, papers, keys)
        self._app.copy_to_clipboard(text)
        if len(papers) == 1:
            copied = text if len(text) <= MAX_REPEATED_CHARACTERS and "\n" not in text else f"the paper's {name}"
        else:
            copied = f"{name} of {len(papers):,} papers"
        self._model.show_notice(f"copied {copied}" if text else f"this paper has no {name}")


# PDFs


class PdfActions(Controller):
    """Open a paper's PDF, fetching it first if needed; one PDF is fetched at a time, and the newest request counts."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._fetched_id = ""
        """The id of the paper whose PDF is being fetched; empty if there is none."""

    @handles("link.pdf")
    def open_pdf(self, _count: int | None) -> None:
        targets = self._model.state.targets
        if len(targets) > 1:
            self._model.show_notice(f"{len(targets):,} papers are selected, and only one PDF is opened at a time")
            return
        paper = self._library.paper(targets[0]) if targets else None
        if paper is None:
            return
        if paper.id == self._fetched_id:
            self._model.show_notice(f"the PDF of {paper.id} is already being fetched")
        else:
            self._worker = self._background.start("pdf", partial(self._open_or_fetch, paper), exclusive=True)

    async def _open_or_fetch(self, paper: Paper) -> None:
        file = await asyncio.to_thread(self._file, paper)
        if await asyncio.to_thread(file.exists):
            await self._open(file)
        elif pdf_url(paper.id) is None:
            links = self._keymap.key("link.list")
            self._model.show_notice(f"this paper has no arXiv id, so no PDF can be found · {links} lists its links")
        elif self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        else:
            await self._fetch(paper.id, file)

    async def _fetch(self, id: str, file: Path) -> None:
        from reader.refresh.lines import job

        begun = f"fetching the PDF of {id} · {self._keymap.key('app.escape')} stops"
        self._model.show_notice(begun)
        self._fetched_id = id
        self._progress("")
        try:
            fetching = job("pdf", id=id, path=str(file))
            await self._app.run_job(fetching, lambda line: self._progress(_progress_text(line)))
        except ReaderError as error:
            page = f"{self._keymap.key('link.list')}p opens it in the browser"
            self._model.show_outcome(f"{str(error).rstrip('.')} · {page}", "warning", begun)
            return
        finally:
            if self._fetched_id == id:
                self._end()
        await self._open(file, begun)

    def stop_at(self, moment: Moment) -> bool:
        """Stop fetching, and return whether a PDF was being fetched."""
        if moment != "escape" or not self._fetched_id or self._worker is None:
            return False
        self._worker.cancel()
        self._end()
        self._model.show_notice(f"the PDF was stopped · {self._keymap.key('link.pdf')} fetches it again")
        return True

    def _end(self) -> None:
        self._fetched_id = ""
        self._model.change(self._model.state.busy_with(""))

    def _progress(self, progress: str) -> None:
        self._model.change(self._model.state.busy_with(f"PDF {progress}".rstrip()))

    def _file(self, paper: Paper) -> Path:
        from reader.actions.links import pdf_file, pdf_folder

        return pdf_file(paper, pdf_folder(self._app.settings.pdf_folder, paths.config_file()))

    async def _open(self, file: Path, begun: str = "") -> None:
        """Open a file in a viewer, or report its path; `begun` is the notice to replace."""
        from reader.actions.programs import NoViewer, find_viewer, open_file, takes_terminal

        opening = f"opening {file.name}"
        try:
            viewer = await asyncio.to_thread(find_viewer, self._app.settings.pdf_viewer, os.environ)
            self._model.show_outcome(opening, begun=begun)
            if takes_terminal(viewer):
                with self._app.suspend():
                    open_file(viewer, file)
            else:
                await asyncio.to_thread(open_file, viewer, file)
        except NoViewer as reason:
            self._app.copy_to_clipboard(str(file))
            self._model.show_outcome(f"{file} · copied · {reason}", "warning", begun or opening)


def _progress_text(line: Line) -> str:
    match line:
        case {"step": "pdf", "bytes": received, "total": total} if total:
            return f"{100 * received // total} %"
        case {"step": "pdf", "bytes": received}:
            return f"{received / 1e6:.1f} MB"
        case {"step": "wait", "seconds": seconds, "why": why}:
            return f"{why}, {seconds:.0f} s"
    return ""
