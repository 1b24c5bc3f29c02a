"""A triage in words: the first line during it, and what was decided at its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from reader.core.lines import Line, Piece, cut_line
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import day_left, short_day
from reader.ui.list.empty import EmptyReason

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.triage.state import Triage

TRIAGE_ROLES = ("place", "count")
"""The roles of the first line's pieces."""

MAX_NAMED_DAYS = 3
"""With more days, the end of a triage names only the newest and the oldest one."""


def triage_line(number: str, width: int, glyphs: Glyphs) -> Line:
    """The first line: `Triage  5 of 34`."""
    line = (Piece(" "), Piece("Triage", "place"), Piece("  "), Piece(number, "count"))
    return cut_line(line, width, glyphs.ellipsis)


def triage_end(triage: Triage, today: date, days: Sequence[DayCount] = ()) -> EmptyReason:
    """What a triage went through and decided; `days` are all days, the newest first, for the way to unread papers."""
    oldest = triage.days[-1] if triage.days else None
    left = next((day for day in days if (oldest is None or day.day < oldest) and day.unread), None)
    older = "" if left is None else f"day.older {day_left(left, oldest)}"
    if not triage.decisions:
        return EmptyReason("No unread papers are left.", ways=(older, "view.unread all unread", "app.escape back"))
    from reader.ui.triage.state import DECISIONS

    counts = triage.counts
    done = ", ".join(f"{counts[kind]:,} {word}" for kind, word in DECISIONS.items() if counts[kind])
    kept = "view.queue the queue" if counts["queue"] else "view.starred starred papers" if counts["star"] else ""
    ways = ("mark.undo takes the last one back", older, kept, "app.escape back")
    return EmptyReason(f"{_days(triage.days, today)}: no unread papers are left.", f"{done}.", ways)


def _days(days: tuple[str, ...], today: date) -> str:
    """The names of days: `Tue 1 Dec and Mon 30 Nov`, or `Tue 1 Dec to Thu 19 Nov, 9 days`."""
    names = [short_day(day, today) for day in days]
    if len(names) > MAX_NAMED_DAYS:
        return f"{names[0]} to {names[-1]}, {len(names)} days"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
