"""Who has which name: it belongs to the key that came with it first, and others of the name get a part of their key."""

from __future__ import annotations

from collections.abc import Iterable

from reader.cache.group import signing
from reader.cache.group.membership import Membership
from reader.core.group import Statement, appearance

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
        raise ValueError("so many members have come and gone that no more are taken in")
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
    return _short(mine.name, signing.public_key(mine.secret)) if _has_namesake(mine.name, mine.names.values()) else ""


def _has_namesake(name: str, names: Iterable[str]) -> bool:
    """Whether another of the name has a part of its key in it."""
    return any(PLUS in one and appearance(one.partition(PLUS)[0]) == appearance(name) for one in names)


def _beside(name: str, key: str, taken: Iterable[str]) -> str:
    short = _short(name, key)
    return short if appearance(short) not in taken else f"{name}{PLUS}{key}"


def _short(name: str, key: str) -> str:
    return f"{name}{PLUS}{key[:UNIQUE]}"
