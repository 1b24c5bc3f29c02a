"""The lists that the user keeps in the settings file, entry by entry: what an event says, and what follows from all.

Each view, rule, muted word, notice and hidden view is an entry. Its identity comes from its first name or text, so that
all machines agree on it. An event holds what one action changed in an entry. For each field, the newest event that is
not undone decides, in the order (clock, id) that all machines share:

| two machines, before they hear of each other | what both have then |
|---|---|
| add different entries | both entries |
| add an entry of one name | one entry: the newer query; the other stays in its history |
| rename it, and change its query | the new name with the new query |
| rename it, to two names | the newer name |
| change its query, twice | the newer query |
| remove it, and change or rename it | what was done later: a change keeps the entry, also a removed one |
| remove it, and move it | no entry: a place keeps nothing |
| give two entries one name | both entries, the one that got the name later as `NAME 2` |
| move entries | each entry in its newest place; of equal places, the order of the identities |
| undo an add, and change the entry | no entry, until the add is redone |
| have the same entries from before they synced | each entry once |
| have an entry of one name from before, but another query | one entry; a change that was made since wins |

A list with an invalid entry, such as a mistake, is neither read nor written until the user corrects the file.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from reader.core.foreign import read_json
from reader.core.marks import ENTRY, first_place, place_between
from reader.core.settings.toml import NotEditableError, check_change, parse_toml, with_tables, with_value
from reader.core.settings.types import NAME_LIMIT, as_toml
from reader.core.text import clean

TABLES: Mapping[str, tuple[str, ...]] = {"views": ("name", "query"), "rules": ("name", "when", "then")}
"""Lists of tables, with the fields of an entry."""

TEXTS = ("mute", "notify", "hidden_views")
"""Lists of texts; an entry has one field, `text`."""

LISTS = (*TABLES, *TEXTS)

NOUNS = {
    "views": "view",
    "rules": "rule",
    "mute": "muted word",
    "notify": "notice",
    "hidden_views": "hidden view",
}

MOST: Mapping[str, int] = {**dict.fromkeys(TABLES, 200), **dict.fromkeys(TEXTS, 1_000)}
"""Maximum entries of a list that other machines may fill."""

QUERY_LIMIT = 4_000

VALUE_LIMIT = 8_000

BEGIN = 10**12
"""The time in the places of entries older than all events, with room above and below."""

_THERE, _PLACE, _OF = "there", "place", "of"

_KIND = re.compile(r"(?:entry|here):([a-z_]{1,40}):([0-9a-f]{16}(?:-[0-9]{1,4})?)")
_PLACES = re.compile(r"[0-9]{26,200}", re.ASCII)


class Entry(NamedTuple):
    """An entry of a list, as in the file."""

    id: str
    values: Mapping[str, Any]


class EntryState(NamedTuple):
    """What the log says about an entry."""

    values: Mapping[str, Any]
    place: str
    is_there: bool
    named: int
    """The event that gave it its name."""


Log = Mapping[str, Mapping[str, EntryState]]
"""All entries that ever existed, by list and identity."""

Change = tuple[str, dict[str, Any]]
"""The identity of an entry, and an event's changes to it."""


# Events


def parse_entry(kind: str, value: str) -> tuple[str, str, dict[str, Any]] | None:
    """The list, identity and fields of an event; None if invalid.

    Unknown fields and lists of newer programs are kept.
    """
    found = _KIND.fullmatch(kind)
    if found is None:
        return None
    said = read_json(value, VALUE_LIMIT)
    if not isinstance(said, dict) or not all(_fits(field, one) for field, one in said.items()):
        return None
    return found[1], found[2], said


def _fits(field: str, value: object) -> bool:
    if field == _THERE:
        return isinstance(value, bool)
    if field == _PLACE:
        return isinstance(value, str) and _PLACES.fullmatch(value) is not None
    if field in ("name", _OF):
        return isinstance(value, str) and bool(value) and clean(value, NAME_LIMIT) == value
    if field in ("query", "when", "text"):
        return isinstance(value, str) and bool(value) and clean(value, QUERY_LIMIT) == value
    if field == "then":
        return isinstance(value, list) and all(isinstance(one, str) and clean(one) == one for one in value)
    return clean(field) == field


def event_value(said: Mapping[str, Any]) -> str:
    """The value of an event, in ASCII, which every program preserves."""
    return json.dumps(said, separators=(",", ":"), sort_keys=True)


def event_label(kind: str, value: str) -> str:
    """An event in words: `view Agents added`."""
    found = parse_entry(kind, value)
    if found is None:
        return kind
    table, _, said = found
    name = clean(str(said.get(_OF) or said.get("text") or said.get("name") or ""), NAME_LIMIT)
    if said.get(_THERE) is False:
        done = "removed"
    elif _THERE in said and all(field in said for field in _fields(table)):
        done = "added"
    elif _PLACE in said:
        done = "moved"
    else:
        is_back = _THERE in said and not any(field in said for field in _fields(table))
        done = f"renamed {said['name']}" if "name" in said else "brought back" if is_back else "changed"
    return " ".join(part for part in (NOUNS.get(table, table), name, done) if part)


