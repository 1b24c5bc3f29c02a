"""How well papers suit the user, learned from the user's marks: a score for each paper, and reasons for the best.

Both are derived and stored in the table `suits`, so a list, a command and the mail only read them. `update` brings them
up to date: as the last step of a refresh, in a job of the reader's worker process when For you or its reasons are
opened after a mark, and at once in a command. It takes 1 s of processor time for 10,000 papers and never runs in the
reader's own process.

The terms of papers are stored in `paper_words`, 1 KB for each paper, so that texts are read and counted only once.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.core.choice import (
    MAX_NAMED_SUBJECTS,
    VERSION,
    Background,
    Common,
    Reasons,
    Terms,
    WeighedPaper,
    candidates,
    keyword_phrases,
    learn,
    pack,
    read_common,
    score,
    short_title,
    subjects,
    subjects_to_show,
    terms_of,
    unpack,
)
from reader.core.marks import FINISH, LIKE, NOTE, OPEN, QUEUE, TAG, sql_list
from reader.core.wishes import WEIGH, Wish, newest_wishes
from reader.database import connections, meta

if TYPE_CHECKING:
    from reader.cache.search.selection import Clause

MARK_WEIGHTS = {
    "star": 1.0, NOTE: 0.8, TAG: 0.8, LIKE: 0.7, QUEUE: 0.6, FINISH: 0.5, OPEN: 0.25, "hide": -1.0,
}  # fmt: skip
"""The weight of each kind of mark."""

MARK_VERBS = {
    "star": "starred", NOTE: "noted", TAG: "tagged", LIKE: "liked", QUEUE: "queued", FINISH: "read to the end",
    OPEN: "opened",
}  # fmt: skip
"""Marks in favour of a paper, as the user's action."""

HIDDEN_WEIGHT = 3.0
"""The weight of a hidden paper beside one that was read without a mark."""

MAX_MARKED_PAPERS, MAX_PASSED_PAPERS, MAX_MARKS = 300, 700, 20_000
"""Maximum number of marked papers to learn from, heaviest first, then newest; of papers read without another mark,
newest first, which show what does not interest the user; and of marks that are read, as years of use leave 100,000
traces."""

BACKGROUND_PAPERS = 10_000
"""Number of newest papers that show how common terms are."""

SCORED_PAPERS, EXPLAINED = 20_000, 2_000
"""Number of newest papers that are scored, and of best papers with reasons."""

ROWS_PER_TRANSACTION, PACKED_PER_TRANSACTION = 1_000, 200
"""Scores and packed papers stored in one transaction, which must not keep another program waiting."""

SUITS_FROM = 0.13
"""The least score of a paper that suits the user, on a scale on which liked papers have 1 on average: of 160 new papers
in recorded months, 11 to 30 have it, and among them 8 of 10 that fit the interests."""

FIRST_PLACES, LOOKAHEAD, REPEATED = 20, 200, 0.85
"""Number of first places in which subjects take turns, number of best papers that may fill them, and the factor of a
score for each paper above with the same first reason."""

LEARNED, WORDS_VERSION = "for_you", "paper_words"
"""The keys in `meta` of the learned subjects, as JSON, and of the version of the stored terms."""

_PACKED = "SELECT p.pk, w.body FROM paper AS p JOIN paper_words AS w ON w.pk = p.pk"

_NEWEST = f"{_PACKED} ORDER BY p.pk DESC LIMIT ?"

_PASSED = (
    f"{_PACKED} WHERE p.read = 1 AND p.starred = 0 AND p.hidden = 0"
    f" ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC LIMIT {MAX_PASSED_PAPERS}"
)

_MARKS = f"""
    SELECT pk, iif(kind GLOB '{TAG}*', '{TAG}', kind) FROM mark
    WHERE pk > 0 AND undone = 0 AND by = '' AND value NOT IN ('', '0')
    AND (kind IN ({sql_list(MARK_WEIGHTS)}) OR kind GLOB '{TAG}*')
    ORDER BY clock DESC, action DESC, pk DESC LIMIT {MAX_MARKS}
"""
"""Marks made by rules and programs are left out, as they would otherwise learn from themselves."""

_WISHES = (
    f"SELECT kind, value FROM mark WHERE paper = '' AND kind GLOB '{WEIGH}*' AND undone = 0 ORDER BY clock, action"
)

_KEYWORDS = f"SELECT keywords FROM paper_text WHERE keywords > '' ORDER BY pk DESC LIMIT {BACKGROUND_PAPERS}"

