"""Fetch the latest days, or those of the view."""

from __future__ import annotations

from datetime import date

from reader.core.dates import period_of_view
from reader.refresh.plan import Days
from reader.ui.query.actions import NOTHING_IS_FETCHED
from reader.ui.refresh.refresher import Refresher
from reader.ui.shell.handlers import handles
from reader.ui.shell.services import Services
from reader.ui.views.actions import ViewActions


class RefreshActions:
    """Refresh when the user asks for it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._refresher = services[Refresher]

    @handles("app.refresh")
    def refresh(self, _count: int | None) -> None:
        """Fetch the latest days, or the days of the view."""
        if self._services.look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        view = self._model.state.place.view
        period = period_of_view(view.id)
        if view.is_ranking:
            self._services[ViewActions].fetch_trending()
        elif period is not None:
            ordinals = range(period.first.toordinal(), period.last.toordinal() + 1)
            days = tuple(date.fromordinal(day).isoformat() for day in ordinals)
            self._refresher.fetch(Days(days), period.id, period.short)
        else:
            self._refresher.begin(is_asked=True)
