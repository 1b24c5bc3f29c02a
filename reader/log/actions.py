"""Descriptions of the user's actions: the marks, the number of papers, and the rule or program that made them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reader.core.marks import AGENT, CLOCK_DIGITS, FOLLOW, PASSAGE, QUEUE, RULE, STANDING, TAG, first_place
from reader.log.rows import clock_of

LABELS: Mapping[tuple[str, str | None], str] = {
    ("read", "1"): "read",
    ("read", "0"): "unread",
    ("star", "1"): "starred",
    ("star", "0"): "unstarred",
    ("hide", "1"): "hidden",
    ("hide", "0"): "no longer hidden",
    ("queue", "1"): "queued",
    ("queue", "0"): "no longer queued",
    ("note", ""): "without a note",
    ("want", "1"): "to be fetched",
    ("like", "1"): "liked",
    ("like", "0"): "no longer liked",
    ("highlight", "1"): "highlighted",
    ("highlight", "0"): "no longer highlighted",
    ("look", "1"): "looked at again",
    ("note", None): "noted",
    ("queue", None): "moved in the queue",
    ("open", None): "opened",
    ("finish", None): "read to the end",
    ("pass", None): "passed",
}
"""The names of marks in the past tense, by kind and value, or by kind alone."""


@dataclass(frozen=True, slots=True)
class MarkCount:
    """A kind of mark with a value that an action gave to `count` papers; 0 if it concerns no paper."""

    kind: str
    value: str
    count: int

    @property
    def label(self) -> str:
        """The mark as words after a number: `41 read`."""
        return label_of(self.kind, self.value)

    @property
    def in_words(self) -> str:
        """The mark in words: `41 read`; without a number where it is not about papers."""
        return _with_count(self.count, self.label)


def label_of(kind: str, value: str) -> str:
    """A mark as words after a number, such as `tagged later`."""
    if kind.startswith(("weigh:", "interest:")):
        from reader.core import wishes

        return wishes.event_label(kind, value)
    if kind.startswith(STANDING):
        return _standing_label(kind.removeprefix(STANDING), value)
    if kind.startswith(FOLLOW):
        return f"{'followed' if value else 'no longer followed'} the feed {kind.removeprefix(FOLLOW)}"
    if kind.startswith(TAG):
        return f"{'tagged' if value == '1' else 'untagged'} {kind.removeprefix(TAG)}"
    if kind.startswith(PASSAGE):
        return f"{'' if value else 'no longer '}highlighted in the text"
    if kind.startswith(RULE):
        return f"by the rule {kind.removeprefix(RULE)}"
    return LABELS.get((kind, value)) or LABELS.get((kind, None)) or kind


def _standing_label(name: str, value: str) -> str:
    """The change of a standing query in words: `saved the view Math`, `muted agents`, `removed math`."""
    from reader.core.follows import FIELDS
    from reader.core.settings.standing import MUTE, SHOW, from_json
    from reader.core.settings.types import InvalidValue

    if not value:
        field, _, slug = name.partition(":")
        return f"no longer following {slug.replace('-', ' ')}" if field in FIELDS else f"removed {name}"
    try:
        query = from_json(value)
    except InvalidValue:
        return f"saved {name}"
    if (follow := query.follow) is not None:
        return f"following {follow.name}{' with notices' if follow.notify else ''}"
    if query.then == (MUTE,):
        return f"muted {query.query}"
    return f"saved the {'view' if SHOW in query.then else 'rule' if query.marks else 'query'} {query.name}"


@dataclass(frozen=True, slots=True)
class UserAction:
    """One action of the user, or of a rule or a program for the user; one undo takes all of it back."""

    id: str
    parts: tuple[MarkCount, ...]
    """At least one; the marks that a rule or program made come before its own name."""
    paper: str = ""
    """The id of its paper; empty unless it has exactly one."""
    agent: str = ""
    """The name of the program that acted; empty for the user."""

    @property
    def kind(self) -> str:
        """The kind of its first mark."""
        return self.parts[0].kind

    @property
    def value(self) -> str:
        """The value of its first mark."""
        return self.parts[0].value

    @property
    def count(self) -> int:
        """The approximate number of its papers: the largest number of any of its marks."""
        return max((count for _, count in self.did), default=0)

    @property
    def did(self) -> tuple[tuple[str, int], ...]:
        """The change, such as `hidden`, and its number of papers."""
        papers: dict[str, int] = {}
        for part in self.parts:
            if not part.kind.startswith(RULE):
                papers[part.label] = papers.get(part.label, 0) + part.count
        return tuple(papers.items())

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that made it, in words; empty for an action of the user."""
        return tuple(dict.fromkeys(part.label for part in self.parts if part.kind.startswith(RULE)))

    @property
    def label(self) -> str:
        """The marks as words that follow a number: `3 tagged later, soon; untagged old`."""
        return join_labels((*dict.fromkeys(part.label for part in self.parts), *self._programs))

    @property
    def in_words(self) -> str:
        """The action in words; with a number for each mark where the numbers differ."""
        if self.rules or len({count for _, count in self.did}) > 1:
            return ", ".join((*(f"{count:,} {label}" for label, count in self.did), *self.rules, *self._programs))
        return _with_count(self.count, self.label)

    @property
    def _programs(self) -> tuple[str, ...]:
        return (f"by {self.agent}",) if self.agent else ()


def join_labels(labels: Iterable[str]) -> str:
    """Labels of marks as one phrase that names tags together: `tagged later, soon; untagged old`."""
    phrases: dict[str, list[str]] = {}
    for label in labels:
        verb, _, tag = label.partition(" ")
        if verb in ("tagged", "untagged"):
            phrases.setdefault(verb, []).append(tag)
        else:
            phrases[label] = []
    between = "; " if any(len(tags) > 1 for tags in phrases.values()) else ", "
    return between.join(f"{verb} {', '.join(tags)}" if tags else verb for verb, tags in phrases.items())


def _with_count(count: int, label: str) -> str:
    return f"{count:,} {label}" if count else label


def asked_value(kind: str, value: str, action: str) -> str:
    """The requested value: `1` for a queued paper whose place follows from the time of its action."""
    is_queued = kind == QUEUE and value.startswith(first_place(clock_of(action), 0)[:CLOCK_DIGITS])
    return "1" if is_queued else value


_ACTIONS = """
    SELECT action, kind, value, by, count(nullif(paper, '')), min(nullif(paper, '')), max(paper) FROM event
    WHERE action IN (SELECT value FROM json_each(?)) GROUP BY action, kind, value ORDER BY min(number)
"""


def read_action(connection: sqlite3.Connection, ids: Sequence[str]) -> UserAction:
    """Actions of the log that one undo takes back, combined into one."""
    counts: dict[tuple[str, str], int] = {}
    papers, agent = set[str](), ""
    for action, kind, value, by, count, *papers_between in connection.execute(_ACTIONS, (json.dumps(ids),)):
        mark = (kind, asked_value(kind, value, action))
        counts[mark] = counts.get(mark, 0) + count
        papers.update(filter(None, papers_between))
        agent = by.removeprefix(AGENT).rpartition(":")[0] if by.startswith(AGENT) else agent
    parts = tuple(MarkCount(kind, value, count) for (kind, value), count in counts.items())
    paper = papers.pop() if len(papers) == 1 and max(counts.values()) == 1 else ""
    return UserAction(ids[0], parts, paper, agent)