_STATE = (
    "SELECT (SELECT value FROM meta WHERE key = 'log_applied'),"
    " (SELECT max(pk) FROM paper), (SELECT count(*) FROM topic)"
)

_WORDLESS = (
    "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    f" WHERE p.pk > ? AND NOT EXISTS (SELECT 1 FROM paper_words AS w WHERE w.pk = p.pk) LIMIT {PACKED_PER_TRANSACTION}"
)

_WITH_TOPIC = "SELECT pt.pk FROM topic JOIN paper_topic AS pt ON pt.topic = topic.pk WHERE topic.slug = ?"

_STORE_SUITS = (
    "INSERT OR REPLACE INTO suits (pk, score, phrases, alike)"
    " SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM paper WHERE pk = ?1)"
)


class MarkedPaper(NamedTuple):
    """A paper that the user marked, with its weight (below 0 if it is hidden) and the user's action."""

    pk: int
    weight: float
    verb: str


class LearnedInterests(NamedTuple):
    """The subjects that For you has learned, in the user's words."""

    subjects: tuple[tuple[str, int], ...] = ()
    """Phrases with the number of liked papers that have each, best first."""
    wishes: tuple[Wish, ...] = ()
    papers: int = 0
    """How many marked papers it learned from."""


class Suits(NamedTuple):
    """How well a paper suits the user, and why."""

    score: float = 0.0
    phrases: tuple[str, ...] = ()
    """At most two noun phrases."""
    alike: str = ""
    """The marked paper that it is most like: `JetSpec, which you starred`."""

    @property
    def why(self) -> str:
        """The reason in words without a full stop; empty if there is none."""
        return "; ".join(filter(None, (", ".join(self.phrases), f"like {self.alike}" if self.alike else "")))


