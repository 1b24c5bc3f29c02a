"""Draw the lines of the list: papers, headings of days, missing days, news and the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, wrap
from reader.core.paper_row import Flag, PaperRow
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import day_heading, day_in_list, day_left, mark

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.core.words import Marker

MIN_DATE_WIDTH, MIN_UPVOTES_WIDTH = 50, 30
"""Minimum widths of the list for the columns of dates and upvotes; the title gets the rest."""

MIN_LABEL_WIDTH = 44
"""Minimum width of a heading that labels its numbers."""


class ListLook(NamedTuple):
    """How the list is drawn, apart from its width and the cursor."""

    glyphs: Glyphs
    today: date
    searched: Marker | None = None
    has_dates: bool = False
    """Whether each row has its date, because no headings name the days."""
    is_period: bool = False
    """Whether all papers are from a single week or month, so that dates need no year."""
    older_key: str = ""
    fetch_key: str = ""
    has_focus: bool = True
    """Whether the list has the focus; the cursor's bar is then shown."""


def draw_paper(
    row: PaperRow, width: int, look: ListLook, highlighted: bool, selected: bool = False
) -> tuple[Line, ...]:
    """Draw a paper in `paper_height` lines of at most `width` cells.

    The first line has the cursor's bar, the state, a sign (`selected` or a flag), and upvotes. The last line has the
    reason why the paper is listed, if known, and ends with signs for the queue, a note and a stored text, and the date.
    """
    glyphs = look.glyphs
    state, state_role = _state(row, glyphs)
    bar = Piece(glyphs.cursor if highlighted and look.has_focus else " ", "bar")
    flag = Piece(_sign(row, glyphs), "bar" if look.has_focus else "faint")
    sign = Piece(glyphs.picked, "selected") if selected else flag
    begin = [bar, Piece(state, state_role), sign]
    if width >= MIN_UPVOTES_WIDTH:
        begin.append(Piece(f"{_short(row.upvotes):>3} ", "number"))
    below = [bar, Piece(" " * (measure(begin) - 1))]
    room, day = _title_room(width, look), _date(row, width, look)
    end = (*_kept_signs(row, width, glyphs), *day)
    title, why = literal(row.title), row.why
    parts = [title]
    if _title_height(row, width, look) > 1:
        spans = wrap(title, room)
        # A line must not consist of a date alone.
        spans = spans if len(spans) > 1 else wrap(title, room - measure(day))
        (_, stop), (start, _), *_ = [*spans, (len(title), len(title))]
        parts = [cut(title[:stop], room, glyphs.ellipsis), title[start:]]
    parts[-1] = cut(parts[-1], room if why and len(parts) == 1 else room - measure(end), glyphs.ellipsis)
    texts = [mark(part, _title_role(row, highlighted), look.searched) for part in parts]
    if why and len(parts) == 1:
        texts.append([Piece(_whole_reasons(literal(why), room - measure(end), glyphs), "about")])
    elif why:
        # A paper has at most two lines, so the reason is shortened after a long title; the detail pane has all of it.
        left = room - measure(texts[-1]) - measure(end) - 2
        short = _whole_reasons(literal(why), left, glyphs) if left > 0 else ""
        texts[-1] += [Piece(f"  {short}", "about")] if short and not short.endswith(glyphs.ellipsis) else []
    *above, last = [(*(below if place else begin), *text) for place, text in enumerate(texts)]
    if end:
        # Align the end at the right edge, with a space after it.
        last = (*last, Piece(" " * (width - 1 - measure(last) - measure(end))), *end, Piece(" "))
    return *above, last


def paper_height(row: PaperRow, width: int, look: ListLook) -> int:
    """The number of lines of `draw_paper`; marks do not change it, so they move no lines."""
    return 2 if row.why else _title_height(row, width, look)


def _title_height(row: PaperRow, width: int, look: ListLook) -> int:
    room = _title_room(width, look) - (0 if row.why else measure(_date(row, width, look)))
    return 2 if cell_len(literal(row.title)) > max(0, room) else 1


def _title_room(width: int, look: ListLook) -> int:
    """Cells for a line of the title; a space before the pane's bar stays free."""
    indent = 3 + (4 if width >= MIN_UPVOTES_WIDTH else 0)
    return width - indent - 1


def _kept_signs(row: PaperRow, width: int, glyphs: Glyphs) -> Line:
    """The signs for the queue, a note and a stored text, which shorten the title."""
    kept = ((row.queued, glyphs.queued), (row.has_note, glyphs.note), (row.has_text, glyphs.full_text))
    signs = "".join(sign for is_kept, sign in kept if is_kept)
    return (Piece(f" {signs}", "mark"),) if width >= MIN_UPVOTES_WIDTH and signs else ()


def _date(row: PaperRow, width: int, look: ListLook) -> Line:
    if width < MIN_DATE_WIDTH:
        return ()
    return (
        (Piece(f"  {day_in_list(row.day, None if look.is_period else look.today)}", "date"),) if look.has_dates else ()
    )


def _whole_reasons(why: str, room: int, glyphs: Glyphs) -> str:
    """As many parts of a reason as fit without a cut, at least the first part."""
    for separator in ("; ", ", "):
        while separator in why and cell_len(why) > room:
            why = why.rpartition(separator)[0]
    return cut(why, room, glyphs.ellipsis)


def _state(row: PaperRow, glyphs: Glyphs) -> tuple[str, str]:
    if row.hidden:
        return glyphs.hidden, "faint"
    if row.starred:
        return glyphs.starred, "star"
    if row.read:
        return glyphs.read, "faint"
    return glyphs.elsewhere if row.is_only_found else glyphs.unread, "dot"


def _sign(row: PaperRow, glyphs: Glyphs) -> str:
    """The sign of a followed paper."""
    return glyphs.followed if row.flags & Flag.FOLLOWED else " "


