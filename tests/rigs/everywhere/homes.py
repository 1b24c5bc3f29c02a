"""The machines of two people, each with a home and a clock of its own, that meet through folders or a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reader.cache.places import is_server
from reader.extensions.group import looking, membership
from reader.extensions.group.looking import Looked
from reader.extensions.sync.exchange import Exchanged, exchange
from reader.extensions.sync.folder import SyncFolder
from reader.extensions.sync.hub import open_hub
from tests.extensions.sync.machines import Machine

Shared = set[tuple[str, str, str]]
"""Paper, kind and value of what somebody shares."""


@dataclass(frozen=True)
class Places:
    """Where the machines of each person join their marks, and where the group is: folders or databases."""

    ada: str
    bob: str
    group: str


@contextmanager
def folders(root: Path) -> Iterator[Places]:
    """Three folders."""
    places = [root / name for name in ("ada-sync", "bob-sync", "group")]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    yield Places(*map(str, places))


@contextmanager
def databases(address: str) -> Iterator[Places]:
    """Two databases of a server: the group is in Ada's, beside her marks."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("ada", "bob"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
    ada, bob = (address.replace("/postgres?", f"/{name}?") for name in ("ada", "bob"))
    yield Places(ada, bob, ada)


class Home(Machine):
    """One machine of a person."""

    person: str
    sync: str
    group: str

    @classmethod
    def of(cls, person: str, name: str, days_off: float, origin: Path, places: Places, root: Path) -> Home:
        """A machine with a copy of a cache."""
        made = cls.copied(origin, root / "none", name, days_off)
        assert isinstance(made, Home)
        made.person, made.sync, made.group = person, getattr(places, person), places.group
        return made

    @property
    def is_member(self) -> bool:
        return membership.load(self.cache) is not None

    def join_marks(self) -> Exchanged:
        """Join the marks with those of the person's other machines."""
        with self.events() as events:
            if not is_server(self.sync):
                return exchange(events, self.cache, SyncFolder(Path(self.sync), self.cache), self.name)
            with open_hub(self.sync) as hub:
                return exchange(events, self.cache, hub, self.name)

    def look_at_group(self) -> Looked:
        """See what the others share, and tell them what is shared here."""
        return looking.look(self.cache, datetime.fromtimestamp(self.now(), UTC))

    def enter(self, first: Home | None, *, is_new: bool) -> None:
        """Begin the group or join it; with the key of another machine of the person, as the same member."""
        if is_new:
            looking.create(self.cache, self.group, self.person)
        else:
            secret = first.secret if first is not None else None
            looking.join(self.cache, self.group, self.person, secret)

    @property
    def secret(self) -> str:
        found = membership.load(self.cache)
        assert found is not None
        return found.secret

    @property
    def shares(self) -> tuple[str, ...]:
        found = membership.load(self.cache)
        return found.shares if found is not None else ()

    def has_to_share(self) -> Shared:
        """What the person shares by the choices here, asked from the tables of the marks."""
        asks = {
            "star": "SELECT id, 'star', '1' FROM paper WHERE starred = 1",
            "queue": "SELECT id, 'queue', '1' FROM queue JOIN paper USING (pk)",
            "note": "SELECT id, 'note', body FROM note JOIN paper USING (pk)",
            "tag": "SELECT id, 'tag:' || tag, '1' FROM paper_tag JOIN paper USING (pk)",
            "tag:a": "SELECT id, 'tag:' || tag, '1' FROM paper_tag JOIN paper USING (pk) WHERE tag = 'a'",
        }
        return {row for one in self.shares for row in self._rows(asks[one])}

    def sees(self) -> dict[str, Shared]:
        """What the others share, by name, as this machine has it."""
        ask = "SELECT paper, kind, value FROM member_mark WHERE member = {}"
        members = self._rows("SELECT name, key FROM member")
        return {name: set(self._rows(ask.format(key))) for name, key in members}

    def _rows(self, ask: str) -> list[tuple[Any, ...]]:
        with self.events() as events:
            return events.read(lambda one: one.execute(ask).fetchall())
