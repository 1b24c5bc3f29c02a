"""What the user has read as lines: weeks as bars, topics as shares, days as a calendar.

The bars are our own: a library for plots draws to its own size, in colours and signs of its own, while these lines keep
the theme, the ASCII signs and any width, and need no import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from reader.core.dates import MONTHS, WEEKDAYS
from reader.core.lines import Line, Piece, cell_len, cut, cut_line, fill, join_items, literal
from reader.core.reading import Figures, Share, TopicFigures, monday_of
from reader.ui.kit.day_names import short_day
from reader.ui.kit.glyphs import Glyphs

EMPTY = (
    "Nothing has been read here yet. Papers that you open, mark or pass in the list come here, by week, by day and by"
    " topic."
)
READING_ROLES = ("label", "muted", "star", "topic", "opened", "seen", *(f"day-{level}" for level in range(5)))
"""The roles of all pieces."""

COLUMNS = ("seen", "opened", "to the end", "starred")
NUMBER = 7
"""Minimum cells of a column of numbers and the space before it."""
FIRST = 8
"""Cells of the days at which weeks begin."""
MOST_TOPICS = 12
LONGEST_NAME = 30
SHARE = 21
"""Cells of the figures of a topic: papers, part, moved."""
BAR, LEAST_BAR = 16, 4
"""Maximum and minimum cells of a topic's bar."""
WEEK_BAR, LEAST_WEEK_BAR = 60, 16
"""Maximum and minimum cells of a week's bar."""
LABEL = 5
"""Cells of the names of weekdays."""
YEAR = 53
LEVELS = 4
CALM = 0.9
"""The share of the days that are no busier than the darkest shade says."""


def reading_lines(figures: Figures, names: Mapping[str, str], width: int, glyphs: Glyphs) -> list[Line]:
    """All figures in lines of at most so many cells; `names` has the names of topics by slug."""
    if not figures.days:
        return fill([Piece(EMPTY, "muted")], width)
    lines = [
        *_told(figures, width, glyphs),
        (),
        *_weeks(figures, width, glyphs),
    ]
    if figures.topics:
        lines += [(), *_topics(figures, names, width, glyphs)]
    lines += [(), *_calendar(figures, width, glyphs)]
    if figures.traced is None or figures.traced > figures.weeks[0].monday:
        lines += [(), *fill([Piece(_since(figures), "muted")], width)]
    return [cut_line(line, width, glyphs.ellipsis) for line in lines]


def _since(figures: Figures) -> str:
    noted = "What you open, pass and read to the end"
    if figures.traced is None:
        return f"{noted} is counted from now on; before, only what you marked."
    since = short_day(figures.traced.isoformat(), figures.today)
    return f"{noted} is counted since {since}; before, only what you marked."


def _heading(text: str, width: int) -> list[Line]:
    return fill([Piece(text, "label")], width)


def _told(figures: Figures, width: int, glyphs: Glyphs) -> list[Line]:
    total, weeks = figures.total, len(figures.weeks)
    said = (
        f"{total.seen:,} seen",
        f"{total.opened:,} opened",
        f"{total.finished:,} read to the end",
        f"{total.starred:,} starred",
    )
    heading = f"The last {weeks} weeks" if weeks > 1 else "This week"
    first, *more = said
    items = [(Piece(heading, "label"), Piece(f"  {first}")), *((Piece(one),) for one in more)]
    return join_items(items, Piece(f" {glyphs.dot} "), width)


