"""A look at the group's place: read the others' statements, and write the user's.

Each member has a statement there, whole or not at all. It is signed by the member's key, so changed or forged
statements are reported and skipped. Names go to whoever came first and are stored with the membership: nobody gets a
name of another key.

A member's machines share a key and have a slot each. The newest statement counts, and the machine that writes it
empties the others' slots. A machine writes only if its own content is new, so that one without the newest marks does
not revert them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from reader.api import CacheError, amount, forgotten, members, paths, places
from reader.extensions.group import membership
from reader.extensions.group.membership import Membership, Newest, name_of, tell_apart
from reader.extensions.group.place import SLOT, Place, Slot, open_place
from reader.extensions.group.statement import (
    MOST_BYTES,
    Statement,
    check_library,
    new_secret,
    public_key,
    read,
    said,
    sign,
    verified,
    write,
)

MOST_MEMBERS = 200

MOST_MARKS = 250_000
"""Maximum marks of one member: five for each of a statement's maximum papers."""

JITTER = 1_000_000
"""Random part that gives two machines writing at once different numbers."""


@dataclass(slots=True)
class Looked:
    """The result of a look."""

    came: dict[str, int] = field(default_factory=dict)
    """Number of marks that are new by the name of their member."""
    went: dict[str, int] = field(default_factory=dict)
    """Number of marks that were taken back, likewise."""
    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    is_told: bool = False
    """Whether something new was published."""
    has_ended: bool = False
    """Whether the user has left the group on another machine, so that this one has left it too."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The new names of members by the former ones."""
    troubles: list[str] = field(default_factory=list)
    """Statements that were skipped, or taken in part, each with the reason."""


def create(cache: Path, address: str, name: str) -> None:
    """Make a folder or a database a group's, and join it; raises CacheError."""
    _expect_none(cache)
    with open_place(address) as place:
        place.begin(secrets.token_hex())
    join(cache, address, name)


def join(cache: Path, address: str, name: str, secret: str | None = None) -> None:
    """Join the group of a place: with the key of another machine as the same member; raises CacheError.

    Without a key, that of an earlier membership is used, if any.
    """
    _expect_none(cache)
    with open_place(address) as place:
        group = place.group()
    former = membership.former(cache)
    if former is None or (secret is not None and former.secret != secret):
        former = Membership("", "", "", secret or new_secret())
    with members.Members.open(cache) as table:
        # A cache from elsewhere may have members of a group unknown to this home.
        table.drop_all()
    membership.save(cache, replace(former, group=group, place=address, name=name))


def look(cache: Path, now: datetime | None = None, place: Place | None = None) -> Looked:
    """Read what the members share, and publish what the user shares; raises CacheError.

    The place is that of the membership, which may be open already.
    """
    with places.alone(_lock(cache)), members.Members.open(cache) as table:
        mine = membership.expect(cache)
        with open_place(mine.place) if place is None else nullcontext(place) as opened:
            if opened.group() != mine.group:
                raise CacheError(
                    f"{places.shown_place(mine.place)} now has another group. 'dailypapers group leave' ends your "
                    "membership."
                )
            return _Look(table, mine, cache, opened, now or datetime.now(UTC)).run()


def change_shares(cache: Path, shares: Iterable[str]) -> None:
    """Choose what is shared from the next look on; raises CacheError."""
    with places.alone(_lock(cache)):
        mine = membership.expect(cache)
        mine.choose(shares)
        membership.save(cache, mine)


def leave(cache: Path, *, even_if_unheard: bool = False) -> bool:
    """Stop sharing everything, and end the membership; return whether the others were told.

    Raises CacheError if they can't be told, unless `even_if_unheard`.
    """
    with places.alone(_lock(cache)), members.Members.open(cache) as table:
        mine = membership.expect(cache)
        mine.choose(())
        is_told = False
        try:
            with open_place(mine.place) as place:
                if place.group() == mine.group:
                    _Look(table, mine, cache, place, datetime.now(UTC)).leave()
                    is_told = True
        except CacheError as error:
            if not even_if_unheard:
                raise CacheError(f"What you shared is still there. {error} To leave it there, use --force.") from error
        _end(table, cache, mine)
        return is_told


def _end(table: members.Members, cache: Path, mine: Membership) -> None:
    table.drop_all()
    membership.end(cache, mine)


def _lock(cache: Path) -> Path:
    return paths.sync_lock(paths.group_file(cache))


def _expect_none(cache: Path) -> None:
    check_library()
    mine = membership.load(cache)
    if mine is not None:
        raise CacheError(
            f"You are in the group of {places.shown_place(mine.place)}: 'dailypapers group leave' ends that first."
        )


