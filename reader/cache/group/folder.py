"""A folder that the people of a group have: each machine of a member writes a file, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reader.cache.group.place import MOST_SLOTS, Slot
from reader.cache.sync.machine_file import files_in
from reader.core.errors import CacheError
from reader.core.group import GROUP, MOST_BYTES
from reader.paths import read_start, sync

PREFIX, ENDING = "member-", ".signed.jsonl"


class Folder:
    """A folder as a group's place."""

    server = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def group(self) -> str:
        """The id of the group; raises CacheError if there is none."""
        path = self._path
        try:
            group = json.loads(read_start(path / GROUP, 10_000))["group"]
        except FileNotFoundError:
            if not path.is_dir():
                raise CacheError(f"The folder {path} is not there. Connect or mount it, and try again.") from None
            raise CacheError(
                f"{path} has no group. If its disk is not mounted, mount it; 'dailypapers group create' begins a group."
            ) from None
        except OSError as error:
            raise _unusable(path, error) from error
        except (ValueError, KeyError, TypeError, RecursionError):
            group = None
        if not isinstance(group, str) or not group:
            raise CacheError(f"{path / GROUP} is damaged. Have it sent again, such as by your folder's program.")
        return group

    def begin(self, group: str) -> None:
        """Make it the place of a group; raises CacheError if it has one."""
        with self._used():
            if not self._path.is_dir():
                raise CacheError(f"The folder {self._path} is not there. Connect or mount it, or make it by mkdir.")
            if (self._path / GROUP).exists():
                raise CacheError(f"{self._path} has a group already: 'dailypapers group join' is for it.")
            if any(files_in(self._path)):
                raise CacheError(
                    f"{self._path} has all marks of the machines that sync through it, and the people of a group would"
                    " see them. Name another folder."
                )
            _replace(self._path / GROUP, json.dumps({"v": 1, "group": group}).encode() + b"\n")

    def slots(self) -> Sequence[Slot]:
        """The files of members, also the copies that programs make of two versions."""
        with self._used(), os.scandir(self._path) as entries:
            found = sorted(one.name for one in entries if one.name.startswith(PREFIX) and one.name.endswith(ENDING))
        return [slot for name in found[:MOST_SLOTS] if (slot := self._slot(name)) is not None]

    def _slot(self, name: str) -> Slot | None:
        try:
            status = (self._path / name).stat()
        except OSError:
            return None
        stamp = f"{status.st_size} {status.st_mtime_ns}"
        return Slot(name.removeprefix(PREFIX).removesuffix(ENDING), stamp, status.st_size, name)

    def read(self, slot: str) -> bytes:
        """What is in a file; raises ValueError with the reason if it can't be read."""
        try:
            return read_start(self._file(slot), MOST_BYTES)
        except OSError as error:
            raise ValueError(f"it can't be read: {error.strerror}") from error

    def put(self, slot: str, data: bytes, without: Sequence[str]) -> str:
        """Replace a file, and remove others; return its stamp."""
        with self._used():
            _replace(self._file(slot), data)
            for other in without:
                with suppress(OSError):
                    self._file(other).unlink()
            found = self._slot(self._file(slot).name)
        return found.stamp if found is not None else ""

    def _file(self, slot: str) -> Path:
        return self._path / f"{PREFIX}{slot}{ENDING}"

    @contextmanager
    def _used(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _unusable(self._path, error) from error


def _replace(file: Path, data: bytes) -> None:
    """Write a file that others read, whole or not at all; raises OSError."""
    part = file.with_name(f".{file.name}.part")
    try:
        # Whoever may write there could have put a link or a pipe in its place.
        part.unlink(missing_ok=True)
        with part.open("xb") as out:
            out.write(data)
            out.flush()
        sync(part)
        part.replace(file)
        sync(file.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _unusable(path: Path, error: OSError) -> CacheError:
    return CacheError(f"The folder {path} can't be used: {error.strerror}. Check that it is there and can be written.")
