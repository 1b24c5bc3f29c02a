"""What the user likes, learned from the log of events, and the score of each paper by it.

The words of papers are kept as numbers in `paper_words`, 1 KB for each, so that 100,000 papers are scored without
reading their texts. A paper that has no row yet gets one here: the first time takes 0.1 s for 1,000 papers. If the
cache can't be written, the numbers are made each time. Names of authors and organizations are looked up in the index of
words, so that no text is read; topics have an index of their own.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import subprocess
import sys
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

from reader.cache import connections, meta
from reader.cache.marks.derived import BY_RULE
from reader.cache.marks.event_log import BY_AGENT
from reader.cache.sqlite_errors import explained
from reader.core.choice.counting import Common, Papers, read_common
from reader.core.choice.learned import EVERY, FIRST, Learned, mix, take_turns
from reader.core.choice.taste import (
    Marked,
    learn,
    named,
    with_wishes,
)
from reader.core.choice.wishes import (
    HOLD,
    WEIGH,
    Held,
    What,
    Wish,
    muted_codes,
    newest_held,
    newest_wishes,
)
from reader.core.choice.words import VERSION, pack
from reader.core.errors import CacheError, CacheInterrupted
from reader.core.marks import FINISH, LIKE, NOTE, OPEN, PASS, QUEUE, TAG, TRACES, quoted
from reader.core.text import fold, split_words
from reader.core.views import ARCHIVE

if TYPE_CHECKING:
    from reader.cache.search.selection import Offer

BATCH = 500
"""Papers whose words are stored in one transaction: it takes 10 ms."""

SURVEYED = 10_000
"""The newest papers, which show how common words are."""

MOST_MARKED = 300
"""Marked papers that are learned from, those that say the most."""

SAYS = {
    **{"star": 1.0, LIKE: 0.7, NOTE: 0.8, TAG: 0.8, QUEUE: 0.6, "hide": -1.0, FINISH: 0.5, OPEN: 0.25, PASS: -0.02},
}
"""How much each kind of mark says. Hardly anything speaks against a paper that was passed by after a look at its title,
since most are, liked ones too (`tests/bench/traces.py`)."""

DID = {
    **{"star": "starred", LIKE: "liked", NOTE: "noted", TAG: "tagged", QUEUE: "queued"},
    **{FINISH: "read to the end", OPEN: "opened"},
}
"""The marks that speak for a paper, as what the user did."""

MOST_PASSED = 700
"""The newest papers that were read without another mark: they show what the user does not look for."""

_BODY = "iif(typeof(w.body) = 'blob' AND length(w.body) > 0 AND length(w.body) % 4 = 0, w.body, NULL)"
"""SQL: the stored words of a paper; NULL if they are damaged, for then they are made again."""

_PASSED = (
    f"SELECT p.pk, {_BODY} FROM paper AS p LEFT JOIN paper_words AS w ON w.pk = p.pk WHERE p.read = 1 AND p.starred = 0"
    f" AND p.hidden = 0 ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC LIMIT {MOST_PASSED}"
)

HALF_LIFE = 180.0
"""Days, back from the newest mark, after which a mark says half as much."""

LEAST = 0.1
"""The part of its say that the oldest mark keeps."""

MANY = 10
"""Papers hidden in one action of more than these say less each: nobody looked at them all."""

DAY = 86_400_000
"""Milliseconds."""

TRACED = 180
"""Days, back from the newest mark, of the traces that are learned from: in years there are 100,000."""

WORDS_VERSION = "paper_words"
"""The key in `meta` of the version of the stored words."""

_NEWEST_MARKS = f"""
    SELECT f.pk, e.kind, e.value, e.clock, e.count FROM event AS e CROSS JOIN effect AS f ON f.event = e.seq
    WHERE e.undone = 0 AND NOT {BY_AGENT}
    AND (e.kind IN ('star', 'hide', '{LIKE}', '{NOTE}', '{QUEUE}') OR e.kind LIKE '{TAG}%'
    OR (e.kind IN ({quoted(TRACES)}) AND e.clock > (SELECT max(clock) FROM event) - {TRACED * DAY}))
    AND NOT {BY_RULE} ORDER BY e.clock, e.id
