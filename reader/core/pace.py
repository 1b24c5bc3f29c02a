"""How fast a long piece of work goes, and how long it still takes."""

from __future__ import annotations


def pace_text(done: int, of: int, seconds: float) -> str:
    """What to say of `done` steps of `of` that took so many seconds: `38 a second · 26 s left`; empty at first."""
    if seconds < 1 or not 0 < done <= of:
        return ""
    rate = done / seconds
    told = (
        f"{rate:,.0f} a second"
        if rate >= 10
        else f"{rate:,.1f} a second"
        if rate >= 1
        else f"{rate * 60:,.0f} a minute"
    )
    return f"{told} · {duration_text((of - done) / rate)} left"


def duration_text(seconds: float) -> str:
    """So many seconds in a word or two: `26 s`, `4 min`, `2 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
