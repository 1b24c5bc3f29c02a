"""The group that the user belongs to, in a file of its own: it has a secret key, and outlives a lost cache."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reader.core.errors import CacheError
from reader.paths import group_file, read_start, replace_private

LIMIT = 1 << 22
"""Maximum size of the file."""


@dataclass(slots=True)
class Membership:
    """Who the user is in the group, and who the others are."""

    group: str
    """The group's id."""
    folder: str
    name: str
    secret: str
    """The key that signs, in hexadecimal digits; it never leaves this machine."""
    shares: tuple[str, ...] = ()
    number: int = 0
    """That of the newest own statement."""
    said: str = ""
    """The digest of what it says."""
    written: str = ""
    """The digest of its file."""
    names: dict[str, str] = field(default_factory=dict)
    """The members' names by their keys: who came first with a name keeps it."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of each member's newest statement."""


def load(cache: Path) -> Membership | None:
    """The user's membership; None without one. Raises CacheError if its file is damaged."""
    found = former(cache)
    return found if found is not None and found.folder else None


def former(cache: Path) -> Membership | None:
    """The membership or what is left of an ended one: the key, and the number of its newest statement."""
    file = group_file(cache)
    try:
        said: dict[str, Any] = json.loads(read_start(file, LIMIT))
        known = {one.name: said[one.name] for one in fields(Membership) if one.name in said}
        return Membership(**known | {"shares": tuple(known.get("shares", ()))})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CacheError(
            f"{file} can't be read: it has the key of your group. Bring it back from a backup, or remove it and join"
            " anew."
        ) from error


def save(cache: Path, membership: Membership) -> None:
    """Store the membership; raises CacheError."""
    try:
        replace_private(group_file(cache), json.dumps(asdict(membership), ensure_ascii=False, indent=1))
    except OSError as error:
        raise CacheError(f"{group_file(cache)} can't be written: {error.strerror}.") from error


def end(cache: Path, membership: Membership) -> None:
    """End the membership; the key stays, so that the user can come back under the same name."""
    save(cache, Membership("", "", "", membership.secret, number=membership.number))
