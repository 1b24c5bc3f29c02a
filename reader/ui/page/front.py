"""The paper's text on the screen: that of its page, or of the detail pane."""

from __future__ import annotations

from reader.ui.page.detail import PaperDetail
from reader.ui.page.state import PAGE
from reader.ui.shell.screens import Screens
from reader.ui.shell.services import Services


def text_in_front(services: Services) -> PaperDetail | None:
    """The paper's text on the screen: the page's or the detail's; None if neither is shown."""
    if services.model.state[PAGE] is not None:
        from reader.ui.page.screen import PaperPage

        page = services[Screens].get(PaperPage)
        if page is not None:
            return page.detail
    detail = services[PaperDetail]
    return detail if detail.is_on_screen else None


def is_page_at_end(screens: Screens) -> bool:
    """Whether the page shows the end of its paper, or last did."""
    from reader.ui.page.screen import PaperPage

    page = screens.get(PaperPage)
    return page is not None and page.detail.is_at_end
