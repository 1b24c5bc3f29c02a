"""Open links in the browser, and copy papers in the form that the user chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.core.paper import Paper
from reader.core.paper_row import PaperKey
from reader.ui.page.detail import PaperDetail
from reader.ui.page.refresher import PaperLookup
from reader.ui.shell.handlers import answers, handles
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Services

if TYPE_CHECKING:
    from reader.actions.links import Link
    from reader.cache.pages import PageTitle

MOST_OPENED = 12
"""Maximum number of selected papers that are opened in the browser at once."""


def _without_id(title: PageTitle) -> str:
    """Why a saved page's paper has no page yet, and what to do."""
    if title.choices:
        first, *others = (choice.id for choice in title.choices)
        return f"it may be {first}{f' or {len(others)} more' if others else ''}: choose among its links"
    return f"{title.told[0].lower()}{title.told[1:-1]}"


class LinkActions:
    """Open the links of the selected papers, or of the highlighted one."""

    def __init__(self, services: Services) -> None:
        self._app = services.app
        self._lookup = services[PaperLookup]
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._keyboard = services[Keyboard]

    @handles("link.page")
    def open_web_pages(self, _count: int | None) -> None:
        from reader.actions.links import links

        pks = self._model.take_targets()
        if len(pks) > MOST_OPENED:
            self._model.show_notice(f"{len(pks):,} papers are too many to open at once", "warning")
            return
        papers = [paper for pk in pks if (paper := self._library.paper(pk)) is not None]
        urls = [link.url for paper in papers for link in links(paper) if link.letter == "o"]
        if papers and not urls:
            title = self._library.belongings(pks[0]).title
            self._model.show_notice("this paper has no known page" if title is None else _without_id(title))
        for url in urls:
            self.browse(url)

    @handles("link.list")
    def choose_link(self, _count: int | None) -> None:
        from reader.actions.links import LINKED, PEOPLE, link_choices, linked, links, people

        highlighted = self._model.state.highlighted
        paper = self._library.paper_of(highlighted)
        if paper is None:
            return
        urls = {link.letter: link.url for link in links(paper)}
        named = {**linked(self._library.belongings(highlighted).community.repositories), PEOPLE[0]: people(paper)}
        kinds = ((letter, name) for letter, name in (*LINKED.values(), PEOPLE) if named.get(letter))
        title = self._library.belongings(highlighted).title
        papers = {str(number): one.id for number, one in enumerate(title.choices, 1)} if title else {}
        choices = (*link_choices(paper), *kinds, *papers.items())

        def act(letter: str) -> None:
            if letter in papers:
                self._lookup.begin(papers[letter], paper.id)
            elif letter in named:
                self._choose_linked(named[letter])
            else:
                self.browse(urls[letter])

        if choices:
            self._keyboard.ask_letter("it is" if papers else "open", choices, act)
        else:
            self._model.show_notice("this paper has no links" if title is None else _without_id(title))

    def _choose_linked(self, links: Sequence[Link]) -> None:
        """Open one of the links of a kind; if there are several, ask which."""
        if len(links) == 1:
            self.browse(links[0].url)
            return
        urls = {link.letter: link.url for link in links}
        self._keyboard.ask_letter(
            "open", [(link.letter, link.name) for link in links], lambda one: self.browse(urls[one])
        )

    @answers(PaperDetail.LinkClicked)
    def browse_clicked(self, event: PaperDetail.LinkClicked) -> None:
        """Open the link that was clicked."""
        self.browse(event.url)

    def browse(self, url: str) -> None:
        """Open an address in the user's browser without waiting for it."""
        self._background.start("browser", partial(self._browse, url))

    async def _browse(self, url: str) -> None:
        from reader.actions.links import find_browser, open_url, safe_url, takes_terminal

        safe = safe_url(url)
        if safe and self._app.open_in_browser(safe):
            self._model.show_notice(f"opening {safe}")
            return
        browser = await asyncio.to_thread(find_browser)
        if browser is None:
            self._copy(url, "there is no browser here")
            return
        self._model.show_notice(f"opening {safe_url(url) or url}")
        if takes_terminal(browser):
            with self._app.suspend():
                is_open = open_url(url)
        else:
            is_open = await asyncio.to_thread(open_url, url)
        if not is_open:
            self._copy(url, "the browser did not start")

    def _copy(self, text: str, why: str = "") -> None:
        """Copy text to the terminal's clipboard, and say what: some terminals ignore it."""
        self._app.copy_to_clipboard(text)
        self._model.show_notice(f"{why} · copied {text}" if why else f"copied {text}")


MOST_COPIED = 500
"""Maximum number of papers that are copied at once: more is too much for most terminals."""

CHUNK = 50
"""Papers that are read between two keys."""

SHORT = 100
"""Maximum characters of a copied text that is repeated in the notice."""


class CopyActions:
    """Copy links, ids, titles, BibTeX, Markdown, abstracts and citations."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._pattern = services.settings.citation_key
        self._command_key = services.look.keymap.key("command.open")
        self._keyboard = services[Keyboard]
        self._app = services.app

    @handles("link.copy")
    def copy_link(self, _count: int | None) -> None:
        self._copy("l", self._model.take_targets())

    @handles("link.copy_as")
    def choose(self, _count: int | None) -> None:
        from reader.actions.clipboard import COPIES

        pks = self._model.take_targets()
        if pks:
            what = "copy" if len(pks) == 1 else f"copy {len(pks):,} papers"
            choices = [(letter, one.name) for letter, one in COPIES.items()]
            self._keyboard.ask_letter(what, choices, lambda letter: self._copy(letter, pks))

    def _copy(self, letter: str, pks: tuple[PaperKey, ...]) -> None:
        if len(pks) > MOST_COPIED:
            way = f" · {self._command_key}export FILE writes them" if self._command_key else ""
            self._model.show_notice(f"{len(pks):,} papers are too many for the clipboard{way}", "warning")
        elif pks:
            self._background.start("copy", partial(self._copy_papers, letter, pks), exclusive=True)

    async def _copy_papers(self, letter: str, pks: tuple[PaperKey, ...]) -> None:
        from reader.actions.citations import CitationKeys
        from reader.actions.clipboard import COPIES
        from reader.cache.reads.exports import citable_papers_of

        papers: list[Paper] = []
        for start in range(0, len(pks), CHUNK):
            read = map(self._library.paper, pks[start : start + CHUNK])
            papers += (paper for paper in read if paper is not None)
            # Many take a while, and the keys go first.
            await asyncio.sleep(0)
        form = COPIES[letter]
        name = form.noun or form.name
        # BibTeX imports what takes a tenth of a second.
        keys = CitationKeys(self._pattern, all_papers=partial(citable_papers_of, self._library.path))
        text = await asyncio.to_thread(form.text, papers, keys)
        self._app.copy_to_clipboard(text)
        if len(papers) == 1:
            said = text if len(text) <= SHORT and "\n" not in text else f"the paper's {name}"
        else:
            said = f"{name} of {len(papers):,} papers"
        self._model.show_notice(f"copied {said}" if text else f"this paper has no {name}")
