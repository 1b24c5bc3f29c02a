"""What the user likes, learned from the log of events, and the score of each paper by it.

The words of papers are kept as numbers in `paper_words`, 1 KB for each, so that 100,000 papers are scored without
reading their texts. A paper without a row gets one here; the first time takes 0.1 s for 1,000 papers. In a read-only
cache, the numbers are computed each time. Authors and organizations are looked up in the index of words, and topics in
their own index, so that no text is read.
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

from reader.cache import meta
from reader.core.choice.learned import EVERY, FIRST, Learned, mix, take_turns
from reader.core.choice.taste import Marked, learn, named, with_wishes
from reader.core.choice.wishes import HOLD, WEIGH, Held, What, Wish, muted_codes, newest_held, newest_wishes
from reader.core.choice.words import VERSION, Common, Papers, pack, read_common
from reader.core.errors import CacheError, CacheInterrupted
from reader.core.marks import FINISH, LIKE, NOTE, OPEN, PASS, QUEUE, TAG, TRACES, quoted
from reader.core.text import fold, split_words
from reader.core.views import ARCHIVE
from reader.database import connections
from reader.database.sqlite_errors import explained

if TYPE_CHECKING:
    from reader.cache.search.selection import Offer

BATCH = 500
"""Papers whose words are stored in one transaction: it takes 10 ms."""

SURVEYED = 10_000
"""Number of newest papers used to learn how common words are."""

MOST_MARKED = 300
"""Maximum marked papers to learn from, those with the most weight."""

SAYS = {"star": 1.0, LIKE: 0.7, NOTE: 0.8, TAG: 0.8, QUEUE: 0.6, "hide": -1.0, FINISH: 0.5, OPEN: 0.25, PASS: -0.02}
"""The weight of each kind of mark. Passing a paper by counts hardly anything, since most are passed, liked ones too."""

DID = {
    "star": "starred",
    LIKE: "liked",
    NOTE: "noted",
    TAG: "tagged",
    QUEUE: "queued",
    FINISH: "read to the end",
    OPEN: "opened",
}
"""Marks in favour of a paper, as the user's action."""

MOST_PASSED = 700
"""Maximum newest papers read without another mark, which show what the user does not look for."""

_BODY = "iif(typeof(w.body) = 'blob' AND length(w.body) > 0 AND length(w.body) % 4 = 0, w.body, NULL)"
"""SQL: the stored words of a paper; NULL if damaged, so that they are made again."""

_PASSED = (
    f"SELECT p.pk, {_BODY} FROM paper AS p LEFT JOIN paper_words AS w ON w.pk = p.pk WHERE p.read = 1 AND p.starred = 0"
    f" AND p.hidden = 0 ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC LIMIT {MOST_PASSED}"
)

HALF_LIFE = 180.0
"""Days before the newest mark after which a mark counts half."""

LEAST = 0.1
"""Minimum part of its weight that an old mark keeps."""

MANY = 10
"""Hiding more papers than this in one action counts less for each."""

DAY = 86_400_000
"""Milliseconds."""

TRACED = 180
"""Days before the newest mark of traces to learn from; over years there are 100,000."""

WORDS_VERSION = "paper_words"
"""The key in `meta` of the version of the stored words."""

_NEWEST_MARKS = f"""
    SELECT pk, kind, value, clock, count(*) OVER (PARTITION BY action, kind) FROM mark
    WHERE pk > 0 AND undone = 0 AND by = ''
    AND (kind IN ('star', 'hide', '{LIKE}', '{NOTE}', '{QUEUE}') OR kind GLOB '{TAG}*'
    OR (kind IN ({quoted(TRACES)}) AND clock > (SELECT max(clock) FROM mark) - {TRACED * DAY}))
    ORDER BY clock, action, pk
"""
"""Rules and programs teach nothing, or they would learn from themselves."""

_TEXT = "SELECT p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk WHERE p.pk = ?"

HELD_SAYS = 0.5
"""Weight of a paper that is only in a user-made interest, such as of a view."""