class _Look:
    def __init__(self, table: members.Members, mine: Membership, cache: Path, place: Place, now: datetime) -> None:
        self._members, self._mine, self._cache, self._place, self._now = table, mine, cache, place, now
        self._public = public_key(mine.secret)
        self._result = Looked()
        self._slots: list[Slot] = []
        self._came: list[str] = []
        """The keys of those who came during this look."""
        self._is_there = False
        """Whether the newest statement under the own key is where it was put."""
        self._has_left = False
        """Whether the user has left the group on another machine."""

    def run(self) -> Looked:
        before = asdict(self._mine)
        self._find_slots()
        self._hear_own_machines()
        known = set(self._members.stamps().values())
        out = forgotten(self._members.connection)
        for member in out.intersection(self._members.stamps()):
            self._members.drop(member)
        passed_over = {one[:16] for one in (self._public, *out)}
        for slot in self._slots:
            if slot.name[:16] not in passed_over and _stamp(slot) not in known:
                self._attempt(slot, self._take_in)
        self._tell_apart()
        self._forget_absent()
        if not self._mine.said and self._is_there and self._mine.newest.slot != self._mine.slot:
            # Another machine wrote since, and this one may lack its marks.
            self._mine.said = self._digest(self._statement(has_left=False))
        if asdict(self._mine) != before:
            membership.save(self._cache, self._mine)
        self._tell(has_left=self._has_left)
        if self._has_left:
            _end(self._members, self._cache, self._mine)
            self._result.has_ended = True
        return self._result

    def leave(self) -> None:
        """Tell the others that the user leaves."""
        self._find_slots()
        self._hear_own_machines()
        # After what another machine has chosen meanwhile.
        self._mine.choose(())
        self._tell(has_left=True)

    # What is there

    def _is_own(self, slot: Slot) -> bool:
        return slot.name.startswith(f"{self._public[:16]}-")

    def _find_slots(self) -> None:
        """The slots that are looked at: the own ones and those of known members before others."""
        known = {public[:16] for public in (self._public, *self._mine.numbers)}
        found = sorted(self._place.slots(), key=lambda one: (one.name[:16] not in known, one.name))
        self._slots = found[:MOST_MEMBERS]
        if more := found[MOST_MEMBERS:]:
            self._result.troubles.append(f"{len(more):,} more members: a group has at most {MOST_MEMBERS}")

    def _attempt(self, slot: Slot, work: Callable[[Slot, Statement], None]) -> None:
        """Read a slot, and do something with what it says; note why that fails."""
        try:
            if slot.size > MOST_BYTES:
                raise ValueError("it is too large")
            statement = read(verified(self._place.read(slot.name)))
            if statement.group != self._mine.group:
                raise ValueError("it belongs to another group")
            if not SLOT.fullmatch(slot.name) or slot.name[:16] != statement.member[:16]:
                raise ValueError("it has another member's place")
            if statement.refused:
                lines = amount(statement.refused, "line")
                self._result.troubles.append(f"{slot.label}: {lines} refused (no paper's id)")
            work(slot, statement)
        except ValueError as error:
            if slot.name == self._mine.slot:
                self._result.troubles.append(f"{slot.label}: somebody else changed what you share; it is shared again")
                return
            name = next((name for key, name in self._mine.names.items() if slot.name.startswith(key[:16])), "")
            whose = f"{name}'s " if name else ""
            self._result.troubles.append(f"{whose}{slot.label}: {error}; it is skipped")

    # The others

    def _take_in(self, slot: Slot, statement: Statement) -> None:
        member = statement.member
        stamps = self._members.stamps()
        if statement.number < self._mine.numbers.get(member, 0):
            if any(_stamp(one) == stamps.get(member) for one in self._slots):
                # Another of the member's machines wrote since.
                return
            raise ValueError("it is older than the last one read")
        is_named, is_known, former = member in self._mine.names, member in stamps, self._mine.names.get(member, "")
        name = name_of(statement, self._mine)
        self._came += [] if is_named or statement.has_left else [member]
        self._mine.numbers[member] = statement.number
        # Before the cache has it: if the look is interrupted, the statement is not read again.
        names, earlier, numbers = self._mine.names, self._mine.earlier, self._mine.numbers
        kept = replace(membership.expect(self._cache), names=names, earlier=earlier, numbers=numbers)
        membership.save(self._cache, kept)
        if statement.has_left:
            self._members.drop(member)
            self._result.left += [name] if is_known else []
            return
        over = len(statement.marks) - MOST_MARKS
        if over > 0:
            statement = replace(statement, marks=statement.marks[:MOST_MARKS])
            trouble = f"{amount(over, 'mark')} refused (over the budget of {MOST_MARKS:,})"
            self._result.troubles.append(f"{name}'s {slot.label}: {trouble}")
        seen = self._now.isoformat(timespec="seconds")
        theirs = members.Member(name, member, said(statement.shares), seen)
        came, went = self._members.store(theirs, statement.marks, _stamp(slot))
        if former != name and is_known:
            self._result.renamed[former] = name
        self._result.joined += [] if is_known else [name]
        self._result.came |= {name: came} if came else {}
        self._result.went |= {name: went} if went else {}

    def _tell_apart(self) -> None:
        """Rename members who arrived together with the same name."""
        for member, name in tell_apart(self._came, self._mine).items():
            before = self._members.rename(member, name)
            result = self._result
            result.joined = [name if one == before else one for one in result.joined]
            result.came = {name if one == before else one: count for one, count in result.came.items()}

    def _forget_absent(self) -> None:
        """Forget the shares of absent members, once there are too many."""
        known = self._members.stamps()
        if len(known) > MOST_MEMBERS:
            there = {slot.name[:16] for slot in self._slots}
            for member in known:
                if member[:16] not in there:
                    self._members.drop(member)

    # The user's machines

    def _hear_own_machines(self) -> None:
        """Find the newest statement under the own key, and take over what was chosen on another machine."""
        for slot in filter(self._is_own, self._slots):
            newest = self._mine.newest
            if (slot.name, slot.stamp) == (newest.slot, newest.stamp):
                self._is_there = True
            else:
                self._attempt(slot, self._hear)

    def _hear(self, slot: Slot, statement: Statement) -> None:
        mine = self._mine
        if statement.member != self._public:
            raise ValueError("it has another member's place")
        if statement.number >= mine.newest.number:
            said = self._digest(statement)
            mine.newest = Newest(slot.name, slot.stamp, statement.number, said, statement.choice)
            self._is_there = True
        if slot.name == self._mine.slot and statement.number > mine.number:
            # A copy of this home writes there; from now on this one has its own slot.
            mine.machine = membership.new_machine()
        if statement.has_left and not mine.said:
            # That was before this machine joined.
            mine.choice = max(mine.choice, statement.choice.next(mine.machine))
        elif statement.choice > mine.choice:
            mine.choice, mine.shares, self._has_left = statement.choice, statement.shares, statement.has_left

    # What the user says

    def _statement(self, *, has_left: bool) -> Statement:
        mine = self._mine
        marks = self._members.own_marks(mine.shares)
        return Statement(mine.group, self._public, mine.name, 0, mine.shares, marks, has_left, mine.choice)

    @staticmethod
    def _digest(statement: Statement) -> str:
        """The digest of what a statement says, whenever and in whatever order it does."""
        return sha256(write(replace(statement, number=0, marks=tuple(sorted(statement.marks))))).hexdigest()

    def _tell(self, *, has_left: bool) -> None:
        """Write a statement into the own slot if it has news; raises CacheError."""
        mine, newest = self._mine, self._mine.newest
        statement = self._statement(has_left=has_left)
        said = self._digest(statement)
        is_lost = not self._is_there and newest.slot in ("", self._mine.slot)
        is_news = said not in (newest.said, mine.said) or newest.choice < mine.choice
        if is_news or is_lost:
            self._put(statement, said)
        elif said != mine.said:
            mine.said = said
            membership.save(self._cache, mine)

    def _put(self, statement: Statement, said: str) -> None:
        mine = self._mine
        latest = max(mine.number, mine.newest.number, int(self._now.timestamp() * 1_000_000))
        number = latest + 1 + secrets.randbelow(JITTER)
        data = sign(write(replace(statement, number=number)), mine.secret)
        if len(data) > MOST_BYTES:
            raise CacheError("What you share is too large for a group: share tags instead of all notes.")
        # The number first: an interrupted statement is followed by one with a greater number.
        mine.number = number
        membership.save(self._cache, mine)
        others = [one.name for one in self._slots if self._is_own(one) and one.name != mine.slot]
        stamp = self._place.put(self._mine.slot, data, others)
        mine.newest, mine.said = Newest(self._mine.slot, stamp, number, said, mine.choice), said
        membership.save(self._cache, mine)
        self._result.is_told = True


def _stamp(slot: Slot) -> str:
    """What is kept with a member of where its statement was read."""
    return f"{slot.name} {slot.stamp}"
