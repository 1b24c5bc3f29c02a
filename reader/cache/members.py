"""The marks that members of a group share, in the cache; they can be fetched again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from reader.core.marks import NOTE, QUEUE, TAG
from reader.database import connections
from reader.database.sqlite_errors import explained

ANYONE = "anyone"
"""Stands for all members in queries; nobody can have this name."""

STAR = "star"

ALL_TAGS = "tag"
"""What shares every tag; `tag:NAME` shares one."""

MOST_PAPERS = 50_000
"""Papers of which a member shares something: the newest ones."""

BATCH = 2_000


class Shared(NamedTuple):
    """A mark that a member shares."""

    paper: str
    kind: str
    """`star`, `queue`, `note` or `tag:NAME`."""
    value: str = "1"
    """The text of a note."""


class Member(NamedTuple):
    """A person of the group, and what they share."""

    name: str
    public: str
    shares: str
    seen: str
    """When a change was last noticed (ISO)."""
    papers: int = 0
    """Number of papers of which they share something."""
    missing: int = 0
    """Number of them that are not in the cache."""
    marks: int = 0
    """Number of the marks that they share."""


class Said(NamedTuple):
    """What one member shares of a paper."""

    name: str
    is_starred: bool = False
    is_queued: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""

    @property
    def text(self) -> str:
        """All but the note, in words."""
        states = [word for word, is_so in (("starred", self.is_starred), ("queued", self.is_queued)) if is_so]
        tagged = [f"tagged {', '.join(self.tags)}"] if self.tags else []
        return ", ".join([*states, *tagged] or ["wrote a note"])


def covers(shares: Iterable[str], kind: str) -> bool:
    """Whether a mark of this kind belongs to what is shared."""
    return any(one == kind or (one == ALL_TAGS and kind.startswith(TAG)) or one == kind.lower() for one in shares)


class Members:
    """What is shared in the group, in one cache; changes take short transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    @contextmanager
    def open(cls, cache: Path) -> Iterator[Members]:
        """Open those of the cache at `cache`; raises CacheError, also for what fails while they are used."""
        with explained(cache), closing(connections.connect(cache)) as connection:
            yield cls(connection)

    def own_marks(self, shares: Iterable[str]) -> tuple[Shared, ...]:
        """The user's marks of the shared kinds, those of the newest papers first."""
        wanted = tuple(shares)
        marks: list[tuple[int, Shared]] = []
        for kind in _OWN.keys() & set(wanted):
            rows = self.connection.execute(f"{_OWN[kind]} ORDER BY pk DESC LIMIT {MOST_PAPERS}")
            marks += [(pk, Shared(id, kind, value)) for pk, id, value in rows]
        rows = self.connection.execute("SELECT pk, id, tag FROM paper_tag JOIN paper USING (pk)")
        marks += [(pk, Shared(id, kind)) for pk, id, tag in rows if covers(wanted, kind := f"{TAG}{tag}")]
        marks.sort(key=lambda mark: (-mark[0], mark[1].kind))
        newest = frozenset(islice(dict.fromkeys(pk for pk, _ in marks), MOST_PAPERS))
        return tuple(one for pk, one in marks if pk in newest)

    def stamps(self) -> dict[str, str]:
        """The stamps of the files that were read, by the members' keys."""
        return dict(self.connection.execute("SELECT public, stamp FROM member").fetchall())

    def store(self, new: Member, marks: Iterable[Shared], stamp: str) -> tuple[int, int]:
        """Replace all that is known of a member; return how many marks are new, and how many are taken back.

        That takes short transactions. Until the last one the member has no stamp, so what is cut off is read again.
        """
        public = new.public
        with connections.transaction(self.connection):
            self.connection.execute(
                "INSERT INTO member (public, name, slug, shares, stamp, seen)"
                " VALUES (:public, :name, :slug, :shares, '', :seen) ON CONFLICT (public)"
                " DO UPDATE SET name = :name, slug = :slug, shares = :shares, stamp = '', seen = :seen",
                {"slug": new.name.lower(), **new._asdict()},
            )
        (key,) = self.connection.execute("SELECT key FROM member WHERE public = ?", (public,)).fetchone()
        known = "SELECT paper, kind, value FROM member_mark WHERE member = ?"
        before = set(self.connection.execute(known, (key,)).fetchall())
        after = {(one.paper, one.kind, one.value) for one in marks}
        # In the order of the table, so that a part changes few pages of it.
        for sql, marks_ in ((_TAKE_MARK, sorted(before - after)), (_PUT_MARK, sorted(after - before))):
            for start in range(0, len(marks_), BATCH):
                with connections.transaction(self.connection):
                    some = [(*one, key) for one in marks_[start : start + BATCH]]
                    self.connection.executemany(sql, some)
                connections.give_way()
        with connections.transaction(self.connection):
            self.connection.execute("UPDATE member SET stamp = ? WHERE key = ?", (stamp, key))
        kept = {one[:2] for one in after}
        return len(after - before), sum(one[:2] not in kept for one in before)

    def rename(self, public: str, name: str) -> str:
        """Give a member another name; return the one before."""
        with connections.transaction(self.connection):
            row = self.connection.execute("SELECT name FROM member WHERE public = ?", (public,)).fetchone()
            sql = "UPDATE member SET name = ?, slug = ? WHERE public = ?"
            self.connection.execute(sql, (name, name.lower(), public))
        return str(row[0]) if row else ""

    def drop(self, public: str) -> None:
        """Forget a member, such as one who has left, in short transactions."""
        some = (
            "DELETE FROM member_mark WHERE (paper, member, kind) IN (SELECT paper, member, kind FROM member_mark"
            " WHERE member = (SELECT key FROM member WHERE public = ?) LIMIT ?)"
        )
        while True:
            with connections.transaction(self.connection):
                if not self.connection.execute(some, (public, BATCH)).rowcount:
                    self.connection.execute("DELETE FROM member WHERE public = ?", (public,))
                    return
            connections.give_way()

    def drop_all(self) -> None:
        """Forget all members."""
        for public in self.stamps():
            self.drop(public)