# What follows from the log


def fold(events: Iterable[tuple[str, str]]) -> dict[str, dict[str, EntryState]]:
    """The state of each entry after these events, in the order that all machines share."""
    found: dict[str, dict[str, EntryState]] = {table: {} for table in LISTS}
    for _, table, id, state in unfold(events):
        found[table][id] = state
    return found


def unfold(events: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str, str, EntryState]]:
    """What each event does to its entry: the event's position, the list, the identity and the state."""
    found: dict[str, dict[str, EntryState]] = {table: {} for table in LISTS}
    for number, (kind, value) in enumerate(events):
        parsed = parse_entry(kind, value)
        if parsed is None or parsed[0] not in found:
            continue
        table, id, said = parsed
        before = found[table].get(id, EntryState({}, "", False, number))
        fields = {field: said[field] for field in _fields(table) if field in said}
        found[table][id] = EntryState(
            {**before.values, **fields},
            said.get(_PLACE, before.place),
            said.get(_THERE, before.is_there),
            number if "name" in fields else before.named,
        )
        yield number, table, id, found[table][id]


def listed(table: str, log: Log) -> list[Entry]:
    """A list's entries on all machines, in order, with unique names."""
    states = log[table]
    whole = [id for id, one in states.items() if one.is_there and len(one.values) == len(_fields(table))]
    names: dict[str, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for id in sorted(whole, key=lambda id: (states[id].named, id)) if table in TABLES else ():
        name = found = states[id].values["name"]
        number = numbers.get(name.casefold(), 2)
        while found.casefold() in taken:
            found = f"{name[: NAME_LIMIT - 5].rstrip()} {number}"
            number += 1
        names[id], numbers[name.casefold()] = found, number
        taken.add(found.casefold())
    ordered = sorted(whole, key=lambda id: (states[id].place, id))
    return [Entry(id, {**states[id].values, **({"name": names[id]} if id in names else {})}) for id in ordered]


def _fields(table: str) -> tuple[str, ...]:
    return TABLES.get(table, ("text",))


def described(table: str, values: Mapping[str, Any]) -> str:
    """An entry in words: `view Agents: topic:agents`."""
    text = ", ".join(values.get("then", ())) + (" if " if "then" in values else "")
    query = f"{text}{values.get('query') or values.get('when') or ''}"
    return f"{NOUNS[table]} {name_of(values)}{': ' if query else ''}{query}"


def name_of(values: Mapping[str, Any]) -> str:
    """The name of an entry, or its text."""
    return str(values.get("name") or values.get("text") or "")


def restoring(values: Mapping[str, Any], now: EntryState) -> dict[str, Any]:
    """An event's value that restores an entry; empty if it is already so."""
    fields = {field: value for field, value in values.items() if now.values.get(field) != value}
    if not fields and now.is_there:
        return {}
    return {**({_OF: values["name"]} if "name" in values else {}), **fields, _THERE: True}


# Changes by the user in the file


def can_hold(table: str, values: Mapping[str, Any]) -> bool:
    """Whether an event can hold an entry of the file."""
    return parse_entry(f"{ENTRY}{table}:{_id(table, values)}", event_value(values)) is not None


def adopted(table: str, now: Sequence[Mapping[str, Any]], log: Log) -> tuple[list[Entry], list[Change], list[Change]]:
    """The entries of a file that was never synced with the log, with identities; what to add; and what to record.

    Added entries have no time, so any change on any machine wins over them. An entry removed elsewhere is recorded as
    new if it differs from the removed one.
    """
    stands = {_key(table, one.values): one.id for one in listed(table, log)}
    known, taken = log[table], set[str]()
    entries, old, new = [], [], []
    for place, values in enumerate(now):
        id = stands.get(_key(table, values)) or _id(table, values)
        while id in taken:
            id = _next(id)
        taken.add(id)
        entries.append(Entry(id, values))
        said = {**values, _THERE: True, _PLACE: first_place(BEGIN, place)}
        if id not in known or (known[id].is_there and known[id].values != values):
            old.append((id, said))
        elif not known[id].is_there and known[id].values != values:
            new.append((id, said))
    return entries, old, new


def changed(
    table: str, before: Sequence[Entry], now: Sequence[Mapping[str, Any]], log: Log
) -> tuple[list[Entry], list[Change]]:
    """The entries of a file last synced as `before`, with identities, and the user's changes since."""
    left = {_key(table, one.values): one for one in before}
    found: list[Entry | None] = [left.pop(_key(table, values), None) for values in now]
    for at, values in enumerate(now if table in TABLES else ()):
        # An entry that differs only in its name was renamed.
        renamed = found[at] is None and next((one for one in left.values() if _is_same(one.values, values)), None)
        if renamed:
            found[at] = left.pop(_key(table, renamed.values))
    taken = {one.id for one in found if one is not None}
    stands = {one.id for one in listed(table, log)}
    entries: list[Entry] = []
    said: dict[str, dict[str, Any]] = {one.id: _removed(table, one.values) for one in left.values()}
    for one, values in zip(found, now, strict=True):
        if one is None:
            id = _id(table, values)
            while id in taken or (id in stands and _key(table, log[table][id].values) != _key(table, values)):
                id = _next(id)
            taken.add(id)
            said[id] = {**values, _THERE: True}
        else:
            id = one.id
            fields = {field: value for field, value in values.items() if one.values[field] != value}
            if fields:
                said[id] = {_OF: one.values["name"], **fields, _THERE: True}
        entries.append(Entry(id, values))
    for id, new in _places(before, entries, log[table]).items():
        said.setdefault(id, {} if table in TEXTS else {_OF: _name(entries, id)})[_PLACE] = new
    return entries, [(id, one) for id, one in said.items() if not _is_known(log[table].get(id), one)]


def _removed(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {_THERE: False, **({_OF: values["name"]} if table in TABLES else {"text": values["text"]})}


def _name(entries: Sequence[Entry], id: str) -> str:
    return str(next(one.values["name"] for one in entries if one.id == id))


def _is_known(state: EntryState | None, said: Mapping[str, Any]) -> bool:
    """Whether the log already says so, such as when the program was killed before it recorded that it had."""
    if state is None:
        return False
    now = {**state.values, _THERE: state.is_there, _PLACE: state.place}
    return all(now.get(field) == value for field, value in said.items() if field != _OF)


def _places(before: Sequence[Entry], now: Sequence[Entry], states: Mapping[str, EntryState]) -> dict[str, str]:
    """New places for entries that the user added or moved."""
    order = {one.id: place for place, one in enumerate(before)}
    # Synced entries that are gone from the log, such as after an undo, will also leave the file.
    now = [one for one in now if one.id not in order or one.id in states]
    kept = _unmoved([one.id for one in now if one.id in order], order)
    found: dict[str, str] = {}
    low, is_new = "", False
    for at, one in enumerate(now):
        own = states[one.id].place if one.id in states else ""
        if one.id in kept and not (is_new and own <= low):
            low, is_new = max(low, own), False
            continue
        above = (states[two.id].place for two in now[at + 1 :] if two.id in kept)
        high = next((place for place in above if place > low), "")
        if not low < own or (high and own >= high):
            own = found[one.id] = _between(low, high)
        low, is_new = own, True
    return found


def _between(low: str, high: str) -> str:
    """A place between two others; an empty one is an end."""
    return place_between(low or None, high or None) if low or high else first_place(BEGIN, 0)


def _unmoved(ids: Sequence[str], order: Mapping[str, int]) -> frozenset[str]:
    """As many entries as possible that kept their order: the longest increasing subsequence."""
    ends: list[int] = []
    lengths: list[int] = []
    for id in ids:
        before = bisect_left(ends, order[id])
        ends[before : before + 1] = [order[id]]
        lengths.append(before)
    wanted, found = len(ends) - 1, set[str]()
    for id, before in reversed(list(zip(ids, lengths, strict=True))):
        if before == wanted:
            found.add(id)
            wanted -= 1
    return frozenset(found)


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[field] == other[field] for field in one if field != "name")


def _key(table: str, values: Mapping[str, Any]) -> str:
    return str(values["name"]).casefold() if table in TABLES else str(values["text"])


def _id(table: str, values: Mapping[str, Any]) -> str:
    return sha256(f"{table}\n{_key(table, values)}".encode("utf-8", "replace")).hexdigest()[:16]


def _next(id: str) -> str:
    first, _, number = id.partition("-")
    return f"{first}-{int(number or 1) + 1}"


# The file


def with_list(text: str, table: str, have: Sequence[Entry], want: Sequence[Entry]) -> str:
    """The text with a list's entries replaced, and all other lines kept; `have` are its entries now.

    Raises NotEditableError if the file is written in a way that can't be changed by line.
    """
    if list(have) == list(want):
        return text
    if table in TEXTS:
        after = with_value(text, (table,), as_toml([one.values["text"] for one in want]))
    else:
        before = {one.id: (place, one.values) for place, one in enumerate(have)}
        wanted: list[tuple[int | None, dict[str, Any]]] = []
        for one in want:
            place, values = before.get(one.id, (None, {}))
            wanted.append((place, {field: new for field, new in one.values.items() if values.get(field) != new}))
        after = with_tables(text, table, wanted)
    check_change(text, after, table)
    return after


KEYS = "keys"


def with_setting(text: str, name: str, value: Any) -> str:
    """The text with another value of a setting, or a table of keys; raises NotEditableError."""
    if name == KEYS:
        after = text
        known: Any = parse_toml(text).get(KEYS, {})
        for action in {**known, **value}:
            if known.get(action) != value.get(action):
                after = with_value(after, (KEYS, action), as_toml(value[action]) if action in value else None)
    else:
        after = with_value(text, (name,), as_toml(value))
    new = check_change(text, after, name)
    if new != value and (new or value):
        raise NotEditableError(name)
    return after
