"""The screens over the list, as the state asks for them: a paper's page, its full text, the calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from reader.ui.looks.look import Look
from reader.ui.state.model import Model, subscribe
from reader.ui.state.whole import State

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from reader.cache.reads.days import DayState
    from reader.ui.calendar.screen import CalendarScreen
    from reader.ui.full_text.screen import FullTextScreen
    from reader.ui.page.screen import PaperPage
    from reader.ui.pictures.screen import PictureScreen


class FrontScreens:
    """Opens and closes the screens; each is made when it is first wanted. The app reads their keys."""

    def __init__(
        self, app: App[str], model: Model, look: Look, days: Callable[[date, date], Mapping[str, DayState]]
    ) -> None:
        """`days` returns the state of the days between two dates."""
        self._app = app
        self._model = model
        self._look = look
        self._days = days
        self.page: PaperPage | None = None
        self.text: FullTextScreen | None = None
        self.picture: PictureScreen | None = None
        self.calendar: CalendarScreen | None = None
        """The calendar, while it is open."""

    def follow(self) -> None:
        """Draw the screens whenever the state asks for others."""
        on_change = partial(subscribe, self._app, self._model, now=False)
        on_change(lambda state: state.pictures, self._draw_picture)
        # Before the page, which may close together with its text.
        on_change(lambda state: state.text, self._draw_text)
        on_change(lambda state: state.page, self._draw_page)
        on_change(lambda state: state.calendar, self._draw_calendar)
        on_change(lambda state: (state.refresh.ended, state.cache_version), self._renew_calendar)

    def has(self, screen: Screen[object]) -> bool:
        """Whether a screen is one of these."""
        return screen in (self.page, self.text, self.picture, self.calendar)

    def is_page_at_end(self) -> bool:
        """Whether the page shows the end of its paper, or last did."""
        return self.page is not None and self.page.detail.is_at_end

    # Textual removes a screen as it closes, and draws nothing of it when it opens again, unless it is installed.

    def _draw_text(self, state: State) -> None:
        """Show a full text in front, or go back to the paper's page."""
        if state.text is not None:
            if self.text is None:
                from reader.ui.full_text.screen import FullTextScreen

                self.text = FullTextScreen(self._model, self._look)
                self._app.install_screen(self.text, "text")
            if self.text not in self._app.screen_stack:
                self._app.push_screen(self.text)
        elif self.text is not None and self.text.is_current:
            self._app.pop_screen()

    def _draw_picture(self, state: State) -> None:
        """Show a picture in front, or go back to the page or the text."""
        if state.pictures is not None:
            if self.picture is None:
                from reader.ui.pictures.screen import PictureScreen

                self.picture = PictureScreen(self._model, self._look)
                self._app.install_screen(self.picture, "picture")
            if self.picture not in self._app.screen_stack:
                self._app.push_screen(self.picture)
        elif self.picture is not None and self.picture.is_current:
            self._app.pop_screen()

    def _draw_page(self, state: State) -> None:
        """Show the paper's page in front, or go back to the list."""
        if state.page is not None:
            if self.page is None:
                from reader.ui.page.screen import PaperPage

                self.page = PaperPage(self._model, self._look)
                self._app.install_screen(self.page, "page")
            if self.page not in self._app.screen_stack:
                self._app.push_screen(self.page)
            self.page.show(state.page)
        elif self.page is not None and self.page.is_current:
            self._app.pop_screen()

    def _draw_calendar(self, state: State) -> None:
        """Open or close the calendar."""
        if state.calendar is not None:
            from reader.ui.calendar.screen import CalendarScreen

            day, since = state.calendar
            self.calendar = CalendarScreen(
                self._days, day, self._look.today, self._look.glyphs, self._look.keymap, since=since
            )
            self._app.push_screen(self.calendar)
        elif self.calendar is not None:
            calendar, self.calendar = self.calendar, None
            # Only once: a second key may come before the calendar is gone, and must not close the list too.
            if calendar.is_current:
                self._app.pop_screen()

    def _renew_calendar(self, _state: State) -> None:
        if self.calendar is not None:
            self.calendar.renew()
