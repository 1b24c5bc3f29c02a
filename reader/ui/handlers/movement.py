"""Moving about: in the list, the filter pane, the detail and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.session.places import DAY
from reader.ui.handlers.marks import leave_paper, mark_read, next_unread, open_page, show_on_page
from reader.ui.handlers.registry import handles

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.widgets.paper_detail import PaperDetail


def text_in_front(reader: ReaderApp) -> PaperDetail | None:
    """The paper's text that is on the screen: the page's, the detail's, or None where neither is shown."""
    if reader.is_reading:
        return reader.page.detail
    return reader.main.detail if reader.main.detail.is_on_screen else None


def _step(reader: ReaderApp, lines: int) -> None:
    main = reader.main
    match reader.context:
        case "page" | "detail":
            text = text_in_front(reader)
            if text is not None:
                text.scroll_lines(lines)
        case "filter":
            main.filter.move(lines)
        case _:
            leave_paper(reader)
            main.papers.move(lines)


@handles("move.down")
def down(reader: ReaderApp, count: int | None) -> None:
    _step(reader, count or 1)


@handles("move.up")
def up(reader: ReaderApp, count: int | None) -> None:
    _step(reader, -(count or 1))


def _leap(reader: ReaderApp, direction: int, share: int) -> None:
    """Go a page, or half of one where `share` is 2."""
    main = reader.main
    match reader.context:
        case "page" | "detail":
            text = text_in_front(reader)
            if text is not None:
                text.scroll_lines(direction * max(1, text.size.height // share - (share == 1)))
        case "filter":
            main.filter.move(direction * max(1, main.filter.size.height // share))
        case _:
            leave_paper(reader)
            if share == 1:
                main.papers.page(direction)
            else:
                main.papers.half_page(direction)


@handles("move.half_down")
def half_down(reader: ReaderApp, count: int | None) -> None:
    for _ in range(count or 1):
        _leap(reader, 1, 2)


@handles("move.half_up")
def half_up(reader: ReaderApp, count: int | None) -> None:
    for _ in range(count or 1):
        _leap(reader, -1, 2)


@handles("move.page_down")
def page_down(reader: ReaderApp, count: int | None) -> None:
    for _ in range(count or 1):
        _leap(reader, 1, 1)


@handles("move.page_up")
def page_up(reader: ReaderApp, count: int | None) -> None:
    for _ in range(count or 1):
        _leap(reader, -1, 1)


def _to_end(reader: ReaderApp, count: int | None, last: bool) -> None:
    main = reader.main
    match reader.context:
        case "page" | "detail":
            text = text_in_front(reader)
            if text is not None:
                text.scroll_lines(text.virtual_size.height * (1 if last else -1))
        case "filter":
            main.filter.to_last() if last else main.filter.to_first()
        case _:
            leave_paper(reader)
            if count is not None:
                main.papers.to_index(count - 1)
            elif last:
                main.papers.to_last()
            else:
                main.papers.to_first()


@handles("move.top")
def top(reader: ReaderApp, count: int | None) -> None:
    _to_end(reader, count, last=False)


@handles("move.bottom")
def bottom(reader: ReaderApp, count: int | None) -> None:
    _to_end(reader, count, last=True)


@handles("read.down")
def read_down(reader: ReaderApp, count: int | None) -> None:
    text = text_in_front(reader)
    if text is not None:
        text.scroll_lines(count or 1)


@handles("read.up")
def read_up(reader: ReaderApp, count: int | None) -> None:
    text = text_in_front(reader)
    if text is not None:
        text.scroll_lines(-(count or 1))


@handles("read.open")
def open_paper(reader: ReaderApp, _count: int | None) -> None:
    open_page(reader)


@handles("read.on")
def read_on(reader: ReaderApp, _count: int | None) -> None:
    """A page further; at the end of the text the paper is read, and the next unread one comes."""
    text = text_in_front(reader)
    if text is None:
        open_page(reader)
    elif text.scroll_page(1):
        pk = reader.main.papers.highlighted
        if pk is not None and reader.settings.read_when != "manual":
            mark_read(reader, pk)
        next_unread(reader, 1)


def _turn(reader: ReaderApp, by: int) -> None:
    if reader.main.papers.move(by):
        show_on_page(reader)
    else:
        reader.say("this is the last paper of the list" if by > 0 else "this is the first paper of the list")


@handles("read.next")
def next_paper(reader: ReaderApp, count: int | None) -> None:
    _turn(reader, count or 1)


@handles("read.previous")
def previous_paper(reader: ReaderApp, count: int | None) -> None:
    _turn(reader, -(count or 1))


@handles("day.older")
def older_day(reader: ReaderApp, count: int | None) -> None:
    _to_day(reader, 1, count or 1)


@handles("day.newer")
def newer_day(reader: ReaderApp, count: int | None) -> None:
    _to_day(reader, -1, count or 1)


def _to_day(reader: ReaderApp, direction: int, count: int) -> None:
    """Go `count` days older (1) or newer (-1): within the list where it has them, else to the view of that day."""
    main = reader.main
    view = main.place.view.id
    if view != "today" and not view.startswith(DAY):
        for _ in range(count):
            main.papers.to_day(direction)
        return
    here = view.removeprefix(DAY) if view != "today" else reader.library.newest_day()
    day = reader.library.day_beside(here, direction * count) if here else None
    if day is None:
        reader.say("no newer day is in the cache" if direction < 0 else "no older day is in the cache")
    else:
        reader.go_to_view("today" if day == reader.library.newest_day() else f"{DAY}{day}")


@handles("pane.next")
def next_pane(reader: ReaderApp, _count: int | None) -> None:
    _change_pane(reader, 1)


@handles("pane.previous")
def previous_pane(reader: ReaderApp, _count: int | None) -> None:
    _change_pane(reader, -1)


def _change_pane(reader: ReaderApp, by: int) -> None:
    main = reader.main
    panes = [pane for pane in (main.filter, main.papers, main.detail) if pane.is_on_screen]
    now = next((at for at, pane in enumerate(panes) if pane is main.focused), 0)
    if panes:
        main.set_focus(panes[(now + by) % len(panes)])


@handles("pane.wider")
def wider(reader: ReaderApp, count: int | None) -> None:
    _resize(reader, count or 1)


@handles("pane.narrower")
def narrower(reader: ReaderApp, count: int | None) -> None:
    _resize(reader, -(count or 1))


def _resize(reader: ReaderApp, by: int) -> None:
    """Give the pane with the focus more room, or less."""
    sizes = reader.sizes
    if reader.context == "filter":
        reader.resize_panes(filter_width=min(60, max(16, sizes.filter_width + 2 * by)))
    else:
        towards_list = by if reader.context != "detail" else -by
        reader.resize_panes(list_share=min(0.8, max(0.2, round(sizes.list_share + 0.05 * towards_list, 2))))
