"""Marking papers: drawn at once, then made durable, then told with the key that takes it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from reader.cache.marks.derived import STATES
from reader.core.errors import ReaderError
from reader.core.paper import PaperRow
from reader.ui.handlers.registry import handles
from reader.ui.work.background import start

if TYPE_CHECKING:
    from reader.cache.marks.events import Event
    from reader.ui.app import ReaderApp
    from reader.ui.work.library import Progress

BLINK = 0.5
"""Seconds after which the user is told how far it is."""


def mark(
    reader: ReaderApp,
    kind: str,
    value: bool,
    pks: Sequence[int],
    *,
    shown: Iterable[int] | None = None,
    quietly: bool = False,
) -> None:
    """Mark papers: their lines change now, the cache behind them; `quietly` says nothing of it.

    `shown` are those in view where `pks` may be all papers there are, which are too many to go through.
    """
    for pk in pks if shown is None else shown:
        reader.main.papers.patch(pk, **{STATES[kind]: value, "kept": True})
    marking = reader.library.mark(kind, value, pks, _telling(reader, "marking"))
    _start(reader, partial(_keep, reader, marking, quietly))


def _start(reader: ReaderApp, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Let work go on beside; what must not be lost where the reader is left at once is asked of the library before."""
    start(reader, "marks", work)


async def _keep(reader: ReaderApp, marking: Awaitable[Event | None], quietly: bool) -> None:
    try:
        event = await marking
    except ReaderError as error:
        reader.say(str(error), "warning")
        reader.main.papers.renew()
        return
    finally:
        reader.say("", "progress")
    _settle(reader)
    if event is not None and not quietly:
        reader.say(f"{event.count:,} {event.label} · {reader.keymap.key('mark.undo')} undoes")


def _telling(reader: ReaderApp, what: str) -> Progress:
    """Says how far a mark of many papers is, once it has taken longer than a blink."""
    began = monotonic()

    def tell(done: int, total: int) -> None:
        if monotonic() - began > BLINK:
            reader.say(f"{what} {done:,} of {total:,}", "progress")

    return tell


def finish(reader: ReaderApp) -> None:
    """Bring in what an earlier run left of a mark of many papers."""
    _start(reader, partial(_finish, reader))


async def _finish(reader: ReaderApp) -> None:
    try:
        await reader.library.finish_marks(_telling(reader, "marking"))
    except ReaderError as error:
        reader.say(str(error), "warning")
    finally:
        reader.say("", "progress")
    reader.main.renew()


def _settle(reader: ReaderApp) -> None:
    """Show what a mark changed beyond its line, without moving the list."""
    reader.library.changed()
    reader.main.papers.renew()
    reader.main.show_detail()
    show_on_page(reader)
    reader.main.count_soon()


def _toggle(reader: ReaderApp, kind: str) -> None:
    row = reader.main.papers.highlighted_row
    if row is not None:
        mark(reader, kind, not getattr(row, STATES[kind]), [row.pk])


@handles("paper.read")
def toggle_read(reader: ReaderApp, _count: int | None) -> None:
    _toggle(reader, "read")


@handles("paper.star")
def toggle_star(reader: ReaderApp, _count: int | None) -> None:
    _toggle(reader, "star")


@handles("paper.hide")
def toggle_hidden(reader: ReaderApp, _count: int | None) -> None:
    _toggle(reader, "hide")


def mark_read(reader: ReaderApp, pk: int) -> None:
    """Mark a paper read without a word, if it is not."""
    row = reader.main.papers.row_of(pk)
    if row is not None and not row.read:
        mark(reader, "read", True, [pk], quietly=True)


def leave_paper(reader: ReaderApp) -> None:
    """The cursor is about to leave a paper, which reads it where passing counts."""
    row = reader.main.papers.highlighted_row
    # One that only the feed has would be kept by it, and it was merely passed.
    if row is not None and row.kept and reader.settings.read_when == "passed":
        mark_read(reader, row.pk)


@handles("mark.all_read")
def mark_all_read(reader: ReaderApp, _count: int | None) -> None:
    main = reader.main

    async def mark_all() -> None:
        mark(reader, "read", True, await main.listing.all_pks(), shown=main.papers.visible_pks)

    if main.listing.is_whole:
        mark(reader, "read", True, main.papers.pks_all(), shown=main.papers.visible_pks)
    else:
        _start(reader, mark_all)


@handles("mark.above_read")
def mark_above_read(reader: ReaderApp, _count: int | None) -> None:
    papers = reader.main.papers
    if papers.highlighted is not None:
        above = papers.pks_all()[: papers.cursor + 1]
        shown = papers.visible_pks
        if papers.highlighted in shown:
            shown = shown[: shown.index(papers.highlighted) + 1]
        mark(reader, "read", True, above, shown=shown)


@handles("mark.undo")
def undo(reader: ReaderApp, _count: int | None) -> None:
    undoing = reader.library.undo(_telling(reader, "undoing"))
    _start(reader, partial(_tell_reversal, reader, undoing, True))


@handles("mark.redo")
def redo(reader: ReaderApp, _count: int | None) -> None:
    redoing = reader.library.redo(_telling(reader, "doing again"))
    _start(reader, partial(_tell_reversal, reader, redoing, False))


async def _tell_reversal(reader: ReaderApp, reversing: Awaitable[Event | None], undone: bool) -> None:
    try:
        event = await reversing
    finally:
        reader.say("", "progress")
    if event is None:
        reader.say("nothing to undo" if undone else "nothing to redo")
        return
    reader.say(_reversal(reader, event, undone))
    reader.library.changed()
    reader.main.renew()
    reader.main.show_detail()
    show_on_page(reader)


def _reversal(reader: ReaderApp, event: Event, undone: bool) -> str:
    if undone:
        return f"undone: {event.count:,} {event.label} · {reader.keymap.key('mark.redo')} does it again"
    return f"{event.count:,} {event.label} again · {reader.keymap.key('mark.undo')} undoes"


# The next paper to look at


def next_unread(reader: ReaderApp, direction: int) -> bool:
    """Go to the nearest unread paper below the cursor (1) or above it (-1)."""
    found = reader.main.papers.next_where(_is_unread, direction)
    if found:
        show_on_page(reader)
    else:
        reader.say("no unread paper below" if direction > 0 else "no unread paper above")
    return found


def _is_unread(row: PaperRow) -> bool:
    return not row.read and not row.hidden


# The paper's page


def open_page(reader: ReaderApp) -> None:
    """Open the highlighted paper over the whole screen; opening reads it, unless reading is marked by hand."""
    pk = reader.main.papers.highlighted
    if pk is None:
        return
    if not reader.is_reading:
        reader.push_screen(reader.page)
    show_on_page(reader)


def show_on_page(reader: ReaderApp) -> None:
    """Show the highlighted paper on the page, if that is open, which reads it."""
    pk = reader.main.papers.highlighted
    if not reader.is_reading or pk is None:
        return
    paper = reader.library.paper(pk)
    if paper is None:
        return
    reader.page.show(paper, reader.main.words, reader.library.votes(pk))
    if reader.page_opened == pk:
        return
    reader.page_opened = pk
    if reader.settings.read_when != "manual":
        mark_read(reader, pk)
    elif paper.pk < 0:
        _start(reader, partial(_keep_opened, reader, reader.library.keep([pk])))


async def _keep_opened(reader: ReaderApp, keeping: Awaitable[object]) -> None:
    """What was opened is kept, also where opening marks nothing."""
    await keeping
    _settle(reader)
