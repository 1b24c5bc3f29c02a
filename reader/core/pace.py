"""The rate of long work and its remaining time, in words."""

from __future__ import annotations


def pace_text(done: int, of: int, seconds: float) -> str:
    """The rate and the remaining time after `done` of `of` steps in `seconds`, such as `38 a second · 26 s left`.

    Empty in the first second.
    """
    if seconds < 1 or not 0 < done <= of:
        return ""
    rate = done / seconds
    rate_text = (
        f"{rate:,.0f} a second"
        if rate >= 10
        else f"{rate:,.1f} a second"
        if rate >= 1
        else f"{rate * 60:,.0f} a minute"
    )
    return f"{rate_text} · {duration_text((of - done) / rate)} left"


def duration_text(seconds: float) -> str:
    """A rounded duration, such as `26 s`, `4 min` or `2 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
