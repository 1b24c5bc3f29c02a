"""The program itself: refresh, help, commands, the sample, back and out."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from reader.core.periods import Period, period_of_view
from reader.refresh.plan import Days
from reader.ui.handlers import dates
from reader.ui.handlers.movement import text_in_front
from reader.ui.handlers.query import with_topic
from reader.ui.handlers.registry import handles
from reader.ui.theme import THEMES

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.screens.palette import Command


@handles("app.refresh")
def refresh(reader: ReaderApp, _count: int | None) -> None:
    """Fetch the latest days, or what is shown."""
    if reader.demo:
        reader.say("this is the bundled sample: nothing is fetched")
        return
    view = reader.main.place.view.id
    period = period_of_view(view)
    if view == "trending":
        dates.fetch_trending(reader)
    elif period is not None:
        days = tuple(date.fromordinal(day).isoformat() for day in range(*_ordinals(period)))
        reader.refreshing.fetch(Days(days), period.id, period.short)
    else:
        reader.refreshing.begin(asked=True)


def _ordinals(period: Period) -> tuple[int, int]:
    return period.first.toordinal(), period.last.toordinal() + 1


@handles("app.sample")
def open_sample(reader: ReaderApp, _count: int | None) -> None:
    reader.open_sample()


@handles("app.help")
def show_help(reader: ReaderApp, _count: int | None) -> None:
    from reader.ui.screens.help import HelpScreen

    context = reader.context
    if context is not None:
        reader.push_screen(HelpScreen(reader.keymap, context))


@handles("app.commands")
def show_commands(reader: ReaderApp, _count: int | None) -> None:
    from reader.ui.screens.palette import Palette, action_commands

    context = reader.context
    if context is None:
        return
    own = action_commands(reader.keymap, context, lambda action_id: reader.call_later(reader.do, action_id))
    reader.push_screen(Palette([*own, *_topics(reader), *_themes(reader)]))


def _topics(reader: ReaderApp) -> list[Command]:
    from reader.ui.screens.palette import Command

    def show(slug: str) -> None:
        reader.call_later(reader.show_query, with_topic("", slug))

    return [
        Command(f"Topic: {name}", reader.about_topics.get(slug, "The papers of this topic."), partial(show, slug))
        for slug, name in reader.topic_names.items()
    ]


def _themes(reader: ReaderApp) -> list[Command]:
    from reader.ui.screens.palette import Command

    def wear(name: str) -> None:
        reader.theme = name

    return [
        Command(f"Theme: {theme.name}", "Change the colours until the reader is left.", partial(wear, theme.name))
        for theme in THEMES
    ]


@handles("app.escape")
def step_back(reader: ReaderApp, _count: int | None) -> None:
    """Leave what was begun last; never the reader."""
    if not _back(reader):
        reader.refreshing.stop()


@handles("app.back")
def back_or_quit(reader: ReaderApp, _count: int | None) -> None:
    if not _back(reader):
        reader.leave()


def _back(reader: ReaderApp) -> bool:
    """One step back; False at the top."""
    main = reader.main
    text = text_in_front(reader)
    if reader.searching.stop():
        reader.say("search stopped")
        return True
    if text is not None and text.is_explaining:
        text.explain(None)
        return True
    if reader.is_reading:
        reader.close_page()
        return True
    if reader.context == "filter":
        if main.filter.narrowed:
            main.filter.stop_narrowing()
        else:
            main.close_filter()
        return True
    if reader.context == "detail":
        main.set_focus(main.papers)
        return True
    return reader.searching.leave()


@handles("app.quit")
def quit_at_once(reader: ReaderApp, _count: int | None) -> None:
    reader.leave()
