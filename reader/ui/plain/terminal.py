"""The lines of plain mode: a thread writes a text, then reads a line. Neither can hold up the event loop."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from reader.core.text import visible

CHUNK = 4_096

LONGEST = 1_000_000
"""Bytes of a line; what is longer is taken in parts."""


class Lines:
    """Standard input and output by lines; a line from a pipe is repeated, so that a transcript is whole."""

    def __init__(self) -> None:
        self._is_echoed = os.isatty(0)
        self._encoding = sys.stdout.encoding
        self._unread = b""
        self._asked: SimpleQueue[tuple[str, asyncio.Future[str | None]]] = SimpleQueue()
        self._is_begun = False

    async def ask(self, text: str) -> str | None:
        """Write a text, and return the line that is typed then; None at the end of input."""
        if not self._is_begun:
            self._is_begun = True
            # It may be in a read that never ends, so nothing may wait for it.
            Thread(target=self._serve, name="lines", daemon=True).start()
        answer = asyncio.get_running_loop().create_future()
        self._asked.put((text, answer))
        found: str | None = await answer
        return found

    def _serve(self) -> None:
        while True:
            text, answer = self._asked.get()
            try:
                self._write(text)
                line = self._read()
                if line is None or not self._is_echoed:
                    self._write(f"{visible(line or '')}\n")
            except OSError:
                # The other end is closed.
                line = None
            # The reader may have ended meanwhile.
            with suppress(RuntimeError):
                answer.get_loop().call_soon_threadsafe(_give, answer, line)

    def _write(self, text: str) -> None:
        unwritten = text.encode(self._encoding, "replace")
        while unwritten:
            unwritten = unwritten[os.write(1, unwritten) :]

    def _read(self) -> str | None:
        while b"\n" not in self._unread and len(self._unread) < LONGEST:
            more = os.read(0, CHUNK)
            if not more:
                line, self._unread = self._unread, b""
                return line.decode("utf-8", "replace") or None
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


def _give(answer: asyncio.Future[str | None], line: str | None) -> None:
    if not answer.done():
        answer.set_result(line)