# Learning


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether no mark and no paper is newer than the stored scores."""
    stored = _read_stored(connection).get("state")
    return stored == _state(connection) or (stored is None and not is_taught(connection))


def update(path: Path) -> bool:
    """Bring the scores up to date; return whether they were outdated. Raises CacheError."""
    with connections.open_database(path) as cache:
        if is_current(cache):
            return False
        state, wishes, marked = _state(cache), read_wishes(cache), marked_papers(cache)
        if any(paper.weight > 0 for paper in marked) or any(wish.score_change > 0 for wish in wishes):
            store_words(cache)
            summary = _learn(cache, wishes, marked)
        else:
            summary = dict[str, Any]()
            with connections.transaction(cache):
                cache.execute("DELETE FROM suits")
        with connections.transaction(cache):
            meta.put(cache, LEARNED, json.dumps({"state": state, **summary}))
    return True


def _learn(cache: sqlite3.Connection, wishes: Sequence[Wish], marked: Sequence[MarkedPaper]) -> dict[str, Any]:
    """Learn, store the scores and reasons, and return the learned subjects and the number of liked papers."""
    terms = dict(read_terms(cache, [paper.pk for paper in marked]))
    known = [paper for paper in marked if paper.pk in terms]
    liked = [WeighedPaper(paper.pk, terms[paper.pk], paper.weight) for paper in known if paper.weight > 0]
    passed = [WeighedPaper(pk, terms[pk], -HIDDEN_WEIGHT * weight) for pk, weight, _ in known if weight < 0]
    passed += [WeighedPaper(pk, unmarked) for pk, unmarked in _read(cache, _PASSED) if pk not in terms]
    wish_terms = [_WishTerms.of(cache, wish) for wish in wishes]
    # The words of a muted phrase still count in other phrases; its pairs of words do not.
    muted = {term for wish in wish_terms if wish.is_muted for term in wish.terms if term & 1 or len(wish.terms) == 1}
    learnable = candidates(liked, muted)
    (count,) = cache.execute("SELECT count(*) FROM paper").fetchone()
    recent = _read(cache, _NEWEST, BACKGROUND_PAPERS)
    background = Background(frozenset(learnable), recent, min(count, BACKGROUND_PAPERS), common_words())
    weights = learn(liked, passed, learnable, background)
    keywords = (text.split("\n") for (text,) in cache.execute(_KEYWORDS))
    phrases = [phrase for phrase in keyword_phrases(keywords) if muted.isdisjoint(terms_of(phrase[0]))]
    learned = subjects(phrases, liked, weights, background)
    scores = {
        pk: score(weights, words) + sum([wish.added for wish in wish_terms if wish.is_about(pk, words)])
        for pk, words in _read(cache, _NEWEST, SCORED_PAPERS)
    }
    reasons = _explain(
        cache, scores, Reasons(learned, liked, weights, background), {pk: verb for pk, _, verb in marked}, wish_terms
    )
    rows = [(pk, value, *reasons.get(pk, ("", ""))) for pk, value in scores.items()]
    for start in range(0, len(rows), ROWS_PER_TRANSACTION):
        with connections.transaction(cache):
            cache.executemany(_STORE_SUITS, rows[start : start + ROWS_PER_TRANSACTION])
            cache.execute("DELETE FROM suits WHERE pk < ?", (min(scores),))
    return {"subjects": [(subject.text, subject.liked) for subject in subjects_to_show(learned)], "papers": len(liked)}


class _WishTerms(NamedTuple):
    """A wish, prepared for scoring: the amount that it adds to the score of papers with its phrase or topic."""

    name: str
    added: float
    is_muted: bool
    terms: tuple[int, ...] = ()
    papers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, cache: sqlite3.Connection, wish: Wish) -> _WishTerms:
        if wish.type == "word":
            return cls(wish.name, wish.score_change, wish.step is None, tuple(terms_of(wish.name)))
        (name,) = cache.execute("SELECT name FROM topic WHERE slug = ?", (wish.name,)).fetchone() or (wish.name,)
        papers = frozenset(pk for (pk,) in cache.execute(_WITH_TOPIC, (wish.name,)))
        return cls(name, wish.score_change, wish.step is None, (), papers)

    def is_about(self, pk: int, terms: Terms) -> bool:
        return pk in self.papers or (bool(self.terms) and all(term in terms for term in self.terms))


def _explain(
    cache: sqlite3.Connection,
    scores: Mapping[int, float],
    reasons: Reasons,
    verbs: Mapping[int, str],
    wishes: Sequence[_WishTerms],
) -> dict[int, tuple[str, str]]:
    """The phrases of the best papers, the user's wishes first, and the marked paper most similar to each."""
    best = [pk for pk in heapq.nlargest(EXPLAINED, scores, key=lambda pk: scores[pk]) if scores[pk] >= SUITS_FROM]
    explained = {}
    for pk, terms in read_terms(cache, best):
        phrases, like = reasons.of(pk, terms)
        wished = [wish.name for wish in wishes if wish.added > 0 and wish.is_about(pk, terms)]
        alike = ""
        if like is not None:
            (title,) = cache.execute("SELECT title FROM paper WHERE pk = ?", (like,)).fetchone()
            alike = f"{short_title(title)}, which you {verbs[like]}"
        explained[pk] = ("\n".join([*dict.fromkeys((*wished, *phrases))][:MAX_NAMED_SUBJECTS]), alike)
    return explained


def _state(connection: sqlite3.Connection) -> list[object]:
    return [*connection.execute(_STATE).fetchone(), VERSION]


def _read_stored(connection: sqlite3.Connection) -> dict[str, Any]:
    """The subjects learned when the scores were stored; empty before that."""
    stored: dict[str, Any] = json.loads(meta.get(connection, LEARNED) or "{}")
    return stored


# What the user did


def is_taught(connection: sqlite3.Connection) -> bool:
    """Whether the user marked anything as worth keeping; hidden or muted papers alone rank nothing."""
    kinds = f"kind IN ('star', '{LIKE}', '{NOTE}', '{QUEUE}') OR kind GLOB '{TAG}*'"
    sql = f"SELECT 1 FROM mark WHERE undone = 0 AND value NOT IN ('', '0') AND ({kinds}) LIMIT 1"
    is_kept = connection.execute(sql).fetchone() is not None
    return is_kept or any((wish.step or 0) > 0 for wish in read_wishes(connection))


def marked_papers(connection: sqlite3.Connection) -> list[MarkedPaper]:
    """The user's marked papers with their weights, the heaviest first, then the newest.

    A hidden paper counts as hidden whatever its other marks; otherwise its strongest mark decides.
    """
    marks: dict[int, set[str]] = {}
    for pk, kind in connection.execute(_MARKS):
        marks.setdefault(pk, set()).add(kind)
    papers = []
    for pk, kinds in marks.items():
        strongest = "hide" if "hide" in kinds else max(kinds, key=MARK_WEIGHTS.__getitem__)
        papers.append(MarkedPaper(pk, MARK_WEIGHTS[strongest], MARK_VERBS.get(strongest, "")))
    return sorted(papers, key=lambda paper: -abs(paper.weight))[:MAX_MARKED_PAPERS]


