"""What has changed in a paper since the user marked it, and whether that is enough for the view Changed.

The times at which the user looked, and the history of the paper's facts, come from the cache. All else follows here, so
that undo and other machines only have to ask again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from reader.core.word_diff import Run, SectionDiff, compare_words, count_words

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
    """A number that grew."""
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
    sections: tuple[SectionDiff, ...] = ()
    """The sections of the full text that changed, where both versions are here."""

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
            return f"{_words(count_words(change.runs))} of the {change.what}"
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


def section_words(section: SectionDiff) -> str:
    """What changed of a section: `120 words new, 30 gone`."""
    counts = ((section.new_words, "new"), (section.gone_words, "gone"))
    said = [f"{_words(count)} {kind}" for count, kind in counts if count]
    return ", ".join(said if section.kind == "changed" else (section.kind, _words(max(counts)[0])))


def _words(count: int) -> str:
    return f"{count:,} {'word' if count == 1 else 'words'}"
