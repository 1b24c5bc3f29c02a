"""Type tags for the highlighted paper."""

from __future__ import annotations

from collections.abc import Callable

from reader.core.tag_words import parse_tags
from reader.ui.handlers.marks import MarkActions
from reader.ui.handlers.registry import handles
from reader.ui.screens.tag_line import TagScreen
from reader.ui.state_parts import Tagging
from reader.ui.work.services import Services


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
        state = self._model.state
        paper = self._library.paper_of(state.highlighted)
        if paper is not None and state.highlighted is not None:
            tagging = Tagging((state.highlighted,), paper.tags, self._library.tag_counts())
            self._model.change(state.begin_tags(tagging))

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
