"""Triage: decide on papers one at a time, within a time. Plain values and functions of them; the clock is given."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from reader.core.errors import UsageError

USUAL = 15 * 60
"""Seconds that a triage lasts if no time is given."""

LEAST, MOST = 10, 12 * 3600
"""Seconds that a triage may last."""

ASLEEP = 30.0
"""Seconds between two looks at the clock after which the machine was asleep, or the program stopped."""

_TIME = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})(?:m|min|(?=$)))?(?:(\d{1,5})s)?")


class AskedTriage(NamedTuple):
    """What a typed line asks for."""

    seconds: int
    query: str
    """Empty for the papers of the newest day, and those that came since the last visit."""


def read_line(text: str) -> AskedTriage:
    """A time such as `15m`, `90s` or `1h30m`, and a query, either of which may be missing; raises UsageError."""
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
    """The time that has run. It does not count while it is stopped, nor while the machine is asleep."""

    ran: float = 0.0
    """Seconds, up to the last look."""
    looked: datetime | None = None
    """The last look at the clock; None while it is stopped."""

    @property
    def is_running(self) -> bool:
        """Whether the time runs."""
        return self.looked is not None

    def started(self, now: datetime) -> Stopwatch:
        """Let the time run on from now."""
        return self.at(now)._replace(looked=now)

    def at(self, now: datetime) -> Stopwatch:
        """The time at a later moment; a clock that was set back, or has leapt, adds nothing."""
        if self.looked is None:
            return self
        passed = (now - self.looked).total_seconds()
        return Stopwatch(self.ran + (passed if 0 <= passed <= ASLEEP else 0.0), now)

    def stopped(self, now: datetime) -> Stopwatch:
        """Stop the time."""
        return self.at(now)._replace(looked=None)


STANDING = Stopwatch()
"""A stopwatch that has not run yet."""


class Pace(NamedTuple):
    """How far a triage is."""

    seconds: int
    """How long it may last."""
    ran: float
    decided: int
    left: int | None
    """Number of papers that are not decided on, the shown one included; None while that is not known."""

    @property
    def seconds_left(self) -> float:
        """The seconds that are left, at least 0."""
        return max(0.0, self.seconds - self.ran)

    @property
    def is_time_up(self) -> bool:
        """Whether the time is over."""
        return self.ran >= self.seconds

    @property
    def each(self) -> float | None:
        """Seconds for each paper so far; None before the first decision."""
        return self.ran / self.decided if self.decided else None

    @property
    def room(self) -> int | None:
        """How many more papers there is time for at this pace; None before that is known."""
        if not self.each:
            return None
        return int(self.seconds_left / self.each)


def time_left(seconds: float) -> str:
    """A time as it is shown while it runs down, in steps that do not draw the eye: `12 min`, at last `40 s`."""
    if seconds > 50:
        return f"{-int(-seconds // 60)} min"
    return f"{10 * -int(-seconds // 10)} s"


def spent(seconds: float) -> str:
    """A time that was needed: `40 s`, `14 min`, `1 h 5 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)
