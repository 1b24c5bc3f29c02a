"""Places in the queue: strings of digits that sort as text, and between any two of which there is another.

A paper's first place follows from when it was queued, and from its position among those that were queued with it.
So the queues of two machines merge by time, and moving one paper changes no other.
"""

from __future__ import annotations

_CLOCK, _POSITION = 19, 7
"""Digits of the milliseconds since 1970, and of the position among the papers of one event."""

_DIGITS = _CLOCK + _POSITION


def first_place(clock: int, position: int) -> str:
    """The place of a paper that was queued at `clock`, the one at `position` of those that were queued together."""
    return f"{clock:0{_CLOCK}}{min(position, 10**_POSITION - 1):0{_POSITION}}"


def place_between(before: str | None, after: str | None) -> str:
    """A place after `before` and before `after`; None is an end of the queue."""
    low, high = before or "0" * _DIGITS, after or "9" * _DIGITS
    if before and not after:
        return _shifted(before, 1)
    if after and not before:
        return _shifted(after, -1)
    # As few digits as leave a number free: where papers are moved again and again, places would else grow by one each.
    most = max(len(low), len(high)) + 1
    for digits in range(_DIGITS, most + 1):
        first, last = (int(place[:digits].ljust(digits, "0")) for place in (low, high))
        if last - first > 1 or digits == most:
            break
    return f"{(first + last) // 2:0{digits}}"


def _shifted(place: str, milliseconds: int) -> str:
    """The place of a paper that was queued some milliseconds later, or earlier."""
    return first_place(max(0, int(place[:_CLOCK]) + milliseconds), 0)
