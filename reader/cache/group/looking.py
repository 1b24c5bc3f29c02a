"""A look at the group's folder: what the others say now, and what the user says to them.

Each member writes one file, whole or not at all. It is signed by the member's key, which the file names; so a file
that anybody else has changed, or put there under another's key, is named and skipped. Who has which name is decided by
who came first, and kept with the membership: nobody gets a name that another key has.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from reader.cache import connections
from reader.cache.group import members, membership, signing
from reader.cache.group.membership import Membership
from reader.cache.sqlite_errors import explained
from reader.cache.sync.folder import alone
from reader.core.errors import CacheError
from reader.core.group import MOST_BYTES, Statement, read, write
from reader.paths import group_file, read_start, sync

GROUP = "dailypapers-group.json"
"""The file that makes a folder a group's."""

PREFIX, ENDING = "member-", ".signed.jsonl"

MOST_MEMBERS = 200

UNIQUE = 6
"""Digits of a member's key that distinguish it from another one of the same name."""


@dataclass(slots=True)
class Looked:
    """What one look brought."""

    came: dict[str, int] = field(default_factory=dict)
    """Number of marks that are new by the name of their member."""
    went: dict[str, int] = field(default_factory=dict)
    """Number of marks that were taken back, likewise."""
    joined: list[str] = field(default_factory=list)
    """Names of members that were not known."""
    left: list[str] = field(default_factory=list)
    is_told: bool = False
    """Whether the others were told something new."""
    troubles: list[str] = field(default_factory=list)
    """Files that were skipped, each with the reason."""


def create(cache: Path, folder: Path, name: str) -> None:
    """Make a folder a group's, and join it; raises CacheError."""
    _expect_none(cache)
    signing.check_library()
    file = folder / GROUP
    try:
        folder.mkdir(exist_ok=True)
        if file.exists():
            raise CacheError(f"{folder} has a group already: 'dailypapers group join' is for it.")
        group = secrets.token_hex(16)
        _replace(file, json.dumps({"v": 1, "group": group}).encode() + b"\n")
    except OSError as error:
        raise _unusable(folder, error) from error
    _begin(cache, group, folder, name)


def join(cache: Path, folder: Path, name: str) -> None:
    """Join the group of a folder; raises CacheError."""
    _expect_none(cache)
    _begin(cache, _group_of(folder), folder, name)


def _begin(cache: Path, group: str, folder: Path, name: str) -> None:
    """Keep the membership, under the key of an earlier one if there was one."""
    former = membership.former(cache)
    secret, number = (former.secret, former.number) if former is not None else (signing.new_secret(), 0)
    membership.save(cache, Membership(group, str(folder), name, secret, number=number))


def look(cache: Path, now: datetime | None = None) -> Looked:
    """Take in what the members share, and tell them what the user does; raises CacheError."""
    with alone(group_file(cache)), explained(cache), closing(connections.connect(cache)) as connection:
        mine = membership.load(cache)
        if mine is None:
            raise CacheError("You are in no group: 'dailypapers group create' or 'group join'.")
        folder = Path(mine.folder)
        if _group_of(folder) != mine.group:
            raise CacheError(f"{folder} has another group by now. 'dailypapers group leave' ends your membership.")
        try:
            return _Look(connection, mine, cache, folder, now or datetime.now(UTC)).run()
        except OSError as error:
            raise _unusable(folder, error) from error


def change_shares(cache: Path, shares: Iterable[str]) -> Membership:
    """Choose what is shared from the next look on; raises CacheError."""
    with alone(group_file(cache)):
        mine = membership.load(cache)
        if mine is None:
            raise CacheError("You are in no group: 'dailypapers group create' or 'group join'.")
        mine.shares = tuple(shares)
        membership.save(cache, mine)
        return mine


def leave(cache: Path, *, even_if_unheard: bool = False) -> bool:
    """Take back all that is shared, and end the membership; return whether the others were told.

    Raises CacheError if they can't be told, unless that is not asked for.
    """
    with alone(group_file(cache)), explained(cache), closing(connections.connect(cache)) as connection:
        mine = membership.load(cache)
        if mine is None:
            raise CacheError("You are in no group.")
        folder = Path(mine.folder)
        is_told = False
        try:
            if _group_of(folder) == mine.group:
                mine.shares = ()
                _Look(connection, mine, cache, folder, datetime.now(UTC)).tell(has_left=True)
                is_told = True
        except (CacheError, OSError) as error:
            if not even_if_unheard:
                raise CacheError(
                    f"{folder} can't be used, so what you shared is still there. Try again once it can,"
                    " or leave it there by --force."
                ) from error
        with connections.transaction(connection):
            members.drop_all(connection)
        membership.end(cache, mine)
        return is_told