def read_wishes(connection: sqlite3.Connection) -> tuple[Wish, ...]:
    """The subjects that the user wants more or less of."""
    return newest_wishes(connection.execute(_WISHES))


# The terms of papers


def store_words(cache: sqlite3.Connection) -> None:
    """Store missing terms of papers."""
    if meta.get(cache, WORDS_VERSION) != VERSION:
        with connections.transaction(cache):
            cache.execute("DELETE FROM paper_words")
            meta.put(cache, WORDS_VERSION, VERSION)
    after: int | None = 0
    while after is not None:
        with connections.transaction(cache):
            rows = cache.execute(_WORDLESS, (after,)).fetchall()
            packed = [(pk, pack(title, abstract)) for pk, title, abstract in rows]
            cache.executemany("INSERT INTO paper_words (pk, body) VALUES (?, ?)", packed)
        after = rows[-1][0] if rows else None


@cache
def common_words() -> Common:
    """The shipped counts of common words of the daily feed."""
    from reader.data import read_bytes

    return read_common(read_bytes("common_words.bin"))


def read_terms(connection: sqlite3.Connection, pks: Iterable[int]) -> Iterator[tuple[int, Terms]]:
    """The terms of some papers; papers that are no longer in the cache are left out."""
    return _read(connection, f"{_PACKED} WHERE p.pk IN (SELECT value FROM json_each(?))", json.dumps([*pks]))


def _read(connection: sqlite3.Connection, select: str, *values: object) -> Iterator[tuple[int, Terms]]:
    for pk, body in connection.execute(select, values):
        yield pk, unpack(body)


# What lists, commands and screens read


def read_interests(connection: sqlite3.Connection) -> LearnedInterests:
    """The subjects learned when the scores were stored, with the user's current wishes."""
    stored = _read_stored(connection)
    subjects = tuple((text, papers) for text, papers in stored.get("subjects", ()))
    wishes = tuple(sorted(read_wishes(connection), key=lambda wish: wish.kind))
    return LearnedInterests(subjects, wishes, stored.get("papers", 0))


def read_suits(connection: sqlite3.Connection, pks: Iterable[int]) -> dict[int, Suits]:
    """How well papers suit the user; papers without a score are left out."""
    rows = connection.execute(
        "SELECT pk, score, phrases, alike FROM suits WHERE pk IN (SELECT value FROM json_each(?))",
        (json.dumps([*pks]),),
    )
    return {pk: Suits(score, tuple(filter(None, phrases.split("\n"))), alike) for pk, score, phrases, alike in rows}


def take_turns(connection: sqlite3.Connection, ranked: Sequence[int]) -> Sequence[int]:
    """Reorder ranked papers so that papers with the same first reason do not fill the first places."""
    known = read_suits(connection, ranked[:LOOKAHEAD])
    ahead = [pk for pk in ranked[:LOOKAHEAD] if pk in known and known[pk].score > 0]
    above: dict[str, int] = {}
    first: list[int] = []

    def group(pk: int) -> str:
        return known[pk].phrases[0] if known[pk].phrases else known[pk].alike

    while ahead and len(first) < FIRST_PLACES:
        best = max(ahead, key=lambda pk: known[pk].score * REPEATED ** above.get(group(pk), 0))
        ahead.remove(best)
        above[group(best)] = above.get(group(best), 0) + 1
        first.append(best)
    taken = frozenset(first)
    return array("q", [*first, *(pk for pk in ranked if pk not in taken)])


def offer_papers(connection: sqlite3.Connection, ranked: Sequence[int], parts: Sequence[Clause]) -> Sequence[int]:
    """Ranked papers as For you offers them: of each part the papers that suit the user, then all others.

    In each part, subjects take turns in the first places.
    """
    good = frozenset(pk for (pk,) in connection.execute("SELECT pk FROM suits WHERE score >= ?", (SUITS_FROM,)))
    listed, rest = array("q"), ranked
    for where in parts:
        members = frozenset(
            pk for (pk,) in connection.execute(f"SELECT p.pk FROM paper AS p WHERE {where.sql}", where.params)
        )
        part = [pk for pk in rest if pk in members and pk in good]
        taken = frozenset(part)
        rest = [pk for pk in rest if pk not in taken]
        listed.extend(take_turns(connection, part))
    listed.extend(take_turns(connection, rest))
    return listed
