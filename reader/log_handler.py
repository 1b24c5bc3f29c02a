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

SHORTEST_PRIVATE = 4
"""Letters of a word that is kept out of the log; shorter ones are in too many others."""

_URL = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)(?P<user>[^\s/?#'\"]*@)?(?P<host>[^\s/?#'\"]*)(?P<path>[^\s?#'\"]*)"
    r"(?P<rest>[?#][^\s'\"]*)?"
)
_OPEN_HOST = re.compile(r"(?i)(?:[a-z0-9-]+\.)*(?:huggingface\.co|arxiv\.org|github\.com)")
"""Hosts whose paths name papers, never a person or a key."""
_OWN_PATH = re.compile(r"/(?:api/|papers|pdf/|abs/|html/|oai2|rss/)")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?")
_LOCAL_HOST = re.compile(r"(?:127\.[0-9.]+|localhost|\[::1\])(?::[0-9]+)?")
_HEADER = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api[_-]?key|access[_-]?token|password|secret)"
    r"(?P<between>['\"]?\s*[:=,]\s*(?:b(?=['\"]))?)(?P<value>'[^']*'|\"[^\"]*\"|[^\n]*)"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{4,}")
_PARAMETERS = re.compile(r"\[parameters: .*")
_SECRET_VARIABLE = re.compile(
    r"(?:TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|KEY|CREDENTIALS?|AUTH|COOKIE|DSN|PAT|WEBHOOK|URL|URI)$"
)
_OPEN_VARIABLE = re.compile(r"(?:LANG|LC_.*|.*TERM.*|XDG_.*|PATH|HOME|PWD|OLDPWD|SHELL|PYTHON.*|PYTEST.*|VIRTUAL_ENV)$")
_LIKE_KEY = re.compile(r"(?=[^/\s]*[0-9])(?=[^/\s]*[A-Za-z])[^/\s]{12,}")
_PARTS = re.compile(r"""[\s/\\:=,;"'()<>@?&#~|{}\[\]]+""")
_PLAIN = re.compile(r"[a-z]{1,16}|[0-9.,v-]*|-.*")
"""Plain words and numbers, such as command names, which are not secret on their own."""


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
    """The text without control characters, secrets, the user's own texts, most of addresses, and ends of long lines."""
    if hidden := _hidden_texts():
        text = re.sub("|".join(map(re.escape, sorted(hidden, key=len, reverse=True))), "***", text)
    text = _URL.sub(_shorten_url, text)
    text = _BEARER.sub(r"\1 ***", text)
    text = _HEADER.sub(r"\1\g<between>***", text)
    text = _TOKEN.sub("hf_***", text)
    text = _PARAMETERS.sub("[parameters: ***]", text)
    lines = map(visible, text.splitlines())
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines)


def _hidden_texts() -> set[str]:
    """The values of secret variables, and what the user has written, whole and in its telling parts."""
    found = set()
    for name, value in access_token.lookup_environment().items():
        is_secret = _SECRET_VARIABLE.search(name.upper()) and len(value) >= 8
        if is_secret or (not _OPEN_VARIABLE.match(name.upper()) and _LIKE_KEY.fullmatch(value)):
            found.add(value)
    for text in (os.environ.get(paths.HOME_VARIABLE, ""), *access_token.private_texts()):
        expanded = os.environ.get("HOME", "") + text[1:] if text.startswith("~/") else text
        for one in (text, expanded, *_PARTS.split(text), *_PARTS.split(text.replace(".", " "))):
            host = one.partition("://")[2] or one
            is_open = _PLAIN.fullmatch(one) or _OPEN_HOST.fullmatch(host) or _LOCAL_HOST.fullmatch(host)
            if len(one) >= SHORTEST_PRIVATE and not is_open:
                found.add(one)
    return found


def _shorten_url(match: re.Match[str]) -> str:
    host = match["host"]
    if not _HOST.fullmatch(host) or "@" in match["path"]:
        # A password that has a / or : of its own.
        return f"{match['scheme']}***"
    is_open = _OPEN_HOST.fullmatch(host) or (_LOCAL_HOST.fullmatch(host) and _OWN_PATH.match(match["path"]))
    path = match["path"] if is_open or len(match["path"]) < 2 else "/***"
    rest = f"{match['rest'][0]}***" if match["rest"] else ""
    return f"{match['scheme']}{'***@' if match['user'] else ''}{host}{path}{rest}"
