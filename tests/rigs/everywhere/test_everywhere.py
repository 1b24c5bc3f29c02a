"""A thousand marks on five machines of two people, in no order: all of it is everywhere at the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reader.cache.places import is_server
from reader.extensions.group import looking, membership
from reader.extensions.group.looking import Looked
from reader.extensions.sync.exchange import Exchanged, exchange
from reader.extensions.sync.folder import SyncFolder
from reader.extensions.sync.hub import open_hub
from tests.extensions.sync.machines import Machine, make_cache
from tests.extensions.sync.postgres import server
from tests.extensions.sync.test_union import act
from tests.tiers import rest_at_night

pytestmark = pytest.mark.long

MACHINES = (
    ("ada", "laptop", 0.0),
    ("ada", "desk", -9.0),
    ("ada", "phone", 5.0),
    ("bob", "tower", 2.5),
    ("bob", "netbook", -30.0),
)
"""Each machine with its person, and the days that its clock is off."""

MARKS = 1_000

SHARED = {
    "star": "SELECT id, 'star', '1' FROM paper WHERE starred = 1",
    "queue": "SELECT id, 'queue', '1' FROM queue JOIN paper USING (pk)",
    "note": "SELECT id, 'note', body FROM note JOIN paper USING (pk)",
    "tag": "SELECT id, 'tag:' || tag, '1' FROM paper_tag JOIN paper USING (pk)",
    "tag:a": "SELECT id, 'tag:' || tag, '1' FROM paper_tag JOIN paper USING (pk) WHERE tag = 'a'",
}
"""Paper, kind and value of all that a choice shares, asked from the tables of the marks."""


class Home(Machine):
    """One machine of a person; it joins marks at `sync`, and meets the others at `group`: folders or databases."""

    person: str
    sync: str
    group: str

    @property
    def member(self) -> membership.Membership | None:
        return membership.load(self.cache)

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

    def enter_group(self, homes: list[Home]) -> None:
        """Begin the group or join it; with the key of another machine of the person, as the same member."""
        members = {home: home.member for home in homes if home.member is not None}
        keys = [member.secret for home, member in members.items() if home.person == self.person and member]
        if members:
            looking.join(self.cache, self.group, self.person, keys[0] if keys else None)
        else:
            looking.create(self.cache, self.group, self.person)
        self.look_at_group()

    def has_to_share(self) -> set[tuple[Any, ...]]:
        """What the person shares by the choices here."""
        return {row for one in (self.member.shares if self.member else ()) for row in self._rows(SHARED[one])}

    def sees(self) -> dict[str, set[tuple[Any, ...]]]:
        """What the others share, by name, as this machine has it."""
        ask = "SELECT paper, kind, value FROM member_mark WHERE member = {}"
        return {name: set(self._rows(ask.format(key))) for name, key in self._rows("SELECT name, key FROM member")}

    def _rows(self, ask: str) -> list[tuple[Any, ...]]:
        with self.events() as events:
            return events.read(lambda one: one.execute(ask).fetchall())


def mark_and_meet(homes: list[Home], chance: random.Random) -> None:
    """Mark papers, choose what is shared, and meet, all at random; each machine comes to the group at some time."""
    coming = sorted((chance.randrange(MARKS // 2), place) for place in range(len(homes)))
    for number in range(MARKS):
        while coming and number >= coming[0][0]:
            homes[coming.pop(0)[1]].enter_group(homes)
        home = chance.choice(homes)
        if home.member and chance.random() < 0.04:
            looking.change_shares(home.cache, [one for one in SHARED if chance.random() < 0.5])
        else:
            act(home, chance)
        if chance.random() < 0.05:
            home.join_marks()
        if home.member and chance.random() < 0.05:
            home.look_at_group()
    for meet, times in ((Home.join_marks, 2), (Home.look_at_group, 3)):
        for _ in range(times):
            for home in chance.sample(homes, len(homes)):
                meet(home)


def check_all_is_everywhere(homes: list[Home]) -> None:
    """Nobody is told anything more, machines of a person are the same, and others see what a person shares."""
    for home in homes:
        exchanged, looked = home.join_marks(), home.look_at_group()
        assert not (exchanged.came or exchanged.went or looked.came or looked.went or looked.is_told), home.name
        assert not (exchanged.troubles or looked.troubles), home.name
    for person in ("ada", "bob"):
        own = [one for one in homes if one.person == person]
        first, states, shared = own[0], own[0].states(), own[0].has_to_share()
        assert shared and first.member
        for other in own[1:]:
            assert (other.log(), other.states()) == (first.log(), states), other.name
            assert other.member and other.member.shares == first.member.shares
        with first.events() as events:
            events.rebuild()
        assert first.states() == states, "what follows from the log at once is not what followed in steps"
        for home in homes:
            assert home in own or home.sees() == {person: shared}, home.name


@pytest.fixture(params=["folders", "databases"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Where the machines of each person join their marks; the group is in Ada's database, beside her marks."""
    if request.param == "folders":
        found = {name: tmp_path / f"at-{name}" for name in ("ada", "bob", "group")}
        for place in found.values():
            place.mkdir()
        yield {name: str(place) for name, place in found.items()}
        return
    psycopg = pytest.importorskip("psycopg")
    # A socket's path is short.
    with TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            for name in ("ada", "bob"):
                connection.execute(f"CREATE DATABASE {name}")
        ada, bob = (address.replace("/postgres?", f"/{name}?") for name in ("ada", "bob"))
        yield {"ada": ada, "bob": bob, "group": ada}


@pytest.mark.parametrize("seed", rest_at_night(range(18, 21), 1))
def test_all_is_everywhere(tmp_path: Path, places: dict[str, str], seed: int) -> None:
    origin, homes = make_cache(tmp_path / "origin" / "papers.db"), list[Home]()
    for person, name, off in MACHINES:
        home = Home.copied(origin, tmp_path / "none", name, off)
        assert isinstance(home, Home)
        home.person, home.sync, home.group = person, places[person], places["group"]
        homes.append(home)
    mark_and_meet(homes, random.Random(seed))
    check_all_is_everywhere(homes)