def plain(lines: Iterable[Line]) -> str:
    """Lines as a text."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


# Weeks


def _weeks(figures: Figures, width: int, glyphs: Glyphs) -> Iterator[Line]:
    head = "".join(f"{name:>{max(NUMBER, len(name) + 2)}}" for name in COLUMNS)
    room = min(WEEK_BAR, width - FIRST - len(head) - 2)
    full, light = glyphs.shades[-1], glyphs.shades[1]
    told = (
        Piece(f"  {full}", "opened"),
        Piece(" opened  ", "muted"),
        Piece(light, "seen"),
        Piece(" only seen", "muted"),
    )
    yield (Piece(f"{'':{FIRST}}{head}", "muted"), *(told if room >= LEAST_WEEK_BAR else ()))
    most = max(week.counts.seen for week in figures.weeks) or 1
    for week in figures.weeks:
        numbers = [
            Piece(f"{number or glyphs.nothing:>{max(NUMBER, len(name) + 2)}}", _role(name, number))
            for name, number in zip(COLUMNS, week.counts, strict=True)
        ]
        opened, seen = (_cells(number, most, room) for number in (week.counts.opened, week.counts.seen))
        bar = (Piece("  "), Piece(full * opened, "opened"), Piece(light * (seen - opened), "seen"))
        yield (
            Piece(f"{week.monday.day:>2} {MONTHS[week.monday.month - 1][:3]:{FIRST - 3}}", "muted"),
            *numbers,
            *(bar if room >= LEAST_WEEK_BAR else ()),
        )


def _role(column: str, number: int) -> str:
    return "muted" if not number else "star" if column == "starred" else "text"


def _cells(number: float, most: float, room: int) -> int:
    """Cells of a bar: none for nothing, at least one for something."""
    return max(1, round(number / most * room)) if number and room > 0 else 0


# Topics


def _topics(figures: Figures, names: Mapping[str, str], width: int, glyphs: Glyphs) -> Iterator[Line]:
    """The topics of what was starred beside those of what was seen: papers, their part, and by how much it moved."""
    shown = figures.topics[:MOST_TOPICS]
    yield from _heading("Topics that you star, and topics that you see", width)
    called = {one.slug: literal(names.get(one.slug, one.slug)) for one in shown}
    longest = max(map(cell_len, called.values()))
    name = min(LONGEST_NAME, longest, max(8, width - 2 * SHARE))
    bar = min(BAR, (width - name - 2 * SHARE) // 2 - 2)
    bar = bar if bar >= LEAST_BAR else 0
    gap = " " * (bar + 2 if bar else 0)
    head = "".join(f"{column:>{SHARE - 12}}{'share':>6}{'moved':>6}{gap}" for column in ("starred", "seen"))
    yield (Piece(f"{'':{name}}{head}".rstrip(), "muted"),)
    most = max(max(one.starred.part, one.seen.part) for one in shown)
    full, light = glyphs.shades[-1], glyphs.shades[1]
    for one in shown:
        title = cut(called[one.slug], name, glyphs.ellipsis)
        yield (
            Piece(title + " " * (name - cell_len(title)), "topic"),
            *_share(one.starred, "star", glyphs),
            *_topic_bar(one.starred, most, bar, full, "star"),
            *_share(one.seen, "text", glyphs),
            *_topic_bar(one.seen, most, bar, light, "seen"),
        )
    yield from fill([Piece(_moved_about(shown, len(figures.weeks)), "muted")], width)


def _moved_about(shown: tuple[TopicFigures, ...], weeks: int) -> str:
    shares = "share: of all that you starred, or saw"
    if any(one.starred.moved is not None or one.seen.moved is not None for one in shown):
        return f"{shares}; moved: in points, the last {weeks // 2} weeks against the {weeks // 2} before."
    return f"{shares}. How it moves is shown once both halves of the weeks have papers."


def _share(share: Share, role: str, glyphs: Glyphs) -> tuple[Piece, ...]:
    """The number of papers, their part in percent, and how many points that has moved."""
    points = None if share.moved is None else round(100 * share.moved)
    moved = glyphs.nothing if points is None else f"{points:+d}" if points else "0"
    part = f"{round(100 * share.part)} %" if share.papers else glyphs.nothing
    return (
        Piece(f"{share.papers or glyphs.nothing:>{SHARE - 12}}", role if share.papers else "muted"),
        Piece(f"{part:>6}", "text" if share.papers else "muted"),
        Piece(f"{moved:>6}", "text" if points else "muted"),
    )


def _topic_bar(share: Share, most: float, room: int, sign: str, role: str) -> tuple[Piece, ...]:
    """A bar after two spaces; nothing without room for one."""
    cells = _cells(share.part, most, room)
    return (Piece("  "), Piece(sign * cells, role), Piece(" " * (room - cells))) if room else ()


# Days


def _calendar(figures: Figures, width: int, glyphs: Glyphs) -> Iterator[Line]:
    """A column for each week, the newest at the right; a day is the darker, the more papers were seen on it."""
    yield from _heading("Days", width)
    weeks = max(1, min(YEAR, (width - LABEL) // 2))
    first = monday_of(figures.today) - timedelta(weeks=weeks - 1)
    seen = {day: counts.seen for day, counts in figures.days.items() if day >= first}
    yield (Piece(_months(first, weeks), "muted"),)
    busy = _busy(seen)
    for weekday, name in enumerate(WEEKDAYS):
        label = name[:3] if weekday % 2 == 0 else ""
        days = (first + timedelta(weeks=week, days=weekday) for week in range(weeks))
        cells = (_cell(seen.get(day, 0), busy, glyphs) for day in days if day <= figures.today)
        yield (Piece(f"{label:{LABEL}}", "muted"), *cells)
    yield ()
    most = max(seen, key=lambda day: (seen[day], day), default=None)
    told = f" {glyphs.dot} most on {short_day(most.isoformat(), figures.today)}: {seen[most]:,}" if most else ""
    shades = [Piece(f"{shade} ", f"day-{level}") for level, shade in enumerate(glyphs.shades)]
    yield (Piece(f"{'':{LABEL}}less ", "muted"), *shades, Piece(f"more seen{told}", "muted"))


def _busy(seen: Mapping[date, int]) -> int:
    """Papers of a busy day, of which a tenth of the days has more."""
    numbers = sorted(seen.values())
    return numbers[min(len(numbers) - 1, int(CALM * len(numbers)))] if numbers else 1


def level(papers: int, busy: int) -> int:
    """How dark a day is: 0 without papers, up to `LEVELS`."""
    return 0 if not papers else min(LEVELS, 1 + (papers - 1) * LEVELS // busy)


def _cell(papers: int, busy: int, glyphs: Glyphs) -> Piece:
    found = level(papers, busy)
    return Piece(f"{glyphs.shades[found]} ", f"day-{found}")


def _months(first: date, weeks: int) -> str:
    """The names of the months over the weeks in which they begin, where they have room."""
    line = " " * LABEL
    end = LABEL + 2 * weeks
    for week in range(weeks):
        last = first + timedelta(weeks=week, days=6)
        at = LABEL + 2 * week
        if last.day <= 7 and len(line) <= at <= end - 3:
            line = f"{line:{at}}{MONTHS[last.month - 1][:3]} "
    return line.rstrip()
