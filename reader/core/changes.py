"""What has changed in a paper since the user marked it, and whether that is enough for the view Changed.

The times at which the user looked, and the history of the paper's facts, come from the cache. All else follows here, so
that undo and other machines only have to ask again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from reader.core.text import amount

VOTES, COMMENTS, MODELS = 25, 5, 1
"""New ones that suffice, if they are at least half of those before: most papers gain votes for a week."""

WORDS = 10
"""Changed words of the title or abstract that suffice."""


class Facts(NamedTuple):
    """The facts of a paper at one time."""

    votes: int | None = 0
    """None before a source reported them; likewise the comments and models."""
    comments: int | None = 0
    models: int | None = None
    code: bool = False
    version: int | None = None
    """None before a source reported it."""
    venue: str = ""
    title: str = ""
    abstract: str = ""


class Moved(NamedTuple):
    """The numbers of a paper from a time on, in seconds since 1970."""

    at: int
    votes: int | None
    comments: int | None
    models: int | None
    code: bool


class Edit(NamedTuple):
    """The value of a text or fact until a time; empty if unknown."""

    at: int
    field: str
    """`title`, `abstract`, `version` or `venue`; of other facts only the numbers are kept."""
    before: str


class LookedAt(NamedTuple):
    """When the user marked the paper, in seconds since 1970."""

    at: int
    is_trace: bool = False
    """Whether the paper was only opened or read to the end: then changes stay due."""


class Difference(NamedTuple):
    """One thing that changed."""

    what: str
    """`code`, `models`, `version`, `venue`, `votes`, `comments`, `title` or `abstract`."""
    before: str | int | bool | None
    after: str | int | bool | None
    is_enough: bool
    """Whether it suffices alone."""

    @property
    def runs(self) -> tuple[Run, ...]:
        return compare_words(str(self.before), str(self.after))


class Due(NamedTuple):
    """A paper that has changed enough."""

    at: int
    """When the last sufficient change happened, in seconds since 1970."""
    since: int
    """When the user had last marked the paper."""
    is_open: bool
    """Whether the user has not looked at it since."""


class History:
    """The facts of a paper over time."""

    def __init__(self, now: Facts, moved: Sequence[Moved] = (), edits: Sequence[Edit] = (), revised: str = "") -> None:
        """`moved` and `edits` are in the order of time; `revised` is the ISO day of the newest version, if known."""
        self.now = now
        self.revised = revised
        self._moved = moved
        self._edits = edits

    @cached_property
    def times(self) -> list[int]:
        """When something changed, in order."""
        return sorted({*(one.at for one in self._moved[1:]), *(one.at for one in self._edits)})

    def at(self, time: int) -> Facts:
        """The facts at a time; for earlier times, the first known ones."""
        facts = self.now
        if self._moved:
            place = bisect_right(self._moved, time, key=lambda one: one.at)
            one = self._moved[max(place - 1, 0)]
            facts = facts._replace(votes=one.votes, comments=one.comments, models=one.models, code=one.code)
        before: dict[str, str] = {}
        for edit in reversed(self._edits):
            if edit.at <= time:
                break
            before[edit.field] = edit.before
        if "version" in before:
            version = before["version"]
            facts = facts._replace(version=int(version) if version.isdecimal() else None)
        return facts._replace(
            venue=before.get("venue", facts.venue),
            title=before.get("title", facts.title),
            abstract=before.get("abstract", facts.abstract),
        )

    def changes(self, since: int, until: int | None) -> list[Difference]:
        """Changes between two times, or since one, in display order."""
        day = datetime.fromtimestamp(since, UTC).date().isoformat()
        after = self.now if until is None else self.at(until)
        # A version unknown at that time is new if it was made later.
        return list(_differences(self.at(since), after, is_newer=day < self.revised))


def _differences(before: Facts, after: Facts, *, is_newer: bool) -> Iterator[Difference]:
    """The differences in display order; what was unknown did not change."""
    if after.code and not before.code:
        yield Difference("code", False, True, is_enough=True)
    yield from _grown("models", before.models, after.models, MODELS)
    is_new = is_newer if before.version is None else (after.version or 0) > before.version
    if is_new and (after.version or 0) > 1:
        yield Difference("version", before.version, after.version, is_enough=True)
    if after.venue and after.venue != before.venue:
        yield Difference("venue", before.venue or None, after.venue, is_enough=True)
    yield from _grown("votes", before.votes, after.votes, VOTES)
    yield from _grown("comments", before.comments, after.comments, COMMENTS)
    for what, old, new in (("title", before.title, after.title), ("abstract", before.abstract, after.abstract)):
        if old and new and old.split() != new.split():
            yield Difference(what, old, new, count_words(compare_words(old, new)) >= WORDS)


def _grown(what: str, before: int | None, after: int | None, limit: int) -> Iterator[Difference]:
    if before is not None and after is not None and after > before:
        yield Difference(what, before, after, after - before >= max(limit, before // 2))


def find_due(looks: Iterable[LookedAt], history: History) -> Due | None:
    """The newest change that is or was due; None if the paper never changed enough after a mark."""
    baseline: int | None = None
    found: Due | None = None
    for look in sorted(looks):
        if baseline is not None:
            at = _became_due(history, baseline, look.at)
            if at is not None:
                found = Due(at, baseline, is_open=look.is_trace)
                if look.is_trace:
                    continue
        baseline = look.at
    if baseline is not None and (at := _became_due(history, baseline, None)) is not None:
        found = Due(at, baseline, is_open=True)
    return found


def _became_due(history: History, since: int, until: int | None) -> int | None:
    """When the changes between two times became enough; None if they never did."""
    enough: set[str] = set()
    last: int | None = None
    for time in history.times:
        if time > since and (until is None or time <= until):
            now = {one.what for one in history.changes(since, time) if one.is_enough}
            if now - enough:
                enough |= now
                last = time
    return last


# What the user sees


class Changes(NamedTuple):
    """What changed of a paper that is or was due."""

    since: int
    at: int
    """When the last sufficient change happened."""
    mark: str
    """The kind of that mark."""
    is_open: bool
    """Whether the user has not looked at it since."""
    differences: tuple[Difference, ...]

    @property
    def day(self) -> str:
        """The local ISO day of the mark."""
        return datetime.fromtimestamp(self.since).date().isoformat()

    @property
    def done(self) -> str:
        """What the user had done: `starred it`."""
        return _DONE[self.mark]


_DONE = {
    "star": "starred it",
    "hide": "hid it",
    "read": "read it",
    "queue": "queued it",
    "note": "wrote a note on it",
    "look": "looked at it again",
    "finish": "read it to the end",
    "open": "opened it",
}


def describe(change: Difference, arrow: str) -> str:
    """A difference in a few words: `12 → 61 votes`, `new code`, `34 words of the abstract`."""
    before, after = change.before, change.after
    match change.what:
        case "code":
            return "new code"
        case "version":
            return f"new v{after}" if before is None else f"v{before} {arrow} v{after}"
        case "venue":
            return f"now at {after}" if before is None else f"{before} {arrow} {after}"
        case "title" | "abstract":
            return f"{amount(count_words(change.runs), 'word')} of the {change.what}"
    return f"{before:,} {arrow} {after:,} {change.what}"


def brief(change: Difference) -> str:
    """A difference in two words or so, for a row of the list: `code out`, `new v2`, `votes ×3`."""
    before, after = change.before, change.after
    match change.what:
        case "code":
            return "code out"
        case "version":
            return f"new v{after}"
        case "venue":
            return str(after)
        case "title" | "abstract":
            return f"new {change.what}"
    if isinstance(before, int) and isinstance(after, int) and 0 < 2 * before <= after:
        return f"{change.what} ×{after // before}"
    return f"+{after - before:,} {change.what}" if isinstance(before, int) and isinstance(after, int) else change.what


# Titles and abstracts compared by word

COMPARED = 1_000
"""Maximum words to compare: the time may grow with the square of their number."""

REPEATED = 4
"""Maximum pairs of equal words for each word of two texts that are compared; abstracts have 1 or 2."""


class Run(NamedTuple):
    """Consecutive words of both texts, or of only one."""

    kind: Literal["same", "gone", "new"]
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


@lru_cache(maxsize=64)
def compare_words(before: str, after: str) -> tuple[Run, ...]:
    """The words of both texts in order; replaced words come before their replacement."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > COMPARED:
        return (Run("gone", " ".join(old)), Run("new", " ".join(new)))
    runs: list[Run] = []
    for step in _compare(old, new):
        gone, come = old[step.old_start : step.old_end], new[step.new_start : step.new_end]
        if step.is_equal:
            runs.append(Run("same", " ".join(gone)))
            continue
        if gone:
            runs.append(Run("gone", " ".join(gone)))
        if come:
            runs.append(Run("new", " ".join(come)))
    return tuple(runs)


