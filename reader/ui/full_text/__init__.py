"""The full text of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.full_text.state import TEXT
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.full_text.screen import FullTextScreen
    from reader.ui.full_text.text import FullText
    from reader.ui.shell.services import Services


def _classes() -> tuple[type, ...]:
    from reader.ui.full_text.actions import FullTextActions
    from reader.ui.full_text.bookmarks import BookmarkKeeper
    from reader.ui.full_text.fetcher import TextFetcher, TextsAhead

    return FullTextActions, TextsAhead, BookmarkKeeper, TextFetcher


def _text(services: Services, _text: FullText) -> FullTextScreen:
    from reader.ui.full_text.actions import FullTextActions
    from reader.ui.full_text.screen import FullTextScreen

    return FullTextScreen(services.model, services.look, services[FullTextActions].follow_to)


FEATURE = Feature(_classes, (Over(TEXT, _text, is_kept=True),))
