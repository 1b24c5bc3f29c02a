"""People of a group, each with a cache of the same five papers."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reader.cache.marks.events import Events
from reader.cache.members import Said, members, shared_of
from reader.database import connections
from reader.extensions.group import looking, membership
from reader.extensions.group.looking import Looked
from reader.extensions.group.statement import Statement, public_key, sign, write

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Person:
    """A person with a cache of five papers, on one machine; `folder` is the group's, or is beside it."""

    def __init__(self, origin: Path, folder: Path, home: str) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        place = folder.parent / home
        place.mkdir()
        self.cache = Path(shutil.copy(origin, place / "papers.db"))

    def mark(self, kind: str, value: bool | str, *pks: int) -> None:
        with closing(Events.open(self.cache)) as events:
            events.mark(kind, value, pks)

    def look(self, now: datetime = NOON) -> Looked:
        return looking.look(self.cache, now)

    def share(self, *things: str) -> None:
        looking.change_shares(self.cache, things)
        self.look()

    def sees(self, pk: int) -> tuple[Said, ...]:
        with closing(connections.connect(self.cache)) as one:
            return shared_of(one, pk)

    @property
    def others(self) -> list[tuple[str, int, int]]:
        with closing(connections.connect(self.cache)) as one:
            return [(member.name, member.papers, member.missing) for member in members(one)]

    @property
    def mine(self) -> membership.Membership:
        found = membership.load(self.cache)
        assert found is not None
        return found

    @property
    def public(self) -> str:
        return public_key(self.mine.secret)

    @property
    def file(self) -> Path:
        return self.folder / f"member-{self.mine.slot}.signed.jsonl"

    def says(self, statement: Statement) -> None:
        """Write a statement that this program would not."""
        self.file.write_bytes(sign(write(statement), self.mine.secret))
