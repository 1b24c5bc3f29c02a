"""A paper: the detail pane, its page, its links and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.page.state import PAGE
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.page.screen import PaperPage
    from reader.ui.page.state import Reading
    from reader.ui.shell.services import Services


def _page(services: Services, _reading: Reading) -> PaperPage:
    from reader.ui.page.screen import PaperPage

    return PaperPage(services.model, services.look)


def _show(page: PaperPage, reading: Reading) -> None:
    page.show(reading)


FEATURE = Feature(__name__, ("actions", "links", "loader"), (Over(PAGE, _page, show=_show, is_kept=True),))
