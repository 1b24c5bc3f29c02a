"""Writes log records to a rotating file, without secrets and without long texts such as abstracts."""

from __future__ import annotations

import logging
import os
import re
import time
import traceback
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from reader import access_token, paths
from reader.core.text import visible

LARGEST_FILE = 1_000_000
"""Bytes of a log file; a larger one is renamed, and the oldest is removed."""

LONGEST_MESSAGE = 400
"""Maximum characters of an exception's own text: databases put whole rows into it, with abstracts."""

LONGEST_LINE = 240

SHORTEST_SECRET = 8
"""Letters of the value of a secret variable; a shorter one would hide a part of too many words."""

_URL = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)(?P<user>[^\s/?#'\"]*@)?(?P<host>[^\s/?#'\"]*)(?P<path>[^\s?#'\"]*)"
    r"(?P<rest>[?#][^\s'\"]*)?"
)
_OPEN_HOST = re.compile(
    r"(?i)(?:(?:[a-z0-9-]+\.)*(?:huggingface\.co|arxiv\.org|github\.com)|127\.[0-9.]+|localhost|\[::1\])(?::[0-9]+)?"
)
"""Hosts whose paths name papers, never a person or a key, and this machine."""
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?")
_HEADER = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api[_-]?key|access[_-]?token|password|secret)"
    r"(?P<between>['\"]?\s*[:=,]\s*(?:b(?=['\"]))?)(?P<value>'[^']*'|\"[^\"]*\"|[^\n]*)"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{4,}")
_PARAMETERS = re.compile(r"\[parameters: .*")
_SECRET_VARIABLE = re.compile(r"(?i)(?:TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|KEY|CREDENTIALS?|COOKIE|WEBHOOK)$")


class LogHandler(RotatingFileHandler):
    """Appends to the log file, open only meanwhile, so that any program may rename it; rotates it at `LARGEST_FILE`."""

    def __init__(self, rotated: int) -> None:
        super().__init__(
            paths.log_file(),
            maxBytes=LARGEST_FILE,
            backupCount=rotated,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.setFormatter(Formatter())
        self.is_broken = False
        """Whether the last record could not be written."""

    def emit(self, record: logging.LogRecord) -> None:
        self.is_broken = False
        self.baseFilename = os.fspath(paths.log_file())
        super().emit(record)
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = None

    def _open(self) -> TextIOWrapper:
        """Open the file, readable by the user only; make its folder if it is missing."""
        paths.touch_private(paths.make_folder(Path(self.baseFilename)))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record and go on; the standard method would print to the terminal."""
        self.is_broken = True


class Formatter(logging.Formatter):
    """Lines such as `2026-05-11T10:00:00Z ERROR reader: count: ValueError: no number`, then the traceback."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """The traceback, each exception's own text cut to `LONGEST_MESSAGE`."""
        parts = traceback.format_exception(ei[1])
        is_frame = ("  File ", "Traceback ", "\n")
        return "".join(part if part.startswith(is_frame) else part[:LONGEST_MESSAGE].rstrip() + "\n" for part in parts)


def redact(text: str) -> str:
    """The text without control characters, secrets, the private parts of addresses, and the ends of long lines."""
    secrets = {
        value
        for name, value in access_token.lookup_environment().items()
        if len(value) >= SHORTEST_SECRET and _SECRET_VARIABLE.search(name)
    }
    if secrets:
        text = re.sub("|".join(map(re.escape, sorted(secrets, key=len, reverse=True))), "***", text)
    text = _URL.sub(_shorten_url, text)
    text = _BEARER.sub(r"\1 ***", text)
    text = _HEADER.sub(r"\1\g<between>***", text)
    text = _TOKEN.sub("hf_***", text)
    text = _PARAMETERS.sub("[parameters: ***]", text)
    lines = map(visible, text.splitlines())
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines)


def _shorten_url(match: re.Match[str]) -> str:
    host = match["host"]
    if not _HOST.fullmatch(host) or "@" in match["path"]:
        # A password that has a / or : of its own.
        return f"{match['scheme']}***"
    path = match["path"] if _OPEN_HOST.fullmatch(host) or len(match["path"]) < 2 else "/***"
    rest = f"{match['rest'][0]}***" if match["rest"] else ""
    return f"{match['scheme']}{'***@' if match['user'] else ''}{host}{path}{rest}"
