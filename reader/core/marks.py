"""The user's marks on papers and the kinds of events: their names, and the limits on rules.

Queue places are strings of digits that sort as text, so that there is always room between two of them. A paper's first
place follows from the time it was queued and its position among papers queued with it. Thus the queues of two machines
merge by time, and moving a paper does not change the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

STATES = {"read": "read", "star": "starred", "hide": "hidden"}
"""Kinds of on/off marks, with the paper's field that each sets."""

TAG = "tag:"
"""Prefix of the kinds of marks that tag papers."""

UNDOES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"hide": ("star", "queue"), "star": ("hide",), "queue": ("hide",)}
)
"""The marks that each mark removes: the last decision wins."""

NOTE = "note"

QUEUE = "queue"
"""The kind of marks that queue papers for later. Its value is `0`, `1`, or the place that the paper was moved to."""

WANT = "want"
"""The kind of marks on papers that an import mentions and the cache lacks: a refresh fetches them."""

PASSAGE = "passage:"
"""Prefix of the kinds of marks that highlight a passage of a full text: the passage's id follows, and the value is
`Passage.value`, or empty once it is removed."""

HIGHLIGHT = "highlight"
"""The kind of marks of former rules that highlighted papers in lists. They are kept and ignored."""

RULE = "rule:"
"""Prefix of the kinds of events that record a rule's action; the value is JSON, with its query and action."""

RULE_LIMIT = 4_000
OPEN, FINISH, PASS = "open", "finish", "pass"

TRACES = (OPEN, FINISH, PASS)
"""Kinds of marks that reading leaves: a paper's page was opened, or, in older logs, it was read to the end or passed by
the cursor. Their value is the day (ISO), so a paper has at most one of a kind a day. They can't be undone."""

UNDO = "undo"
"""The kind of rows of the log that undo an action (value `1`) or redo it (`0`); their paper column has the
action's id."""

LIKE = "like"
"""The kind of marks that only teach the user's interests; imports make them."""

AGENT = "agent:"
"""Prefix of the author of rows that a program recorded for the user; its name and the id of its run follow. One undo
takes back a whole run."""

FOLLOW = "follow:"
"""Prefix of the kinds of rows that follow a feed; the value is its JSON, or empty once it is no longer followed."""

STANDING = "standing:"
"""Prefix of the kinds of rows of standing queries; the name follows, and the value is the query as JSON, or empty."""

WATCH = "watch:"
"""Prefix of the kinds of events of 0.2 that followed something; they became standing queries."""

FORMER = ("entry:", "here:", "setting:", "mailed:", "look")
"""Prefixes of the kinds of events of 0.2 about settings, mails and changed papers. They are ignored, and stay on
the machine."""

TAG_LIMIT = 100

_PLACE = re.compile(r"\d{26,200}", re.ASCII)
_RUN = re.compile(r"[0-9a-f]{12}")


class Agent(NamedTuple):
    """A program that marks papers for the user, in one of its runs."""

    name: str
    run: str
    """12 hexadecimal digits, different for each run."""

    @property
    def text(self) -> str:
        """The author that the rows of the log name."""
        return f"{AGENT}{self.name}:{self.run}"


class Mark(NamedTuple):
    """The newest event of one kind on a paper."""

    kind: str
    """`read`, `star`, `hide`, `queue`, `want`, `like`, `highlight`, `note`, a trace, or `tag:`, `rule:`,
    `agent:` and `passage:` with a name."""
    value: str
    """`1` or `0`, the note's text, a place in the queue, a day, a rule's action, or the run of a program."""
    clock: int
    """Milliseconds since 1970."""
    machine: str
    id: str
    """The event's id; one event may mark many papers."""


class PaperMarks(NamedTuple):
    """The user's marks on a paper in a file."""

    paper: str
    marks: tuple[Mark, ...] = ()
    states: tuple[tuple[str, str], ...] = ()
    """Kinds and values of marks without a time in the file."""


