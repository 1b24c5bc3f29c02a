"""Hosts that refuse requests at random when they are busy, as arXiv does: few tries, then a pause that all share.

The pause grows from minutes to hours with each refusal after it. It is kept in a file, so that the reader, commands and
scheduled refreshes, now and after a new start, leave the host alone together.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from reader.feeds.http.client import OnWait, duration_text
from reader.feeds.http.documents import Document, DocumentClient, Validators
from reader.feeds.http.failures import HttpRefused, RetryableError
from reader.paths import read_start, replace_private

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

PAUSES = (300, 900, 3_600, 4 * 3_600)
"""Seconds of the first, second … pause in a row; the last is that of all further ones."""

TOO_BUSY = (406, 429, 503)
"""Statuses that say only that the host is busy, if no time to wait comes with them."""

_LONGEST_FILE = 200


class HostBusy(HttpRefused):
    """The host is too busy to answer, and is left alone for a while."""


class Backoff:
    """The pause of a host, in a file that programs share; without a file there is none."""

    def __init__(self, file: Path | None, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now

    def left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        until, _ = self._read()
        left = until - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSES[-1] else 0.0

    def refuse(self) -> float:
        """Begin the next pause, if none has begun meanwhile; return its seconds."""
        if left := self.left():
            return left
        _, times = self._read()
        seconds = PAUSES[min(times, len(PAUSES) - 1)]
        self._write(self._now() + seconds, times + 1)
        return float(seconds)

    def answer(self) -> None:
        """Note that the host has answered: the next pause is the shortest again."""
        if self._file is not None and self._file.exists():
            with suppress(OSError):
                self._file.unlink()

    def _read(self) -> tuple[float, int]:
        if self._file is None:
            return 0.0, 0
        try:
            until, times = json.loads(read_start(self._file, _LONGEST_FILE))
            return float(until), max(0, int(times))
        except (OSError, ValueError, TypeError):
            return 0.0, 0

    def _write(self, until: float, times: int) -> None:
        if self._file is not None:
            with suppress(OSError):
                replace_private(self._file, json.dumps([until, times]), durable=False)


class BusyHostClient(DocumentClient):
    """A client of documents that heeds the host's pause, and begins one when all tries were refused."""

    backoff = Backoff(None)
    """The pause; set right after the client is made."""

    async def document(
        self,
        url: str,
        parse: Callable[[Document], T],
        validators: Validators | None = None,
        on_wait: OnWait | None = None,
    ) -> T:
        if left := self.backoff.left():
            raise HostBusy(f"{self.host} is too busy to answer; it is asked again in {duration_text(left)}.", 429)
        try:
            answer = await super().document(url, parse, validators, on_wait)
        except HostBusy as busy:
            pause = duration_text(self.backoff.refuse())
            raise HostBusy(f"{str(busy).rstrip('.')}; it is asked again in {pause}.", busy.status) from busy
        self.backoff.answer()
        return answer

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        status = response.status_code
        if status in TOO_BUSY and not ("Retry-After" in response.headers or "RateLimit" in response.headers):
            busy = HostBusy(f"{self.host} is too busy to answer ({status}).", status)
            raise RetryableError(busy, f"{self.host} is too busy ({status})", self._limits.attempts)
        super()._refuse(response, body)
