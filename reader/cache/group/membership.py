"""The group that the user belongs to, in a file of its own: it has a secret key, and outlives a lost cache."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reader.cache.group import signing
from reader.core.errors import CacheError
from reader.core.group import NO_CHOICE, Choice
from reader.paths import group_file, read_start, replace_private

LIMIT = 1 << 22
"""Maximum size of the file."""


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
    """The group's id."""
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
        return f"{signing.public_key(self.secret)[:16]}-{self.machine}"

    def choose(self, shares: Iterable[str]) -> None:
        """Choose what is shared."""
        self.shares, self.choice = tuple(shares), self.choice.next(self.machine)


def load(cache: Path) -> Membership | None:
    """The user's membership; None without one. Raises CacheError if its file is damaged."""
    found = former(cache)
    return found if found is not None and found.place else None


def former(cache: Path) -> Membership | None:
    """The membership or what is left of an ended one: the key, and the number of its newest statement."""
    file = group_file(cache)
    try:
        said: dict[str, Any] = json.loads(read_start(file, LIMIT))
        names = {one.name for one in fields(Membership)} - {"rest"}
        known = {name: said[name] for name in names if name in said}
        known["rest"] = {name: one for name, one in said.items() if name not in names}
        newest = Newest(**said["newest"])
        newest.choice = Choice(*newest.choice)
        known |= {"shares": tuple(said["shares"]), "choice": Choice(*said["choice"]), "newest": newest}
        if len(bytes.fromhex(said["secret"])) != signing.KEY_BYTES:
            raise ValueError
        return Membership(**known)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CacheError(
            f"{file} can't be read: it has the key of your group. Bring it back from a backup, or remove it and join"
            " anew."
        ) from error


def save(cache: Path, membership: Membership) -> None:
    """Store the membership; raises CacheError."""
    try:
        said = asdict(membership)
        said |= said.pop("rest")
        replace_private(group_file(cache), json.dumps(said, ensure_ascii=False, indent=1))
    except OSError as error:
        raise CacheError(f"{group_file(cache)} can't be written: {error.strerror}.") from error


def end(cache: Path, membership: Membership) -> None:
    """End the membership; the key stays, so that the user can come back under the same name."""
    secret, machine, choice, number = membership.secret, membership.machine, membership.choice, membership.number
    save(cache, Membership("", "", "", secret, machine, choice=choice, number=number, rest=membership.rest))
