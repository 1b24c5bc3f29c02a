"""Triage: decide on papers one at a time, against a clock. Plain values and functions; the caller passes the time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from reader.core.errors import UsageError

USUAL = 15 * 60
"""Default seconds of a triage."""

LEAST, MOST = 10, 12 * 3600
"""Minimum and maximum seconds of a triage."""

ASLEEP = 30.0
"""A gap of this many seconds between two looks means that the machine slept or the program was stopped."""

_TIME = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})(?:m|min|(?=$)))?(?:(\d{1,5})s)?")


class AskedTriage(NamedTuple):
    """What a typed line asks for."""

    seconds: int
    query: str
    """Empty for the newest day and papers that came since the last visit."""


def read_line(text: str) -> AskedTriage:
    """A time such as `15m`, `90s` or `1h30m`, and a query, both optional; raises UsageError."""
    first, _, rest = text.strip().partition(" ")
    found = _TIME.fullmatch(first) if first[:1].isdigit() else None
    if found is None:
        return AskedTriage(USUAL, text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    time = 3600 * hours + 60 * minutes + seconds
    if not LEAST <= time <= MOST:
        raise UsageError("A triage lasts from 10s to 12h: triage 15m.")
    return AskedTriage(time, rest.strip())


class Stopwatch(NamedTuple):
    """Measures elapsed time, except while stopped or while the machine sleeps."""

    ran: float = 0.0
    """Seconds until the last look."""
    looked: datetime | None = None
    """The last look at the clock; None while it is stopped."""

    @property
    def is_running(self) -> bool:
        return self.looked is not None

    def started(self, now: datetime) -> Stopwatch:
        """The stopwatch, running from now."""
        return self.at(now)._replace(looked=now)

    def at(self, now: datetime) -> Stopwatch:
        """The stopwatch at a later moment; a clock set back or leaping forward adds nothing."""
        if self.looked is None:
            return self
        passed = (now - self.looked).total_seconds()
        return Stopwatch(self.ran + (passed if 0 <= passed <= ASLEEP else 0.0), now)

    def stopped(self, now: datetime) -> Stopwatch:
        return self.at(now)._replace(looked=None)


STANDING = Stopwatch()
"""A stopwatch that has not run yet."""


class Pace(NamedTuple):
    """The progress of a triage."""

    seconds: int
    """Its total time."""
    ran: float
    decided: int
    left: int | None
    """Number of undecided papers, including the shown one; None while unknown."""

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.seconds - self.ran)

    @property
    def is_time_up(self) -> bool:
        return self.ran >= self.seconds

    @property
    def each(self) -> float | None:
        """Average seconds per paper so far; None before the first decision."""
        return self.ran / self.decided if self.decided else None

    @property
    def room(self) -> int | None:
        """How many more papers fit into the time at this pace; None while unknown."""
        if not self.each:
            return None
        return int(self.seconds_left / self.each)


def time_left(seconds: float) -> str:
    """The remaining time in coarse steps that do not distract: `12 min`, at last `40 s`."""
    if seconds > 50:
        return f"{-int(-seconds // 60)} min"
    return f"{10 * -int(-seconds // 10)} s"


def spent(seconds: float) -> str:
    """An elapsed time: `40 s`, `14 min`, `1 h 5 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)
