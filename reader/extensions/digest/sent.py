"""The sent digests and their news, so that nothing is mailed twice.

A line of JSON is written, and is on the disk, before the last step of sending; a second one says how that ended. If the
program ends in between, the outcome is unknown and the mail counts as sent. So each news is mailed at most once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from reader import api

MAX_SIZE = 1 << 24

LONG = 1 << 20
"""Bytes after which old lines are dropped."""

KEPT = timedelta(days=400)
"""How long lines are kept; older papers are not news."""

_NOTHING = "Nothing is mailed."

End = Literal["sent", "refused"]
"""The outcome: the server has the mail, or said that it has not."""


class Sent(NamedTuple):
    """One digest whose sending began."""

    id: str
    name: str
    """The recipient and query."""
    at: datetime
    keys: tuple[str, ...]
    """The news that it had."""
    end: End | None = None
    """None if the program ended before the outcome was known."""


class Failure(NamedTuple):
    """Why the last digest could not be sent."""

    at: datetime
    error: str


class SentDigests:
    """The log of one cache."""

    def __init__(self, file: Path) -> None:
        """For reading only; senders use `hold_sent`."""
        self._file = file
        self._sent: dict[str, Sent] = {}
        self.failure: Failure | None = None
        """The failure since the last sent digest."""
        for line in _lines(file):
            self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        try:
            id, state, at = line["id"], line["state"], datetime.fromisoformat(line["at"])
            if state == "begun":
                self._sent.pop(id, None)
                self._sent[str(id)] = Sent(str(id), str(line["name"]), at, tuple(map(str, line["keys"])))
            elif state == "failed":
                self.failure = Failure(at, str(line["error"]))
            elif state in ("sent", "refused") and id in self._sent:
                self._sent[id] = self._sent[id]._replace(end=state)
                self.failure = None if state == "sent" else self.failure
        except (KeyError, TypeError, ValueError):
            # A partial line of a killed program, or one of a newer form.
            return

    def known(self, name: str, *, again: bool = False) -> frozenset[str]:
        """The news that were or may have been mailed; with `again`, only certain ones."""
        return frozenset(key for one in self._that_left(name, again=again) for key in one.keys)

    def last(self, name: str, *, again: bool = False) -> datetime | None:
        """When the last digest was or may have been sent; with `again`, only certain ones."""
        return max((one.at for one in self._that_left(name, again=again)), default=None)

    @property
    def newest(self) -> datetime | None:
        """When any digest was last sent, or may have been."""
        return max((one.at for one in self._sent.values() if one.end != "refused"), default=None)

    def uncertain(self, name: str) -> Sent | None:
        """The last digest, if its outcome is unknown."""
        found = self._that_left(name)
        return found[-1] if found and found[-1].end is None else None

    def _that_left(self, name: str, *, again: bool = False) -> list[Sent]:
        ends = ("sent",) if again else ("sent", None)
        return [one for one in self._sent.values() if one.name == name and one.end in ends]

    def begin(self, id: str, name: str, keys: Sequence[str]) -> None:
        """Record that a digest is about to leave; on ReaderError it must not."""
        self._note(id, "begun", _NOTHING, name=name, keys=list(keys))

    def end(self, id: str, end: End) -> None:
        """Record the outcome; on ReaderError it counts as possibly sent."""
        self._note(id, end, f"The digest was {end}, but that could not be recorded.")

    def note_failure(self, error: str) -> None:
        """Record why a digest was not sent, if possible."""
        with suppress(api.ReaderError):
            self._note("", "failed", _NOTHING, error=error)

    def _note(self, id: str, state: str, follows: str, **more: object) -> None:
        """Write a line durably; raises ReaderError, which mentions the consequence."""
        line = {"id": id, "state": state, "at": _now().isoformat(), **more}
        try:
            api.paths.make_folder(self._file)
            with self._file.open("ab") as out:
                # A line break first: the line before may be partial.
                out.write(b"\n" + json.dumps(line).encode() + b"\n")
                out.flush()
                api.to_disk(out.fileno())
            api.paths.make_private(self._file)
        except OSError as error:
            raise api.ReaderError(f"{self._file} could not be written: {error.strerror}. {follows}") from error
        self._take(line)

    def shorten(self) -> None:
        """Drop old lines of a long file, ignoring errors."""
        try:
            if self._file.stat().st_size > LONG:
                oldest = (_now() - KEPT).isoformat()
                # A line of a newer form may have no time.
                kept = [json.dumps(line) for line in _lines(self._file) if str(line.get("at", oldest)) >= oldest]
                api.paths.replace_private(self._file, "".join(f"{line}\n" for line in kept))
        except OSError:
            return


@contextmanager
def hold_sent(file: Path) -> Iterator[SentDigests]:
    """The log, locked so that two programs never mail the same. Raises ReaderError."""
    lock = file.with_suffix(".lock")
    try:
        handle = api.paths.take_lock(
            api.paths.make_folder(lock),
            api.ReaderError("Another program is sending a digest; wait until it has ended."),
        )
    except OSError as error:
        raise api.ReaderError(f"{lock} could not be written: {error.strerror}. Nothing is mailed.") from error
    try:
        sent = SentDigests(file)
        yield sent
        sent.shorten()
    finally:
        os.close(handle)


def _lines(file: Path) -> Iterable[dict[str, Any]]:
    try:
        data = api.paths.read_start(file, MAX_SIZE)
    except OSError:
        return
    for line in data.splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found


def _now() -> datetime:
    return datetime.now(UTC)