"""
"""What a rule or a program does teaches nothing: it would learn from itself."""

_TEXT = "SELECT p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk WHERE p.pk = ?"

HELD_SAYS = 0.5
"""How much a paper says that is only in an interest which the user made, such as of a view."""

NEARLY = 0.6
"""The part that liked papers with a tag or a follow, and those of an interest, have in common if it is called that."""

_CALLED = """
    WITH liked (pk) AS (SELECT value FROM json_each(:liked)), mine (pk) AS (SELECT value FROM json_each(:mine)),
    called (name, pk) AS (
        SELECT tag, pk FROM paper_tag UNION
        SELECT coalesce(t.name, f.name), p.pk FROM follow AS f JOIN follow_paper AS p ON p.follow = f.key
        LEFT JOIN topic AS t ON f.field = 'topic' AND t.slug = f.name)
    SELECT name FROM called JOIN liked USING (pk) GROUP BY name
    HAVING sum(pk IN mine) >= :nearly * (count(*) + (SELECT count(*) FROM mine) - sum(pk IN mine))
    ORDER BY sum(pk IN mine) DESC, name LIMIT 1
"""
"""What the user calls papers that are nearly all those of an interest."""

_MARKED = _TEXT.replace("t.abstract", "t.abstract, p.id")

_HELD = "SELECT pk, hidden FROM paper WHERE id IN (SELECT value FROM json_each(?))"

_STORE = (
    "INSERT OR IGNORE INTO paper_words (pk, body) SELECT p.pk, ? FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    " WHERE p.pk = ? AND p.title = ? AND t.abstract = ?"
)

_WORDS = f"SELECT p.pk, {_BODY} FROM paper AS p LEFT JOIN paper_words AS w ON w.pk = p.pk"

_WORDLESS = (
    "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    " WHERE NOT EXISTS (SELECT 1 FROM paper_words AS w WHERE w.pk = p.pk)"
)


_STATE = "SELECT (SELECT max(seq) FROM event), (SELECT max(pk) FROM paper), (SELECT count(*) FROM topic)"

STRANGE = 0.1
"""Papers with less than this part of the best score are strangers, of which surprises are drawn."""

POOL = 300
"""The newest strangers, of which surprises are drawn."""

_NEWEST = (
    "SELECT pk FROM paper WHERE pk NOT IN (SELECT pk FROM follow_paper)"
    " ORDER BY sort_day DESC, upvotes DESC, pk DESC LIMIT 3000"
)
"""Papers of which surprises are drawn: none that has what the user follows."""


class _Found(NamedTuple):
    """What was learned from a cache in some state."""

    state: object = None
    learned: Learned = Learned()
    scores: Sequence[float] = ()
    """How well papers suit the user, by their keys: 8 bytes for each."""
    interests: Sequence[int] = ()
    """The interest that each paper is nearest to; -1 if it is near none."""
    is_scored: bool = False


class _Known:
    """What was learned from a cache, until a mark or a paper is added."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.found = _Found()
        self.can_start = True
        """False once no other process could learn."""
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: object = None
        self._ended = Event()

    def learn_apart(self, path: Path, state: object) -> Event:
        """Learn in a process of its own, so that keys wait for nothing here; the event is its end."""
        with self.lock:
            if self._process is None or self._asked != state:
                self.stop()
                root = str(Path(__file__).parents[2])
                # Without -P, Python would import a folder named `reader` in the working directory.
                command = [sys.executable, "-P", "-c", _START, root, str(path)]
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                self._asked, self._ended = state, Event()
                Thread(target=self._collect, args=(self._process, self._ended), daemon=True).start()
            return self._ended

    def _collect(self, process: subprocess.Popen[bytes], ended: Event) -> None:
        said, _ = process.communicate()
        with self.lock:
            if self._process is process:
                self._process, self.can_start = None, not process.returncode
                try:
                    if self.can_start:
                        self.found = pickle.loads(said)  # noqa: S301  # our own process's
                except (pickle.UnpicklingError, EOFError, ValueError, LookupError, AttributeError, ImportError):
                    self.can_start = False
        ended.set()

    def stop(self) -> None:
        """End what is still learned."""
        if self._process is not None:
            self._process.kill()
            self._process = None


_known: WeakValueDictionary[object, _Known] = WeakValueDictionary()
"""That of each cache that is open: a reader asks in several threads, and learns once."""

