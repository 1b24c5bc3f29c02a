"""The full text of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.full_text.state import TEXT
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.full_text.screen import FullTextScreen
    from reader.ui.full_text.text import FullText
    from reader.ui.shell.services import Services


def _text(services: Services, _text: FullText) -> FullTextScreen:
    from reader.ui.full_text.actions import FullTextActions
    from reader.ui.full_text.screen import FullTextScreen

    return FullTextScreen(services.model, services.look, services[FullTextActions].follow_to)


FEATURE = Feature(__name__, ("actions", "bookmarks", "fetcher"), (Over(TEXT, _text, is_kept=True),))
