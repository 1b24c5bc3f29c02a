"""Copy the selected papers, or the one under the cursor, to the clipboard in the form that the user chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from reader.core.paper import Paper
from reader.core.paper_row import PaperKey
from reader.ui.handlers.registry import handles
from reader.ui.keyboard import Keyboard
from reader.ui.work.services import Services

MOST = 500
"""Maximum number of papers that are copied at once: more is too much for most terminals."""

CHUNK = 50
"""Papers that are read between two keys."""

SHORT = 100
"""Maximum characters of a copied text that is repeated in the notice."""


class CopyActions:
    """Copy links, ids, titles, BibTeX, Markdown, abstracts and citations."""

    def __init__(self, services: Services, keyboard: Keyboard, copy: Callable[[str], object]) -> None:
        """`copy` puts a text on the terminal's clipboard; some terminals ignore it."""
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._pattern = services.settings.citation_key
        self._command_key = services.look.keymap.key("command.open")
        self._keyboard = keyboard
        self._clipboard = copy

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
        if len(pks) > MOST:
            way = f" · {self._command_key}export FILE writes them" if self._command_key else ""
            self._model.show_notice(f"{len(pks):,} papers are too many for the clipboard{way}", "warning")
        elif pks:
            self._background.start("copy", partial(self._copy_papers, letter, pks), exclusive=True)

    async def _copy_papers(self, letter: str, pks: tuple[PaperKey, ...]) -> None:
        from reader.actions.citation_keys import CitationKeys
        from reader.actions.clipboard import COPIES
        from reader.cache.reads.citable import citable_papers_of

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
        self._clipboard(text)
        if len(papers) == 1:
            said = text if len(text) <= SHORT and "\n" not in text else f"the paper's {name}"
        else:
            said = f"{name} of {len(papers):,} papers"
        self._model.show_notice(f"copied {said}" if text else f"this paper has no {name}")
