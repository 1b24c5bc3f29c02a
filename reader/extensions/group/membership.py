"""The user's group, in its own file: it has a secret key, and survives a lost cache."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reader.api import CacheError, paths
from reader.extensions.group.statement import KEY_BYTES, NO_CHOICE, Choice, Statement, appearance, public_key

LIMIT = 1 << 22


def new_machine() -> str:
    """A new id of a machine."""
    return secrets.token_hex(4)


@dataclass(slots=True)
class Newest:
    """The newest statement under the own key, which this machine or another one of the user's has made."""

    slot: str = ""
    stamp: str = ""
    number: int = 0
    said: str = ""
    """The digest of what it says."""
    choice: Choice = NO_CHOICE


@dataclass(slots=True)
class Membership:
    """Who the user is in the group, and who the others are."""

    group: str
    place: str
    """A folder, or the address of a server."""
    name: str
    secret: str
    """The key that signs, in hexadecimal digits; it never leaves the user's machines."""
    machine: str = field(default_factory=new_machine)
    """Tells this machine from others that have the key."""
    shares: tuple[str, ...] = ()
    choice: Choice = NO_CHOICE
    """When these were chosen."""
    number: int = 0
    """That of this machine's newest statement."""
    said: str = ""
    """The digest of what this machine had to say at its last look."""
    newest: Newest = field(default_factory=Newest)
    names: dict[str, str] = field(default_factory=dict)
    """The members' names by their keys: who came first with a name keeps it."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of each member's newest statement."""
    earlier: dict[str, str] = field(default_factory=dict)
    """The keys of those who have changed their name, by the former one, which nobody else gets."""
    rest: dict[str, Any] = field(default_factory=dict)
    """What a newer program has written into the file: it is kept."""

    @property
    def slot(self) -> str:
        """Where this machine puts its statements."""
        return f"{public_key(self.secret)[:16]}-{self.machine}"

    def choose(self, shares: Iterable[str]) -> None:
        """Choose what is shared."""
        self.shares, self.choice = tuple(shares), self.choice.next(self.machine)


def load(cache: Path) -> Membership | None:
    """The user's membership; None without one. Raises CacheError if its file is damaged."""
    found = former(cache)
    return found if found is not None and found.place else None


IN_NONE = "You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one."


def expect(cache: Path) -> Membership:
    """The user's membership; raises CacheError without one."""
    found = load(cache)
    if found is None:
        raise CacheError(IN_NONE)
    return found


def former(cache: Path) -> Membership | None:
    """The membership or what is left of an ended one: the key, and the number of its newest statement."""
    file = paths.group_file(cache)
    try:
        said: dict[str, Any] = json.loads(paths.read_start(file, LIMIT))
        names = {one.name for one in fields(Membership)} - {"rest"}
        known = {name: said[name] for name in names if name in said}
        known["rest"] = {name: one for name, one in said.items() if name not in names}
        newest = Newest(**said["newest"])
        newest.choice = Choice(*newest.choice)
        known |= {"shares": tuple(said["shares"]), "choice": Choice(*said["choice"]), "newest": newest}
        if len(bytes.fromhex(said["secret"])) != KEY_BYTES:
            raise ValueError
        return Membership(**known)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CacheError(
            f"{file}, which holds the key of your group, can't be read. Restore it from a backup, or remove it and "
            "join again."
        ) from error


def save(cache: Path, membership: Membership) -> None:
    """Store the membership; raises CacheError."""
    try:
        said = asdict(membership)
        said |= said.pop("rest")
        paths.replace_private(paths.group_file(cache), json.dumps(said))
    except OSError as error:
        raise CacheError(f"{paths.group_file(cache)} can't be written: {error.strerror}.") from error


def end(cache: Path, membership: Membership) -> None:
    """End the membership; the key stays, so that the user can come back under the same name."""
    secret, machine, choice, number = membership.secret, membership.machine, membership.choice, membership.number
    save(cache, Membership("", "", "", secret, machine, choice=choice, number=number, rest=membership.rest))


MOST_KNOWN = 1_000
"""Keys whose names are kept; whoever may write to the place could make any number."""

UNIQUE = 6
"""Digits of a member's key that distinguish it from another one of the same name."""

PLUS = "+"
"""Stands before these digits. A name can't have it, so nobody can come with such a name."""


def name_of(statement: Statement, mine: Membership) -> str:
    """The name that a member came with or has taken since, beside others that look like it; raises ValueError."""
    names, member = mine.names, statement.member
    former = names.get(member)
    if former is None and len(names) >= MOST_KNOWN:
        raise ValueError("too many members have come and gone; no more are accepted")
    if former is None or former.partition(PLUS)[0] != statement.name:
        others = {key: name for key, name in names.items() if key != member}
        # Nor the former name of another one, whom people may still know by it.
        left = (name for name, key in mine.earlier.items() if key != member)
        taken = set(map(appearance, (mine.name, *others.values(), *left)))
        is_free = appearance(statement.name) not in taken and not _has_namesake(statement.name, others.values())
        names[member] = statement.name if is_free else _beside(statement.name, member, taken)
        if former is not None and len(mine.earlier) < MOST_KNOWN:
            mine.earlier.setdefault(former, member)
    return names[member]


def tell_apart(came: Iterable[str], mine: Membership) -> dict[str, str]:
    """The other names, by key, of those who came at once with one name: nobody knows who had it first."""
    names, taken, changed = mine.names, set(map(appearance, mine.names.values())), dict[str, str]()
    keys = list(came)
    for key in keys:
        others = [names[one] for one in keys if one != key]
        if PLUS not in names[key] and _has_namesake(names[key], others):
            names[key] = changed[key] = _beside(names[key], key, taken)
    return changed


def name_beside_namesake(mine: Membership) -> str:
    """The name that others see if somebody of the same name is known; empty if nobody is."""
    return _short(mine.name, public_key(mine.secret)) if _has_namesake(mine.name, mine.names.values()) else ""


def _has_namesake(name: str, names: Iterable[str]) -> bool:
    """Whether another of the name has a part of its key in it."""
    return any(PLUS in one and appearance(one.partition(PLUS)[0]) == appearance(name) for one in names)


def _beside(name: str, key: str, taken: Iterable[str]) -> str:
    short = _short(name, key)
    return short if appearance(short) not in taken else f"{name}{PLUS}{key}"


def _short(name: str, key: str) -> str:
    return f"{name}{PLUS}{key[:UNIQUE]}"
