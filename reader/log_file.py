"""The program's log: a rotating file with each unexpected error and its traceback.

    try:
        ...
    except Exception as error:
        record_error("count", error)

The file is opened for each record, so several programs can share it. Write errors are ignored: a log must not break the
program.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reader import paths

if TYPE_CHECKING:
    from reader.log_handler import LogHandler

_LOGGER = logging.getLogger("reader")
_ERROR_LINE = " ERROR "
_ROTATED = 2
"""Number of older log files kept: `dailypapers.log.1` and `.2`."""


def attach(level: str = "error") -> None:
    """Write records of `reader.*` of this level and above to the log file."""
    from reader.log_handler import LogHandler

    handler = _find_handler()
    if handler is None:
        handler = LogHandler(_ROTATED)
        _LOGGER.addHandler(handler)
        # Otherwise asyncio prints unhandled errors of its loop.
        logging.getLogger("asyncio").addHandler(handler)
    number = logging.getLevelNamesMapping()[level.upper()]
    handler.setLevel(number)
    _LOGGER.setLevel(number)


def record_error(where: str, error: BaseException) -> None:
    """Log an unexpected error with its traceback; `where` says what the program was doing."""
    _ensure_attached()
    _LOGGER.error("%s: %s", where, _describe(error), exc_info=error)


def record_report(where: str, report: str) -> None:
    """Log the traceback that another process printed."""
    _ensure_attached()
    last = report.rstrip().rpartition("\n")[2]
    _LOGGER.error("%s: %s\n%s", where, last, report.rstrip())


def record_warning(where: str, text: str) -> None:
    """Log a failure that the program handles; only if `attach` chose a level that includes it."""
    if _find_handler() is not None:
        _LOGGER.warning("%s: %s", where, text)


def record_info(where: str, text: str) -> None:
    """Log background work; only if `attach` chose a level that includes it."""
    if _find_handler() is not None:
        _LOGGER.info("%s: %s", where, text)


def record_thread_error(failure: threading.ExceptHookArgs) -> None:
    """Log an uncaught error in a thread; a `threading.excepthook`."""
    if failure.exc_value is not None:
        record_error(f"thread {failure.thread.name}" if failure.thread else "a thread", failure.exc_value)


def record_loop_error(context: Mapping[str, object]) -> None:
    """Log what asyncio tells the exception handler of its loop: an error that nobody handled, or a sentence."""
    error, message = context.get("exception"), context.get("message") or "unhandled"
    if isinstance(error, BaseException):
        record_error(f"event loop: {message}", error)
    else:
        _ensure_attached()
        _LOGGER.error("event loop: %s", message)


def summarize_error(error: BaseException) -> str:
    """One line for the user: the kind of an error and its text, without secrets, at most 200 characters."""
    from reader.core.text import clean
    from reader.log_handler import redact

    return clean(redact(_describe(error)), 200)


def point_to_log() -> str:
    """The end of an error message: it names the log, and says whether it could be written."""
    handler = _find_handler()
    is_written = handler is not None and not handler.is_broken
    return f"{'the log has the details' if is_written else 'the log could not be written'}: {paths.log_file()}"


def recent_errors(now: datetime) -> list[str]:
    """First lines of the errors logged in the last seven days, oldest first."""
    since = (now - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S")
    file = paths.log_file()
    lines: list[str] = []
    for one in (*(Path(f"{file}.{number}") for number in range(_ROTATED, 0, -1)), file):
        try:
            lines += one.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
    return [line for line in lines if line[19:].startswith(f"Z{_ERROR_LINE}") and line >= since]


def _describe(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _find_handler() -> LogHandler | None:
    from reader.log_handler import LogHandler

    return next((one for one in _LOGGER.handlers if isinstance(one, LogHandler)), None)


def _ensure_attached() -> None:
    if _find_handler() is None:
        attach()
