"""Compares two versions of a text by word, and of a full text by section and paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

WORDS = 1_000
"""Maximum words, paragraphs or sections to compare: the time may grow with the square of their number."""

REPEATED = 4
"""Maximum pairs of equal words for each word of two texts that are compared; abstracts have 1 or 2."""

ALL_WORDS = 20_000
"""Maximum words of all changed paragraphs that are compared word by word: these take about 20 ms."""

SMALL = 0.3
"""Paragraphs that share a smaller part of their words are different, not versions of one."""


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
    if max(len(old), len(new)) > WORDS:
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
    if max(len(before), len(after)) > WORDS or pairs > REPEATED * (len(before) + len(after)):
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


class SectionText(NamedTuple):
    """A section of a full text: its printed title and its paragraphs, without those of its subsections."""

    title: str
    paragraphs: tuple[str, ...]


class SectionDiff(NamedTuple):
    """How a section changed: the words of each changed paragraph."""

    title: str
    kind: Literal["changed", "gone", "new"]
    paragraphs: tuple[tuple[Run, ...], ...]

    @property
    def new_words(self) -> int:
        return sum(run.words for runs in self.paragraphs for run in runs if run.kind == "new")

    @property
    def gone_words(self) -> int:
        return sum(run.words for runs in self.paragraphs for run in runs if run.kind == "gone")


def compare_sections(before: Sequence[SectionText], after: Sequence[SectionText]) -> tuple[SectionDiff, ...]:
    """The sections that changed, in the order of the newer text; removed ones keep their old position."""
    old, new = [_key(one) for one in before], [_key(one) for one in after]
    known = {text for one in before for text in one.paragraphs}
    changed = (text for one in after for text in one.paragraphs if text not in known)
    by_word = sum(len(text.split()) for text in changed) <= ALL_WORDS
    found: list[SectionDiff] = []
    for step in _compare(old, new):
        gone, come = before[step.old_start : step.old_end], after[step.new_start : step.new_end]
        if step.is_equal:
            for one, other in zip(gone, come, strict=True):
                if paragraphs := _compare_paragraphs(one.paragraphs, other.paragraphs, by_word=by_word):
                    found.append(SectionDiff(other.title, "changed", paragraphs))
            continue
        found += [SectionDiff(one.title, "gone", _only("gone", one.paragraphs)) for one in gone]
        found += [SectionDiff(one.title, "new", _only("new", one.paragraphs)) for one in come]
    return tuple(found)


def _key(section: SectionText) -> str:
    return section.title.casefold()


def _only(kind: Literal["gone", "new"], paragraphs: Iterable[str]) -> tuple[tuple[Run, ...], ...]:
    return tuple((Run(kind, text),) for text in paragraphs)


def _compare_paragraphs(before: Sequence[str], after: Sequence[str], *, by_word: bool) -> tuple[tuple[Run, ...], ...]:
    """The changed paragraphs: with `by_word` a replaced one with its words, if enough of them are the same."""
    found: list[tuple[Run, ...]] = []
    for step in _compare(before, after):
        if step.is_equal:
            continue
        gone, come = before[step.old_start : step.old_end], after[step.new_start : step.new_end]
        pairs = min(len(gone), len(come)) if by_word else 0
        for old, new in zip(gone[:pairs], come[:pairs], strict=True):
            runs = compare_words(old, new)
            kept = sum(run.words for run in runs if run.kind == "same")
            is_version = kept >= SMALL * max(len(old.split()), len(new.split()))
            found += [runs] if is_version else [(Run("gone", old),), (Run("new", new),)]
        found += _only("gone", gone[pairs:])
        found += _only("new", come[pairs:])
    return tuple(found)