def _title_role(row: PaperRow, highlighted: bool) -> str:
    if highlighted:
        return "current-read" if row.hidden or row.read else "current"
    if row.hidden:
        return "hidden"
    return "read" if row.read else "unread"


def _short(number: int | None) -> str:
    """Write a number in at most three cells; empty if it is unknown."""
    if number is None:
        return ""
    return str(number) if number < 1_000 else f"{min(number // 1_000, 99)}k"


class PaperAt(NamedTuple):
    """A paper in the list."""

    row: PaperRow
    is_highlighted: bool = False
    is_selected: bool = False


class Heading(NamedTuple):
    """A day's heading."""

    day: str
    papers: int | None = None
    """None while unknown."""
    unread: int | None = None
    """None while unknown, or if the list has only part of the day's papers."""
    plus: str = ""
    """The sign after the number of papers if there may be more."""
    note: str = ""
    """The completeness of the day, such as `cs.CL 14 of 14`."""


class DayEnd(NamedTuple):
    """The line after the last paper of a day."""

    day: DayCount
    older: DayCount | None = None
    """The previous listed day."""


class HoleAt(NamedTuple):
    """Missing days between two days."""

    days: int
    is_highlighted: bool = False


Content: TypeAlias = PaperAt | Heading | HoleAt | DayEnd


def draw_content(content: Content, width: int, look: ListLook) -> tuple[Line, ...]:
    match content:
        case PaperAt(row, is_highlighted, is_selected):
            return draw_paper(row, width, look, is_highlighted, is_selected)
        case Heading():
            return (draw_heading(content, width, look),)
        case HoleAt():
            return (draw_hole(content, width, look),)
        case DayEnd():
            return (), draw_end(content, width, look)


def draw_heading(heading: Heading, width: int, look: ListLook) -> Line:
    """Draw a day's heading, with its number of papers on the right: `12 unread of 34`, or `12/34` in a narrow list.

    An incomplete day has `6+` papers. The number of papers is last, so that it does not move when the number of unread
    papers becomes known.
    """
    number = "" if heading.papers is None else f"{heading.papers:,}{heading.plus}"
    if number and heading.unread is not None:
        between = " unread of " if width >= MIN_LABEL_WIDTH else "/"
        number = f"{heading.unread:,}{between}{number}"
    room = width - 3 - len(number)
    name = day_heading(heading.day, look.today)
    while cell_len(name) > room and ", " in name:
        name = name.rpartition(", ")[0]
    name = cut(name, room, look.glyphs.ellipsis)
    left = room - cell_len(name)
    notes = (f" {look.glyphs.dot} {note}" for note in (heading.note, heading.note.partition(",")[0]) if note)
    note = next((text for text in notes if cell_len(text) <= left), "")
    left -= cell_len(note)
    return (
        Piece(" "),
        Piece(name, "day" if look.has_focus else "heading"),
        Piece(f"{note}{' ' * left}", "about"),
        Piece(f" {number} ", "number"),
    )


def coverage_note(day: DayCount, today: date) -> str:
    """The categories in which papers of the day may be missing, with the reasons."""
    return "; ".join(
        f"{name} incomplete, {known._replace(complete_to='').text(today)}" for name, known in day.incomplete
    )


def draw_hole(hole: HoleAt, width: int, look: ListLook) -> Line:
    """Draw missing days: `─ 21 days are missing here · enter fetches them ─`."""
    glyphs, key = look.glyphs, look.fetch_key
    days, them = ("1 day is", "it") if hole.days == 1 else (f"{hole.days:,} days are", "them")
    bar = Piece(glyphs.cursor if hole.is_highlighted else " ", "bar")
    missing, end = Piece(f"{glyphs.line} {days} missing here ", "about"), Piece(glyphs.line, "about")
    advice = (Piece(f"{glyphs.dot} ", "about"), Piece(key, "key"), Piece(f" fetches {them} ", "about"))
    whole = (bar, missing, *advice, end)
    return whole if key and measure(whole) < width else (bar, missing, end)


def draw_news(news: str, key: str, width: int, look: ListLook) -> Line:
    """Draw the announcement of new papers: `34 new papers · Tuesday 1 December · . shows them`."""
    dot = look.glyphs.dot
    text = Piece(news.replace("·", dot), "selected")
    advice = (Piece(f" {dot} ", "about"), Piece(key, "key"), Piece(" shows them", "about")) if key else ()
    line = (Piece(" "), text, *advice)
    return line if measure(line) <= width else cut_line((Piece(" "), text), width, look.glyphs.ellipsis)


def day_end(day: str, days: Sequence[DayCount]) -> DayEnd | None:
    """The end of a day, or of the newest day if it is empty; `days` are the listed days, newest first."""
    place = 0 if not day else next((place for place, other in enumerate(days) if other.day == day), len(days))
    if place >= len(days):
        return None
    return DayEnd(days[place], next(iter(days[place + 1 : place + 2]), None))


def draw_end(end: DayEnd, width: int, look: ListLook) -> Line:
    """Draw the end of a day: `— 12 unread · [ Monday has 8 left —`; empty if there is no room."""
    glyphs = look.glyphs
    left = f"{end.day.unread:,}{end.day.plus} unread" if end.day.unread else f"all {end.day.plus and 'here '}read"
    line = [Piece(" "), Piece(f"{glyphs.line} {left} ", "about")]
    if end.older is not None and look.older_key:
        left = day_left(end.older, end.day.day)
        line += [Piece(f"{glyphs.dot} ", "about"), Piece(look.older_key, "key"), Piece(f" {left} ", "about")]
    line.append(Piece(glyphs.line, "about"))
    return tuple(line) if measure(line) < width else ()