class _Look:
    def __init__(
        self, connection: sqlite3.Connection, mine: Membership, cache: Path, folder: Path, now: datetime
    ) -> None:
        self._connection, self._mine, self._cache, self._folder, self._now = connection, mine, cache, folder, now
        self._public = signing.public_key(mine.secret)
        self._result = Looked()

    def run(self) -> Looked:
        before = dict(self._mine.names), dict(self._mine.numbers)
        known = members.stamps(self._connection)
        read_stamps = set(known.values())
        files = [
            one
            for one in sorted(self._folder.iterdir(), key=lambda one: one.name)
            if one.name.startswith(PREFIX) and one.name.endswith(ENDING)
        ]
        for file in files[:MOST_MEMBERS]:
            try:
                self._take_in(file, read_stamps)
            except OSError as error:
                self._result.troubles.append(f"{file.name}: it can't be read: {error.strerror}")
            except ValueError as error:
                self._result.troubles.append(f"{file.name}: {error}")
        if before != (self._mine.names, self._mine.numbers):
            membership.save(self._cache, self._mine)
        self.tell()
        return self._result

    def _take_in(self, file: Path, read_stamps: set[str]) -> None:
        status = file.stat()
        stamp = f"{file.name} {status.st_size} {status.st_mtime_ns}"
        if stamp in read_stamps:
            return
        if status.st_size > MOST_BYTES:
            raise ValueError("it is too large")
        statement = read(signing.verified(read_start(file, MOST_BYTES)))
        member = statement.member
        if statement.group != self._mine.group:
            raise ValueError("it belongs to another group")
        if file.name != _file_name(member):
            raise ValueError("it has the name of another member's file")
        if member == self._public:
            return
        if statement.number < self._mine.numbers.get(member, 0):
            raise ValueError("it is older than what was read before")
        name = self._name_of(statement)
        is_known = member in members.stamps(self._connection)
        with connections.transaction(self._connection):
            if statement.has_left:
                members.drop(self._connection, member)
                self._result.left += [name] if is_known else []
            else:
                seen = self._now.isoformat(timespec="seconds")
                came, went = members.store(self._connection, statement, name, stamp, seen)
                self._result.joined += [] if is_known else [name]
                self._result.came |= {name: came} if came else {}
                self._result.went |= {name: went} if went else {}
        self._mine.numbers[member] = statement.number

    def _name_of(self, statement: Statement) -> str:
        """The member's name: the one that it came with, unless another key has it."""
        names = self._mine.names
        if statement.member not in names:
            taken = {one.lower() for one in (self._mine.name, *names.values())}
            name = statement.name
            if name.lower() in taken:
                # A name can't have a plus sign, so nobody can come with this one.
                name = f"{name}+{statement.member[:UNIQUE]}"
            if name.lower() in taken:
                name = f"{statement.name}+{statement.member}"
            names[statement.member] = name
        return names[statement.member]

    def tell(self, *, has_left: bool = False) -> None:
        """Write the own file if it says anything else than before, or is not there; raises OSError."""
        mine = self._mine
        marks = members.own_marks(self._connection, mine.shares)
        statement = Statement(mine.group, self._public, mine.name, 0, mine.shares, marks, has_left)
        said = sha256(write(statement)).hexdigest()
        file = self._folder / _file_name(self._public)
        if said == mine.said and _digest(file) == mine.written:
            return
        number = max(mine.number + 1, int(self._now.timestamp() * 1000))
        statement = Statement(mine.group, self._public, mine.name, number, mine.shares, marks, has_left)
        data = signing.sign(write(statement), mine.secret)
        if len(data) > MOST_BYTES:
            raise CacheError("What you share is too large for a group: share tags rather than all notes.")
        # The number first: a statement that is cut off here is followed by one with a greater number.
        mine.number = number
        membership.save(self._cache, mine)
        _replace(file, data)
        mine.said, mine.written = said, sha256(data).hexdigest()
        membership.save(self._cache, mine)
        self._result.is_told = True


def _file_name(member: str) -> str:
    return f"{PREFIX}{member[:16]}{ENDING}"


def _digest(file: Path) -> str:
    """The digest of a file; empty if it is missing."""
    try:
        return sha256(read_start(file, MOST_BYTES)).hexdigest()
    except FileNotFoundError:
        return ""


def _group_of(folder: Path) -> str:
    """The id of a folder's group; raises CacheError."""
    try:
        group = json.loads(read_start(folder / GROUP, 10_000))["group"]
    except FileNotFoundError:
        if not folder.is_dir():
            raise CacheError(f"The folder {folder} is not there. Connect or mount it, and try again.") from None
        raise CacheError(f"{folder} has no group: 'dailypapers group create' makes one.") from None
    except OSError as error:
        raise _unusable(folder, error) from error
    except (ValueError, KeyError, TypeError, RecursionError):
        group = None
    if not isinstance(group, str) or not group:
        raise CacheError(f"{folder / GROUP} is damaged. Have it sent again, such as by your folder's program.")
    return group


def _expect_none(cache: Path) -> None:
    mine = membership.load(cache)
    if mine is not None:
        raise CacheError(f"You are in the group of {mine.folder}: 'dailypapers group leave' ends that first.")


def _replace(file: Path, data: bytes) -> None:
    """Write a file that others read, whole or not at all; raises OSError."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
        sync(part)
        part.replace(file)
        sync(file.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _unusable(folder: Path, error: OSError) -> CacheError:
    return CacheError(
        f"The folder {folder} can't be used: {error.strerror}. Check that it is there and can be written."
    )