def clean_mark(kind: str, value: str) -> tuple[str, str] | None:
    """A mark's kind and value with clean, bounded text; None if invalid."""
    from reader.core.text import clean, clean_note

    if kind == NOTE:
        return kind, clean_note(value)
    if kind.startswith(PASSAGE):
        from reader.core.passages import clean_value

        cleaned = clean_value(kind.removeprefix(PASSAGE), value)
        return None if cleaned is None else (kind, cleaned)
    if kind == QUEUE and _PLACE.fullmatch(value):
        return kind, value
    if kind.startswith(RULE):
        name, query = clean(kind.removeprefix(RULE), TAG_LIMIT), clean(value, RULE_LIMIT)
        return (f"{RULE}{name}", query) if name and query else None
    if kind in TRACES:
        return (kind, value) if _is_day(value) else None
    if kind.startswith(AGENT):
        name = clean(kind.removeprefix(AGENT), TAG_LIMIT)
        return (f"{AGENT}{name}", value) if name and _RUN.fullmatch(value) else None
    if kind.startswith(TAG):
        name = clean(kind.removeprefix(TAG), TAG_LIMIT)
        kind = f"{TAG}{name}" if name else ""
    elif kind not in STATES and kind not in (QUEUE, WANT, LIKE, HIGHLIGHT):
        return None
    return (kind, value) if kind and value in ("0", "1") else None


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def newest(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The newest mark of each kind, sorted by kind."""
    by_kind: dict[str, Mark] = {}
    for mark in marks:
        known = by_kind.get(mark.kind)
        if known is None or (mark.clock, mark.id) > (known.clock, known.id):
            by_kind[mark.kind] = mark
    return tuple(by_kind[kind] for kind in sorted(by_kind))


def sql_list(kinds: Iterable[str]) -> str:
    """Kinds of marks as a list in SQL."""
    return ", ".join(f"'{kind}'" for kind in kinds)


# Places in the queue

CLOCK_DIGITS, _POSITION = 19, 7
"""Digits of the milliseconds since 1970, and of the position among the papers of an event."""


def first_place(clock: int, position: int) -> str:
    """The place of a paper queued at `clock`, at `position` among the papers queued together."""
    return f"{clock:0{CLOCK_DIGITS}}{min(position, 10**_POSITION - 1):0{_POSITION}}"


# Marks that rules may make

RULE_MARKS = ("hide", "star", QUEUE)
"""The effects of rules by keyword; `tag:NAME` tags."""

_TO_READ = ("star", QUEUE)
"""Marks of papers to read, which contradict hiding."""

_SEEN = ("note", "read", OPEN, FINISH)
"""Marks of papers that the user has looked at, which no rule hides."""


def opposes(kind: str, other: str) -> bool:
    """Whether rules that make these two kinds of marks contradict each other."""
    return (kind == "hide" and other in _TO_READ) or (other == "hide" and kind in _TO_READ)


def is_against(kind: str, acted: Iterable[str]) -> bool:
    """Whether a rule's mark contradicts the user's; `acted` are the kinds of marks that the user made or removed."""
    return any(
        kind == made or opposes(kind, made) or (kind == "hide" and (made in _SEEN or made.startswith(TAG)))
        for made in acted
    )


def allowed_marks(then: Sequence[str], acted: Collection[str], taken: Collection[str]) -> tuple[str, ...]:
    """The marks of `then` that a rule may make on a paper.

    `acted` are the kinds of marks that the user made or removed, `taken` the kinds that earlier rules have just made.
    """
    return tuple(
        kind for kind in then if not is_against(kind, acted) and not any(opposes(kind, other) for other in taken)
    )


def rule_words(then: Iterable[str]) -> str:
    """The effect of a rule in words: `hide, tag later`."""
    return ", ".join(kind.replace(TAG, "tag ") for kind in then)