NEARLY = 0.6
"""Minimum shared part of a tag's or follow's papers and an interest's papers for using the name."""

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
"""The user's name for papers that are nearly all those of an interest."""

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


_STATE = (
    "SELECT (SELECT value FROM meta WHERE key = 'log_applied'),"
    " (SELECT max(pk) FROM paper), (SELECT count(*) FROM topic)"
)

STRANGE = 0.1
"""Papers with less than this part of the best score are strangers, candidates for surprises."""

POOL = 300
"""Number of newest strangers from which surprises are chosen."""

_NEWEST = (
    "SELECT pk FROM paper WHERE pk NOT IN (SELECT pk FROM follow_paper)"
    " ORDER BY sort_day DESC, upvotes DESC, pk DESC LIMIT 3000"
)
"""Candidates for surprises: none that the user follows."""


class _Found(NamedTuple):
    """What was learned from a state of a cache."""

    state: object = None
    learned: Learned = Learned()
    scores: Sequence[float] = ()
    """Scores by key, 8 bytes each."""
    interests: Sequence[int] = ()
    """The nearest interest of each paper; -1 for none."""
    is_scored: bool = False


class _Known:
    """What was learned from a cache, until a mark or paper is added."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.found = _Found()
        self.can_start = True
        """False once no other process could learn."""
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: object = None
        self._ended = Event()

    def learn_apart(self, path: Path, state: object) -> Event:
        """Learn in a separate process, so that keys never wait; the event is set at its end."""
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
        """Stop learning."""
        if self._process is not None:
            self._process.kill()
            self._process = None


_known: WeakValueDictionary[object, _Known] = WeakValueDictionary()
"""What is known of each open cache, shared by a reader's threads."""

PATIENCE = 0.005
"""Seconds between checks for scores; a newer query ends the waiting."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from reader.cache import choice; choice.begin()"

_WAIT = (
    "WITH RECURSIVE look (ended) AS (SELECT has_learned() UNION ALL SELECT has_learned() FROM look WHERE NOT ended)"
    " SELECT max(ended) FROM look"
)
"""A wait in SQL, which a newer query interrupts."""


def begin() -> None:
    """The learning process, whose answer is for the program that started it."""
    path = Path(sys.argv[2])
    with connections.opened(path, query_only=True) as cache:
        sys.stdout.buffer.write(pickle.dumps(ForYou(cache, path).find(is_scored=True)))


class ForYou:
    """What the user likes in a cache's papers. For one thread at a time; the knowledge is shared."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, learns_apart: bool = False) -> None:
        self._connection = connection
        self._path = path
        self._learns_apart = learns_apart
        self._known = _known.setdefault((path, path.stat().st_ino), _Known())
        self._found = _Found()
        with explained(path):
            # Ordering queries
            connection.create_function("for_you", 1, self.score)

    def learned(self) -> Learned:
        """What is currently known about the user; raises CacheError."""
        return self.find().learned

    def update(self) -> Learned:
        """The same, with papers scored again after changes."""
        self._found = self.find(is_scored=True)
        return self._found.learned

    def find(self, *, is_scored: bool = False) -> _Found:
        """The current knowledge, optionally with the scores of all papers; raises CacheError."""
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
            # A read-only cache is ranked as well.
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
        """A paper's score from `update`; 0 if nothing speaks for or against it."""
        return self._found.scores[pk] if pk < len(self._found.scores) else 0.0

    def _interest(self, pk: int) -> int:
        return self._found.interests[pk] if pk < len(self._found.interests) else -1

    def papers_of(self, name: str) -> str:
        """The papers of an interest, as JSON; empty while a newer query interrupts."""
        try:
            subjects = self.update().taste.subjects
        except CacheInterrupted:
            return "[]"
        found = named(subjects, name)
        at = None if found is None else subjects.index(found)
        return json.dumps([pk for pk, interest in enumerate(self._found.interests) if interest == at])

    def with_turns(self, ranked: Sequence[int]) -> Sequence[int]:
        """The same papers with turns of the interests in the first places; a worst-first list is unchanged."""
        shares = [one.share for one in self._found.learned.taste.subjects]
        if not ranked or self.score(ranked[0]) <= self.score(ranked[-1]):
            return ranked
        return array("q", take_turns(ranked, self.score, self._interest, shares))

    def offer(self, ranked: Sequence[int], offer: Offer) -> tuple[array[int], tuple[tuple[str, int], ...], Learned]:
        """Ranked papers as offered to the user, with the sizes of the parts, and their reasons.

        In each part the interests take turns, and some of the day's surprises are mixed in: the least suitable of the
        newest papers. Before the last part, only suitable papers are listed.
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
    """Whether the user marked anything as worth keeping; hidden or muted papers alone rank nothing."""
    kinds = f"kind IN ('star', '{LIKE}', '{NOTE}', '{QUEUE}') OR kind LIKE '{TAG}%'"
    found = f"SELECT 1 FROM mark WHERE undone = 0 AND value NOT IN ('', '0') AND ({kinds}) LIMIT 1"
    is_kept = connection.execute(found).fetchone() is not None
    return is_kept or any((wish.step or 0) > 0 for wish in read_wishes(connection)) or bool(read_held(connection))


def marked_papers(connection: sqlite3.Connection, held: Sequence[str] = ()) -> list[Marked]:
    """The user's marked papers with their weights, including papers, by id, that an interest was made of."""
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
    kinds = [TAG if kind.startswith(TAG) else kind for kind, (weight, _) in marks.items() if weight > 0]
    return next((did for kind, did in DID.items() if kind in kinds), "chose")


