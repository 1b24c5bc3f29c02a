"""Lines: how background work reports to the reader, to commands, to scripts and to the log.

A line is one JSON object of plain values. Its first key is `step`, `failed` or `done`, and says what it is about:

    {"step": "day", "day": "2026-05-12", "new": 3, "updated": 0, "unchanged": 31, "skipped": 0, "n": 1, "of": 7}
    {"failed": "feed", "slug": "lab", "title": "Lab", "error": "lab.example.org was silent …", "kind": "FeedOffline"}
    {"done": "text", "id": "2605.00001", "source": "feed"}

A step is progress, and `done` is a result. After `failed` the work continues, except after `{"failed": "job"}`, the
last line of a job that did not succeed; `{"done": "job"}` is that of one that did. A job is such an object too:

    {"job": "text", "id": "2605.00001"}

`reader.refresh.running` lists the jobs and their lines. A class for each line was rejected: each
would be declared, imported, converted and matched, and a `match` statement reads the keys that it needs from a
dictionary anyway.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from reader import log_file
from reader.core import errors
from reader.core.errors import ReaderError
from reader.core.paper import Draft, Listing, Skipped
from reader.refresh.plan import Plan, plan_values

if TYPE_CHECKING:
    from reader.platform import PictureProtocol

Line = dict[str, Any]

Job = dict[str, Any]

JobRunner = Callable[[Job], AsyncGenerator[Line, None]]
"""Runs a job in some process; raises ReaderError. Closing the iterator stops the job; stored papers stay."""

LONGEST_LINE_BYTES = 1 << 26
"""The longest line that is read: a picture of a large terminal takes a few megabytes."""


def step(about: str, **values: Any) -> Line:
    """A line of progress."""
    return {"step": about, **values}


def done(about: str, **values: Any) -> Line:
    """A line with a result."""
    return {"done": about, **values}


def failed(about: str, error: ReaderError, **values: Any) -> Line:
    """A failure, with its sentence and the name of its class in `reader.core.errors`."""
    return {"failed": about, **values, **error_values(error)}


def waiting(seconds: float, why: str) -> Line:
    """The next request waits; `why` is for the user, and empty for a wait that is not worth showing."""
    return step("wait", seconds=round(seconds, 1), why=why)


def error_values(error: ReaderError | None) -> dict[str, str | None]:
    """The keys `error` and `kind` of an error."""
    if error is None:
        return {"error": None, "kind": None}
    # A class that takes more than a text could not be made again by the one who reads the line.
    named = (kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
    return {"error": str(error), "kind": next(kind.__name__ for kind in named if _takes_a_text(kind))}


def error_of(line: Line) -> ReaderError | None:
    """The error of a line; None if it has none."""
    if not line.get("error"):
        return None
    kind = getattr(errors, str(line.get("kind")), None)
    is_known = isinstance(kind, type) and issubclass(kind, ReaderError) and _takes_a_text(kind)
    made = kind(line["error"]) if is_known and kind else None
    return made if isinstance(made, ReaderError) else ReaderError(line["error"])


def _takes_a_text(kind: type) -> bool:
    return not any("__init__" in vars(base) for base in kind.__mro__ if base.__module__ == errors.__name__)


def job(name: str, **values: Any) -> Job:
    """A job for `JobRunner`, such as `job("text", id="2605.00001")`."""
    return {"job": name, **values}


def refresh_job(plan: Plan) -> Job:
    """The job that fetches the papers of a plan."""
    return job("refresh", **plan_values(plan))


def encode(line: Line) -> str:
    """A line without its end, in ASCII."""
    return json.dumps(line)


def decode(text: bytes | str) -> Line | None:
    """The line of a text; None if it is not one, such as the output of a library."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and line.keys() & {"step", "failed", "done"} else None


def log_failure(line: Line) -> None:
    """Log the failure of a source as a warning."""
    match line:
        case {"failed": "day", "day": day, "error": error}:
            log_file.record_warning(f"day {day}", error)
        case {"failed": "feed", "title": title, "error": error}:
            log_file.record_warning(f"feed {title}", error)


def with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    """The values with tuples for the lists that JSON makes of them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


# A picture to draw


class Canvas(NamedTuple):
    """What a picture is drawn for: the protocol, the room in cells, and the pixels of a cell."""

    protocol: PictureProtocol
    columns: int
    rows: int
    cell_width: int = 10
    cell_height: int = 20

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        return self.columns * self.cell_width, self.rows * self.cell_height


# Papers that a search found


def listing_values(listing: Listing) -> dict[str, Any]:
    """A listing of one or more papers as plain values, without marks."""
    drafts = [
        {name: value for name, value in draft._asdict().items() if value not in (None, ())} for draft in listing.drafts
    ]
    return {"day": listing.day, "drafts": drafts, "skipped": [one._asdict() for one in listing.skipped]}


def listing_of(values: dict[str, Any]) -> Listing:
    """The listing of its values; raises TypeError or KeyError for others."""
    drafts = (Draft(**with_tuples(one)) for one in values["drafts"])
    return Listing(values["day"], tuple(drafts), tuple(Skipped(**one) for one in values["skipped"]))