class _Step(NamedTuple):
    """A run of the old list, and its replacement in the new one."""

    is_equal: bool
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[_Step]:
    """The steps that turn one list into the other.

    What is long, or repeats itself more than language does, is replaced as a whole: to compare it could take minutes.
    """
    from difflib import SequenceMatcher

    begin = _shared(old, new)
    end = _shared(old[begin:][::-1], new[begin:][::-1])
    before, after = old[begin : len(old) - end], new[begin : len(new) - end]
    if begin:
        yield _Step(True, 0, begin, 0, begin)
    counts = Counter(after)
    pairs = sum(counts[one] for one in before)
    if max(len(before), len(after)) > COMPARED or pairs > REPEATED * (len(before) + len(after)):
        yield _Step(False, begin, len(old) - end, begin, len(new) - end)
    else:
        for what, *places in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            yield _Step(what == "equal", *(begin + place for place in places))
    if end:
        yield _Step(True, len(old) - end, len(old), len(new) - end, len(new))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the common beginning of both lists."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def count_words(runs: Iterable[Run]) -> int:
    """How many words changed: the greater of removed and added words."""
    counts = {"same": 0, "gone": 0, "new": 0}
    for run in runs:
        counts[run.kind] += run.words
    return max(counts["gone"], counts["new"])