def passed_papers(connection: sqlite3.Connection, marked: Sequence[Marked]) -> list[bytes]:
    """The packed words of papers read without other marks, newest first."""
    known = {one.pk for one in marked}
    rows = connection.execute(_PASSED)
    return [body or pack(*text_of(connection, pk)) for pk, body in rows if pk not in known]


def _weight(marks: Mapping[str, tuple[float, int]], newest: int) -> float:
    """The combined weight of a paper's marks: the strongest decides, and hiding before all others.

    That it was passed counts only if nothing else happened to it.
    """
    if len(marks) > 1:
        marks = {kind: mark for kind, mark in marks.items() if kind != PASS}
    half_lives = [(weight, (newest - clock) / DAY / HALF_LIFE) for weight, clock in marks.values()]
    aged: list[float] = [weight * max(LEAST, 0.5**age) for weight, age in half_lives]
    lowest = min(aged)
    return lowest if lowest < 0 else max(aged)


def store_words(path: Path) -> None:
    """Store missing words of papers; raises CacheError."""
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
    """The shipped counts of common words of the daily feed."""
    from reader.data import read_bytes

    return read_common(read_bytes("common_words.bin"))


def read_words(connection: sqlite3.Connection, newest: int = -1) -> Papers:
    """The words of all papers, or of the newest ones; words that are not stored are made."""
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


_WISHES = "SELECT kind, value FROM mark WHERE paper = '' AND kind LIKE ? AND undone = 0 ORDER BY clock, action"

_WITH_TOPIC = (
    "SELECT pt.pk FROM topic JOIN paper_topic AS pt ON pt.topic = topic.pk WHERE topic.slug = ? ORDER BY pt.pk"
)

_COLUMNS: Mapping[What, str] = {"author": "authors", "org": "organization"}


def read_wishes(connection: sqlite3.Connection) -> tuple[Wish, ...]:
    """The user's decisions about what was learned."""
    return newest_wishes(connection.execute(_WISHES, (f"{WEIGH}%",)))


def read_held(connection: sqlite3.Connection) -> tuple[Held, ...]:
    """The interests changed by the user, newest last."""
    return newest_held(connection.execute(_WISHES, (f"{HOLD}%",)))


def holders_of(connection: sqlite3.Connection, what: What, name: str) -> array[int]:
    """The keys of the papers with a trait, in order."""
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
