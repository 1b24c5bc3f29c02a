"""Reading statistics as lines: weeks as sparklines, topics, days as a calendar.

They are drawn without a plotting library, which has its own sizes, colours and signs and is slow to import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from reader.core.dates import MONTHS, WEEKDAYS
from reader.core.lines import Line, Piece, cell_len, cut, cut_line, fill, literal
from reader.core.reading import Figures, Share, monday_of
from reader.core.text import amount
from reader.core.topics.trends import spark
from reader.ui.kit.day_names import short_day
from reader.ui.kit.glyphs import Glyphs

EMPTY = "No reading yet. Papers that you open, mark or pass in the list are counted here, by week, day and topic."

COLUMNS = ("seen", "opened", "to the end", "starred")
FIRST, NUMBER = 12, 10
"""Cells of the first column, and of each number."""
MOST_TOPICS = 5
LONGEST_NAME = 30
SHARE = 14
BAR, LEAST_BAR = 16, 4
"""Maximum and minimum cells of a topic's bar."""
LABEL = 5
YEAR = 53
LEVELS = 4
CALM = 0.9
"""Share of the days that are no busier than the darkest shade."""


def reading_lines(figures: Figures, names: Mapping[str, str], width: int, glyphs: Glyphs) -> list[Line]:
    """All statistics in lines of a width; `names` are topic names by slug."""
    if not figures.days:
        return fill([Piece(EMPTY, "muted")], width)
    lines = [*_weeks(figures, width, glyphs)]
    if figures.topics:
        lines += [(), *_topics(figures, names, width, glyphs)]
    lines += [(), *_calendar(figures, width, glyphs)]
    if figures.traced is None or figures.traced > figures.weeks[0].monday:
        lines += fill([Piece(_since(figures), "muted")], width)
    return [cut_line(line, width, glyphs.ellipsis) for line in lines]


def _since(figures: Figures) -> str:
    traced = figures.traced
    since = "from now on" if traced is None else f"since {short_day(traced.isoformat(), figures.today)}"
    return f"Opened, passed and finished papers are counted {since}."


def _weeks(figures: Figures, width: int, glyphs: Glyphs) -> Iterator[Line]:
    whole, monday = amount(len(figures.weeks), "week"), figures.weeks[0].monday
    begin = f"  weekly since {monday.day} {MONTHS[monday.month - 1][:3]}"
    yield (Piece(f"{'':{FIRST}}"), Piece(f"{whole:>{NUMBER}}{'this week':>{NUMBER + 2}}{begin}", "label"))
    for at, name in enumerate(COLUMNS):
        numbers = [week.counts[at] for week in figures.weeks]
        role = "star" if name == "starred" else "text"
        yield (
            Piece(f"{name:{FIRST}}", "muted"),
            Piece(f"{figures.total[at]:>{NUMBER},}{numbers[-1]:>{NUMBER + 2},}  ", role),
            Piece(spark(numbers, glyphs.spark, max(1, width - FIRST - 2 * NUMBER - 4)), "opened"),
        )


def _topics(figures: Figures, names: Mapping[str, str], width: int, glyphs: Glyphs) -> Iterator[Line]:
    shown = figures.topics[:MOST_TOPICS]
    called = {one.slug: literal(names.get(one.slug, one.slug)) for one in shown}
    name = min(LONGEST_NAME, max(map(cell_len, called.values())), max(8, width - 2 * SHARE))
    bar = min(BAR, (width - name - 2 * SHARE) // 2 - 2)
    bar = bar if bar >= LEAST_BAR else 0
    head = "".join(f"{column:>{SHARE}}{'':{bar + 2 if bar else 0}}" for column in ("starred", "seen"))
    yield (Piece(f"{'Topics':{name}}{head}".rstrip(), "label"),)
    most = max(max(one.starred.part, one.seen.part) for one in shown)
    for one in shown:
        title = cut(called[one.slug], name, glyphs.ellipsis)
        yield (
            Piece(title + " " * (name - cell_len(title)), "topic"),
            *_share(one.starred, most, bar, glyphs.shades[-1], "star"),
            *_share(one.seen, most, bar, glyphs.shades[1], "seen"),
        )


def _share(share: Share, most: float, room: int, sign: str, role: str) -> tuple[Piece, ...]:
    part = f"{round(100 * share.part)} %" if share.papers else ""
    number = Piece(f"{share.papers:>{SHARE - 6}}{part:>6}", role if share.papers else "muted")
    cells = max(1, round(share.part / most * room)) if share.papers and room else 0
    return (number, Piece("  "), Piece(sign * cells, role), Piece(" " * (room - cells))) if room else (number,)


# Days


def _calendar(figures: Figures, width: int, glyphs: Glyphs) -> Iterator[Line]:
    """One column per week, newest on the right; days get darker with the number of papers seen."""
    weeks = max(1, min(YEAR, (width - LABEL) // 2))
    first = monday_of(figures.today) - timedelta(weeks=weeks - 1)
    seen = {day: counts.seen for day, counts in figures.days.items() if day >= first}
    yield (Piece(_months(first, weeks), "label"),)
    busy = _busy(seen)
    for weekday, name in enumerate(WEEKDAYS):
        label = name[:3] if weekday % 2 == 0 else ""
        days = (first + timedelta(weeks=week, days=weekday) for week in range(weeks))
        cells = (_cell(seen.get(day, 0), busy, glyphs) for day in days if day <= figures.today)
        yield (Piece(f"{label:{LABEL}}", "muted"), *cells)


def _busy(seen: Mapping[date, int]) -> int:
    """The papers of a busy day: a tenth of the days have more."""
    numbers = sorted(seen.values())
    return numbers[min(len(numbers) - 1, int(CALM * len(numbers)))] if numbers else 1


def level(papers: int, busy: int) -> int:
    """A day's shade: 0 without papers, up to `LEVELS`."""
    return 0 if not papers else min(LEVELS, 1 + (papers - 1) * LEVELS // busy)


def _cell(papers: int, busy: int, glyphs: Glyphs) -> Piece:
    found = level(papers, busy)
    return Piece(f"{glyphs.shades[found]} ", f"day-{found}")


def _months(first: date, weeks: int) -> str:
    line = "Days "
    end = LABEL + 2 * weeks
    for week in range(weeks):
        last = first + timedelta(weeks=week, days=6)
        at = LABEL + 2 * week
        if last.day <= 7 and len(line) <= at <= end - 3:
            line = f"{line:{at}}{MONTHS[last.month - 1][:3]} "
    return line.rstrip()
