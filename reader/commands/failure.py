"""Print why a run failed: one line, or a JSON object if the run was asked for JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.commands.output import warn
from reader.core.errors import FeedError
from reader.paths import APP, explain

_QUOTED = re.compile(r"""(?<!\w)['"“].*?['"”](?!\w)""")
_END = re.compile(r"[.?!] (?=[A-Z])")
"""The end of a sentence that another one follows."""


def print_failure(text: str, kind: str = "failed", words: Sequence[str] = ()) -> None:
    """Print a failure on standard error, in the form that the words of the command line ask for."""
    line = " ".join(text.split())
    if _asks_for_json(words):
        import json

        warn(json.dumps(failure_record(line, kind)), is_whole=True)
    else:
        warn(line if line.startswith(APP) else f"{APP}: {line}")


def raise_failures(failures: Sequence[str]) -> int:
    """Print each failure on a line of its own; the last one is raised as a FeedError. Return 0 without any."""
    for failure in failures[:-1]:
        print_failure(failure)
    if failures:
        raise FeedError(failures[-1])
    return 0


def report_unexpected(where: str, error: Exception, words: Sequence[str] = ()) -> int:
    """Log an error that is not a ReaderError, and print one line about it; return the exit code."""
    from reader import log

    log.record_error(where, error)
    if isinstance(error, OSError):
        print_failure(explain(error), "system", words)
    else:
        text = f"unexpected error: {log.summarize_error(error)}; {log.point_to_log()}"
        print_failure(text, "unexpected", words)
    return 1


def failure_record(line: str, kind: str) -> dict[str, str | None]:
    """A failure for programs: its first sentence, its kind, and the way out if there is one."""
    line = re.sub(rf"^{APP}(?: \w+)?: ", "", line)
    # Text in quotes may have sentences of its own.
    end = _END.search(_QUOTED.sub(lambda found: "Q" * len(found[0]), line))
    first, rest = (line[: end.start() + 1], line[end.end() :]) if end else (line, "")
    return {"error": first, "kind": kind, "hint": rest or None}


def kind_of(error: Exception) -> str:
    """The kind of an error by its class: `usage`, `not_in_cache`, `feed_offline`."""
    name = type(error).__name__
    if name == "ReaderError":
        return "failed"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("_error")


def _asks_for_json(words: Sequence[str]) -> bool:
    options = words[: words.index("--")] if "--" in words else words
    return any(word.partition("=")[0] in ("--json", "--jsonl") for word in options)