PATIENCE = 0.005
"""Seconds between two looks whether the papers are scored: a newer query ends the waiting."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from reader.cache import choice; choice.begin()"

_WAIT = (
    "WITH RECURSIVE look (ended) AS (SELECT has_learned() UNION ALL SELECT has_learned() FROM look WHERE NOT ended)"
    " SELECT max(ended) FROM look"
)
"""Waits in SQL, which a newer query interrupts."""


def begin() -> None:
    """The process that learns: its answer is for the program of ours that has started it."""
    path = Path(sys.argv[2])
    with connections.opened(path, query_only=True) as cache:
        sys.stdout.buffer.write(pickle.dumps(ForYou(cache, path).find(is_scored=True)))


class ForYou:
    """What the user likes of a cache's papers. For one thread at a time; what is learned is shared with others."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, learns_apart: bool = False) -> None:
        self._connection = connection
        self._path = path
        self._learns_apart = learns_apart
        self._known = _known.setdefault((path, path.stat().st_ino), _Known())
        self._found = _Found()
        with explained(path):
            # What orders a query.
            connection.create_function("for_you", 1, self.score)

    def learned(self) -> Learned:
        """What is known of the user by now; raises CacheError."""
        return self.find().learned

    def update(self) -> Learned:
        """The same, and score the papers anew if something has changed."""
        self._found = self.find(is_scored=True)
        return self._found.learned

    def find(self, *, is_scored: bool = False) -> _Found:
        """What is learned by now, with the scores of all papers if asked for; raises CacheError."""
        known = self._known
        with explained(self._path):
            state = self._connection.execute(_STATE).fetchone()
            if self._learns_apart and known.found.state != state and known.can_start:
                ended = known.learn_apart(self._path, state)
                self._connection.create_function("has_learned", 0, lambda: ended.wait(PATIENCE))
                self._connection.execute(_WAIT).fetchone()
                if known.can_start:
                    return known.found
            with known.lock:
                if known.found.state != state:
                    known.found = _Found(state, self._learn())
                if is_scored and not known.found.is_scored:
                    known.found = self._score_all(known.found)
                return known.found

    def stop(self) -> None:
        """End what is still learned."""
        self._known.stop()

    def _learn(self) -> Learned:
        connection = self._connection
        wishes, held = read_wishes(connection), read_held(connection)
        marked = marked_papers(connection, [id for one in held for id in one.papers])
        liked = json.dumps([one.pk for one in marked if one.weight > 0])

        def called(pks: Sequence[int]) -> str:
            values = {"liked": liked, "mine": json.dumps(pks), "nearly": NEARLY}
            return str((connection.execute(_CALLED, values).fetchone() or ("",))[0])

        if marked or wishes:
            # A cache that can't be written is ranked all the same.
            with suppress(CacheError):
                store_words(self._path)
        taste = learn(
            marked,
            lambda: read_words(connection, SURVEYED),
            muted_codes(wishes),
            common_words,
            passed_papers(connection, marked) if marked else (),
            held=held,
            called=called,
        )
        taste = with_wishes(taste, wishes, dict(connection.execute("SELECT slug, name FROM topic")))
        return Learned(taste, tuple(holders_of(connection, one.what, one.name) for one in taste.traits), wishes)

    def _score_all(self, found: _Found) -> _Found:
        taste, holders = found.learned.taste, found.learned.holders
        (last,) = self._connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()
        scores, interests = array("d", [0.0]) * (last + 1), array("h", [-1]) * (last + 1)
        for fit in taste.fits(read_words(self._connection)):
            if fit.key > last:
                # It came meanwhile.
                continue
            scores[fit.key] = fit.score
            if fit.score >= STRANGE:
                interests[fit.key] = fit.interest
        for trait, pks in zip(taste.traits, holders, strict=True):
            for pk in pks:
                if pk <= last:
                    scores[pk] += trait.weight
        return found._replace(scores=scores, interests=interests, is_scored=True)

    def score(self, pk: int) -> float:
        """How well a paper fits, as `update` found it; 0 if nothing speaks for or against it."""
        return self._found.scores[pk] if pk < len(self._found.scores) else 0.0

    def _interest(self, pk: int) -> int:
        return self._found.interests[pk] if pk < len(self._found.interests) else -1

    def papers_of(self, name: str) -> str:
        """The papers of an interest, as JSON; none while a newer query interrupts."""
        try:
            subjects = self.update().taste.subjects
        except CacheInterrupted:
            return "[]"
        found = named(subjects, name)
        at = None if found is None else subjects.index(found)
        return json.dumps([pk for pk, interest in enumerate(self._found.interests) if interest == at])

    def with_turns(self, ranked: Sequence[int]) -> Sequence[int]:
        """The same papers, with turns of the interests in the first places; the worst first stays as it is."""
        shares = [one.share for one in self._found.learned.taste.subjects]
        if not shares or not ranked or self.score(ranked[0]) <= self.score(ranked[-1]):
            return ranked
        return array("q", take_turns(ranked, self.score, self._interest, shares))

    def offer(self, ranked: Sequence[int], offer: Offer) -> tuple[array[int], tuple[tuple[str, int], ...], Learned]:
        """Ranked papers as the user is offered them, with the sizes of the parts, and what is said of them.

        In each part the interests take turns, and some of the day's surprises are among its papers: of the newest ones,
        those that suit least. Before the last part comes only what suits.
        """
        least = STRANGE * max(self._found.scores, default=0.0)
        with explained(self._path):
            newest = [pk for (pk,) in self._connection.execute(_NEWEST)]
            found = [(name, self._connection.execute(f"SELECT p.pk FROM paper AS p WHERE {where.sql}", where.params))
                     for name, where in offer.parts]  # fmt: skip
            parts: list[tuple[str, frozenset[int] | None]] = [
                (name, frozenset(pk for (pk,) in rows)) for name, rows in found
            ]
        pks, groups, surprises, known = array("q"), list[tuple[str, int]](), set[int](), 0
        rest = list(ranked)
        for name, wanted in (*(parts or [("", None)]), (ARCHIVE, None)):
            listed = rest if wanted is None else [pk for pk in rest if pk in wanted]
            here = frozenset(newest).intersection(listed)
            strangers = [pk for pk in newest if pk in here and 0 <= self.score(pk) < least][:POOL]
            strangers = sorted(strangers, key=self.score)[: -(-len(strangers) // 2)]
            suiting = [pk for pk in listed if self.score(pk) >= least]
            known += len(suiting)
            part = self.with_turns(listed if name == ARCHIVE else suiting)
            mixed = mix(part, strangers, offer.day, max(0, known - (EVERY - 1) * len(surprises)))
            pks.extend(mixed.pks)
            surprises |= mixed.surprises
            groups += [(name, len(mixed.pks))] * bool(mixed.pks)
            taken = frozenset(mixed.pks)
            rest = [pk for pk in rest if pk not in taken]
        learned = self._found.learned._replace(surprises=frozenset(surprises))
        if not parts or not groups:
            return pks, (), learned
        first = [pk for pk in pks[:FIRST] if pk not in surprises]
        shared = learned.many_share([(pk, words_of(self._connection, pk)) for pk in first])
        name, count = groups[0]
        groups[0] = (": ".join(filter(None, (name, ", ".join(shared)))), count)
        return pks, tuple(groups), learned._replace(shared=shared)


def is_taught(connection: sqlite3.Connection) -> bool:
    """Whether the user has said of anything that it is worth keeping; what is hidden or muted alone ranks nothing."""
    kinds = f"kind IN ('star', '{LIKE}', '{NOTE}', '{QUEUE}') OR kind LIKE '{TAG}%'"
    found = f"SELECT 1 FROM event WHERE undone = 0 AND value NOT IN ('', '0') AND ({kinds}) LIMIT 1"
    is_kept = connection.execute(found).fetchone() is not None
    return is_kept or any((wish.step or 0) > 0 for wish in read_wishes(connection)) or bool(read_held(connection))


def marked_papers(connection: sqlite3.Connection, held: Sequence[str] = ()) -> list[Marked]:
    """The papers that the user marked, and how much each says; with those, by id, that an interest was made of."""
    said: dict[int, dict[str, tuple[float, int]]] = {}
    for pk, kind, value, clock, count in connection.execute(_NEWEST_MARKS):
        name = TAG if kind.startswith(TAG) else kind
        weight = SAYS[name] * (min(1.0, MANY / count) if kind == "hide" else 1.0)
        said.setdefault(pk, {})[kind] = (weight if value not in ("", "0") else 0.0, clock)
    newest = max((clock for marks in said.values() for _, clock in marks.values()), default=0)
    weights = {pk: _weight(marks, newest) for pk, marks in said.items()}
    for pk, hidden in connection.execute(_HELD, (json.dumps(held),)) if held else ():
        weights[pk] = weights.get(pk) or (0.0 if hidden else HELD_SAYS)
    chosen = sorted((pk for pk, weight in weights.items() if weight), key=lambda pk: (-abs(weights[pk]), -pk))
    return [
        Marked(title, abstract, pack(title, abstract), weights[pk], pk, _did(said.get(pk, {})), id)
        for pk in chosen[:MOST_MARKED]
        for title, abstract, id in connection.execute(_MARKED, (pk,))
    ]


def _did(marks: Mapping[str, tuple[float, int]]) -> str:
    """What the user did with a paper: what says the most."""
    kinds = [TAG if kind.startswith(TAG) else kind for kind, (weight, _) in marks.items() if weight > 0]
    return next((did for kind, did in DID.items() if kind in kinds), "chose")


def passed_papers(connection: sqlite3.Connection, marked: Sequence[Marked]) -> list[bytes]:
    """The packed words of papers that were read and not marked, the newest first."""
    known = {one.pk for one in marked}
    rows = connection.execute(_PASSED)
    return [body or pack(*text_of(connection, pk)) for pk, body in rows if pk not in known]


def _weight(marks: Mapping[str, tuple[float, int]], newest: int) -> float:
    """How much the marks of one paper say together: what says the most decides, and hiding before all else.

    That it was passed counts only if nothing else happened to it.
    """
    if len(marks) > 1:
        marks = {kind: mark for kind, mark in marks.items() if kind != PASS}
    aged = [weight * max(LEAST, _faded((newest - clock) / DAY)) for weight, clock in marks.values()]
    lowest = min(aged)
    return lowest if lowest < 0 else max(aged)


def _faded(days: float) -> float:
    return float(0.5 ** (days / HALF_LIFE))


def store_words(path: Path) -> None:
    """Store the words of the papers that have none stored; raises CacheError."""
    with connections.opened(path) as cache:
        if meta.get(cache, WORDS_VERSION) != VERSION:
            with connections.transaction(cache):
                cache.execute("DELETE FROM paper_words")
                meta.put(cache, WORDS_VERSION, VERSION)
        after = 0
        while rows := cache.execute(f"{_WORDLESS} AND p.pk > ? ORDER BY p.pk LIMIT ?", (after, BATCH)).fetchall():
            packed = [(pack(title, abstract), pk, title, abstract) for pk, title, abstract in rows]
            with connections.transaction(cache):
                # The text may have changed meanwhile, or the paper may be gone.
                cache.executemany(_STORE, packed)
            after = rows[-1][0]


@cache
def common_words() -> Common:
    """How common words are in the daily feed, as it ships."""
    from reader.data import read_bytes

    return read_common(read_bytes("common_words.bin"))


def read_words(connection: sqlite3.Connection, newest: int = -1) -> Papers:
    """The words of all papers, or of so many newest ones; words that are not stored are made."""
    for pk, body in connection.execute(f"{_WORDS} ORDER BY p.pk DESC LIMIT ?", (newest,)):
        yield pk, body or pack(*text_of(connection, pk))


def words_of(connection: sqlite3.Connection, pk: int) -> bytes:
    """The packed words of a paper."""
    row = connection.execute(f"SELECT {_BODY} FROM paper_words AS w WHERE w.pk = ?", (pk,)).fetchone()
    return (row and row[0]) or pack(*text_of(connection, pk))


def text_of(connection: sqlite3.Connection, pk: int) -> tuple[str, str]:
    """The title and the abstract of a paper; empty if it is gone."""
    title, abstract = connection.execute(_TEXT, (pk,)).fetchone() or ("", "")
    return title, abstract


_WISHES = "SELECT kind, value FROM event WHERE kind LIKE ? AND undone = 0 ORDER BY clock, id"

_WITH_TOPIC = (
    "SELECT pt.pk FROM topic JOIN paper_topic AS pt ON pt.topic = topic.pk WHERE topic.slug = ? ORDER BY pt.pk"
)

_COLUMNS: Mapping[What, str] = {"author": "authors", "org": "organization"}


def read_wishes(connection: sqlite3.Connection) -> tuple[Wish, ...]:
    """What the user decided about what was learned."""
    return newest_wishes(connection.execute(_WISHES, (f"{WEIGH}%",)))


def read_held(connection: sqlite3.Connection) -> tuple[Held, ...]:
    """The interests that the user has changed, the newest last."""
    return newest_held(connection.execute(_WISHES, (f"{HOLD}%",)))


def holders_of(connection: sqlite3.Connection, what: What, name: str) -> array[int]:
    """The keys of the papers that have a trait, in their order."""
    if what == "topic":
        return array("q", (pk for (pk,) in connection.execute(_WITH_TOPIC, (name,))))
    words = split_words(name)
    if what == "word" or not words:
        return array("q")
    column, quoted = _COLUMNS[what], " ".join(words)
    found = connection.execute(
        f"SELECT f.rowid, t.{column} FROM paper_fts AS f JOIN paper_text AS t ON t.pk = f.rowid"
        " WHERE paper_fts MATCH ? ORDER BY f.rowid",
        (f'{column} : "{quoted}"',),
    )
    wanted = fold(name)
    return array("q", (pk for pk, text in found if text and wanted in fold(text).split("\n")))
