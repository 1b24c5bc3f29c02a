"""Type tags for the selected papers, or the highlighted one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.core.tag_words import parse_tags
from reader.ui.handlers.marks import MarkActions
from reader.ui.handlers.registry import handles
from reader.ui.state.parts import Tagging
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.ui.screens.command_line import TagScreen

MOST_READ = 100
"""Maximum number of papers whose tags are read to show them; a read takes 0.1 ms."""


class TagActions:
    """Open the line of tags, complete in it, and tag the papers."""

    def __init__(self, services: Services, marks: MarkActions, screen: Callable[[], TagScreen | None]) -> None:
        """`screen` returns the open line of tags."""
        self._model = services.model
        self._library = services.library
        self._marks = marks
        self._screen = screen

    @handles("paper.tag")
    def begin(self, _count: int | None) -> None:
        pks = self._model.take_targets()
        papers = [paper for pk in pks[:MOST_READ] if (paper := self._library.paper(pk)) is not None]
        if papers:
            has = tuple(dict.fromkeys(tag for paper in papers for tag in paper.tags))
            shared = tuple(tag for tag in has if all(tag in paper.tags for paper in papers))
            tagging = Tagging(pks, has, shared, self._library.tag_counts())
            self._model.change(self._model.state.begin_tags(tagging))

    @handles("tags.accept")
    def accept(self, _count: int | None) -> None:
        """Tag the papers as the line says; an empty line changes nothing."""
        screen, tagging = self._screen(), self._model.state.tagging
        if screen is None or tagging is None:
            return
        words = parse_tags(screen.line.text)
        self._model.change(self._model.state.end_tags())
        if any(words):
            nothing = "nothing to change: these are the tags already"
            self._marks.follow(self._library.tag(tagging.pks, words), nothing)

    @handles("tags.cancel")
    def cancel(self, _count: int | None) -> None:
        self._model.change(self._model.state.end_tags())

    @handles("tags.complete")
    def complete(self, _count: int | None) -> None:
        screen = self._screen()
        if screen is not None:
            screen.complete()

    @handles("tags.next")
    def next(self, _count: int | None) -> None:
        self._select(1)

    @handles("tags.previous")
    def previous(self, _count: int | None) -> None:
        self._select(-1)

    def _select(self, by: int) -> None:
        screen = self._screen()
        if screen is not None:
            screen.select(by)