_OWN = {
    STAR: "SELECT pk, id, '1' FROM paper WHERE starred = 1",
    QUEUE: "SELECT pk, id, '1' FROM queue JOIN paper USING (pk)",
    NOTE: "SELECT pk, id, body FROM note JOIN paper USING (pk)",
}


_TAKE_MARK = "DELETE FROM member_mark WHERE paper = ?1 AND kind = ?2 AND member = ?4"
_PUT_MARK = "INSERT OR REPLACE INTO member_mark (paper, kind, value, member) VALUES (?, ?, ?, ?)"


# Reads


def members(connection: sqlite3.Connection) -> list[Member]:
    """The members other than the user, by name."""
    return [Member(*row) for row in connection.execute(_MEMBERS)]


_HERE = "m.paper IN (SELECT id FROM paper) OR m.paper IN (SELECT id FROM paper_alias)"

_MEMBERS = f"""
    SELECT name, public, shares, seen, (SELECT count(DISTINCT m.paper) FROM member_mark AS m WHERE m.member = key),
        (SELECT count(DISTINCT m.paper) FROM member_mark AS m WHERE m.member = key AND NOT ({_HERE})),
        (SELECT count(*) FROM member_mark AS m WHERE m.member = key)
    FROM member ORDER BY slug
"""


def shared_of(connection: sqlite3.Connection, pk: int) -> tuple[Said, ...]:
    """What the members share of a paper, by name."""
    found: dict[str, dict[str, str]] = {}
    for name, kind, value in connection.execute(_OF_PAPER, {"pk": pk}):
        found.setdefault(name, {})[kind] = value
    tags = {name: tuple(kind.removeprefix(TAG) for kind in found[name] if kind.startswith(TAG)) for name in found}
    return tuple(
        Said(name, STAR in kinds, QUEUE in kinds, tags[name], kinds.get(NOTE, "")) for name, kinds in found.items()
    )


_OF_PAPER = """
    SELECT name, kind, value FROM member_mark JOIN member ON member.key = member_mark.member
    WHERE paper IN (SELECT id FROM paper WHERE pk = :pk UNION SELECT id FROM paper_alias WHERE pk = :pk)
    ORDER BY slug, kind
"""
