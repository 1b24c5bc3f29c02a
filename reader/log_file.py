"""The program's log: a rotating file of unexpected errors with their tracebacks, without secrets and long texts.

    try:
        ...
    except Exception as error:
        record_error("count", error)

The file is opened for each record, so that several programs can share it, and each may rename it. Write errors are
ignored, because the log must not break the program.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from reader import access_token, paths

MAX_FILE_BYTES = 1_000_000
"""Bytes of a log file; a larger one is renamed, and the oldest is removed."""

MAX_OLD_FILES = 2
"""The number of older log files that are kept, `dailypapers.log.1` and `.2`."""

MAX_MESSAGE_CHARACTERS = 400
"""Maximum characters of an exception's own text: databases put whole rows into it, with abstracts."""

MAX_LINE_CHARACTERS = 240

SHORTEST_SECRET = 8
"""Letters of the value of a secret variable; a shorter one would hide a part of too many words."""

_LOGGER = logging.getLogger("reader")
_ERROR_LINE = " ERROR "


def record_error(where: str, error: BaseException) -> None:
    """Log an unexpected error with its traceback; `where` says what the program was doing."""
    _LOGGER.error("%s: %s", where, _describe(error), exc_info=error)


def record_report(where: str, report: str) -> None:
    """Log a traceback that another process printed."""
    last = report.rstrip().rpartition("\n")[2]
    _LOGGER.error("%s: %s\n%s", where, last, report.rstrip())


def record_warning(where: str, text: str) -> None:
    """Log a failure that the program handles."""
    _LOGGER.warning("%s: %s", where, text)


def record_thread_error(failure: threading.ExceptHookArgs) -> None:
    """Log an uncaught error in a thread; for `threading.excepthook`."""
    if failure.exc_value is not None:
        record_error(f"thread {failure.thread.name}" if failure.thread else "a thread", failure.exc_value)


def record_loop_error(context: Mapping[str, object]) -> None:
    """Log an unhandled error of asyncio's loop; for its exception handler, whose context may have only a message."""
    error, message = context.get("exception"), context.get("message") or "unhandled"
    if isinstance(error, BaseException):
        record_error(f"event loop: {message}", error)
    else:
        _LOGGER.error("event loop: %s", message)


def summarize_error(error: BaseException) -> str:
    """A line about an error for the user, its class and its text without secrets, at most 200 characters."""
    from reader.core.text import clean

    return clean(redact(_describe(error)), 200)


def point_to_log() -> str:
    """The end of an error message, which names the log file and says whether it could be written."""
    is_written = not _HANDLER.is_broken
    return f"{'the log has the details' if is_written else 'the log could not be written'}: {paths.log_file()}"


def recent_errors(now: datetime) -> list[str]:
    """The first lines of the errors that were logged in the last seven days, the oldest first."""
    since = (now - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S")
    file = paths.log_file()
    lines: list[str] = []
    for log in (*(Path(f"{file}.{number}") for number in range(MAX_OLD_FILES, 0, -1)), file):
        with suppress(OSError):
            lines += log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if line[19:].startswith(f"Z{_ERROR_LINE}") and line >= since]


def _describe(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


# The file


class LogHandler(logging.Handler):
    """Appends to the log file, which only the user can read; unlike the standard handlers, it does not keep it open."""

    is_broken = False
    """Whether the last record could not be written."""

    def emit(self, record: logging.LogRecord) -> None:
        file = paths.log_file()
        try:
            line = self.format(record)
            paths.touch_private(paths.make_folder(file))
            if file.stat().st_size + len(line) > MAX_FILE_BYTES:
                for number in range(MAX_OLD_FILES, 0, -1):
                    with suppress(FileNotFoundError):
                        Path(f"{file}.{number - 1}" if number > 1 else file).replace(f"{file}.{number}")
                paths.touch_private(file)
            with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
                out.write(f"{line}\n")
        except Exception:
            self.is_broken = True
        else:
            self.is_broken = False


class Formatter(logging.Formatter):
    """Lines such as `2026-05-11T10:00:00Z ERROR reader: count: ValueError: no number`, then the traceback."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The traceback, each exception's own text cut to `MAX_MESSAGE_CHARACTERS`."""
        parts = traceback.format_exception(ei[1])
        is_frame = ("  File ", "Traceback ", "\n")
        return "".join(
            part if part.startswith(is_frame) else part[:MAX_MESSAGE_CHARACTERS].rstrip() + "\n" for part in parts
        )


_HANDLER = LogHandler()
_HANDLER.setFormatter(Formatter())
_LOGGER.addHandler(_HANDLER)
# Without a handler, asyncio would print the unhandled errors of its loop.
logging.getLogger("asyncio").addHandler(_HANDLER)


# Secrets


_PATTERNS = (
    # All of an address but its host: names, passwords and keys may be anywhere else.
    (re.compile(r"([a-z][a-z0-9+.-]*://)(?:[^\s'\"]*@)?([\w.-]+|\[[\da-f:.]+\])[^\s'\"]*", re.IGNORECASE), r"\1\2/***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), r"\1 ***"),
    (
        re.compile(
            r"(?i)((?:authorization|cookie|api[_-]?key|access[_-]?token|password|secret)['\"]?\s*[:=,]\s*(?:b(?=['\"]))?)"
            r"('[^']*'|\"[^\"]*\"|[^\n]*)"
        ),
        r"\1***",
    ),
    (re.compile(r"\bhf_[A-Za-z0-9]{4,}"), "hf_***"),
    (re.compile(r"\[parameters: .*"), "[parameters: ***]"),
)
_SECRET_VARIABLE = re.compile(r"(?i)(?:TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|KEY|CREDENTIALS?|COOKIE|WEBHOOK)$")


def redact(text: str) -> str:
    """The text without control characters, secrets and private parts of addresses, and with long lines cut."""
    from reader.core.text import visible

    variables = access_token.lookup_environment().items()
    secrets = [value for name, value in variables if len(value) >= SHORTEST_SECRET and _SECRET_VARIABLE.search(name)]
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    lines = map(visible, text.splitlines())
    return "\n".join(line if len(line) <= MAX_LINE_CHARACTERS else f"{line[:MAX_LINE_CHARACTERS]}…" for line in lines)
