"""A triage in words: the first line during it, and the summary at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cut_line, measure, spread
from reader.core.text import amount
from reader.core.triage import Pace, spent, time_left
from reader.ui.kit.glyphs import Glyphs
from reader.ui.list.empty_lines import EmptyReason

if TYPE_CHECKING:
    from reader.ui.triage.state import Triage

TRIAGE_ROLES = ("place", "count", "quiet", "warning")
"""The roles of the first line's pieces."""

TIME_IS_UP = "time is up: this paper is the last one"


class TriageHeader(NamedTuple):
    """The content of the first line, as shown, so that an unchanged second paints nothing."""

    number: str = ""
    """Such as `8 of 34`."""
    time: str = ""
    pace: tuple[str, ...] = ()
    """The time per paper, and for how many papers there is time."""
    is_pressing: bool = False


def triage_header(pace: Pace) -> TriageHeader:
    number = f"{pace.decided + 1:,}"
    if pace.left is not None:
        total = pace.decided + pace.left
        number = f"{min(pace.decided + 1, total):,} of {total:,}"
    if pace.is_time_up:
        return TriageHeader(number, "time is up", ("this is the last one",), is_pressing=True)
    return TriageHeader(number, f"{time_left(pace.seconds_left)} left", tuple(_pace(pace)))


def _pace(pace: Pace) -> Iterator[str]:
    if pace.each is None:
        if pace.left and pace.seconds_left >= pace.left:
            yield f"{spent(pace.seconds_left / pace.left)} for each"
        return
    yield f"{spent(max(1, pace.each))} each"
    if pace.room is not None and pace.left is not None:
        yield "time for all" if pace.room >= pace.left else f"time for {pace.room:,}"


def triage_line(header: TriageHeader, width: int, glyphs: Glyphs) -> Line:
    left: Line = (Piece(" "), Piece("Triage", "place"), Piece("  "), Piece(header.number, "count"))
    role, line = "warning" if header.is_pressing else "count", left
    for count in range(len(header.pace), -1, -1):
        rest = "".join(f" {glyphs.dot} {part}" for part in header.pace[:count])
        right: Line = (Piece(header.time, role), Piece(rest, "quiet"), Piece(" "))
        line = spread(left, right, width)
        if measure(left) + measure(right) + 2 <= width:
            break
    return cut_line(line, width, glyphs.ellipsis)


MOST_KEPT = 8


def triage_summary(triage: Triage, older: str = "") -> EmptyReason:
    """The result of a triage and the kept papers; `older` is the key to the next day with unread papers."""
    pace, counts, aside, finished = triage.pace, triage.counts, triage.aside, triage.finished
    if not pace.decided and not aside:
        return EmptyReason("No unread papers are left.", ways=(older, "view.unread all unread", "app.escape back"))
    what = f"{finished[:1].upper()}{finished[1:]} is finished" if finished else "Triage is done"
    if pace.decided:
        what += f": {amount(pace.decided, 'paper')} in {spent(pace.ran)}"
    if pace.decided > 1:
        what += f", {spent(max(1, pace.ran / pace.decided))} each"
    words = {"star": "starred", "queue": "queued", "hide": "hidden", "pass": "passed"}
    done = [f"{counts[kind]:,} {word}" for kind, word in words.items() if counts.get(kind)]
    if aside:
        done.append(f"{aside:,} marked read")
    ways = (
        f"mark.undo takes {f'the {aside:,}' if aside > 1 else 'it'} back" if aside else "",
        older,
        "view.queue the queue" if counts.get("queue") else "view.starred starred papers" if counts.get("star") else "",
        "app.escape back",
    )
    more = len(triage.kept) - MOST_KEPT
    kept = triage.kept[:MOST_KEPT] if more < 2 else (*triage.kept[: MOST_KEPT - 1], f"and {more + 1:,} more")
    return EmptyReason(f"{what}.", f"{', '.join(done)}.", ways, kept if more != 1 else triage.kept)
