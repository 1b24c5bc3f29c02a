"""Papers that reading has left traces of, as SQL for `is:opened`, `is:finished` and `is:passed`."""

from __future__ import annotations

from typing import NamedTuple

from reader.core.marks import FINISH, OPEN, PASS, quoted
from reader.core.marks import TRACES as KINDS


class Trace(NamedTuple):
    """What reading left of some papers."""

    all: str
    """A SELECT of the papers' keys."""
    each: str
    """The condition that `paper AS p` is one of them."""


def _left(*kinds: str) -> Trace:
    """The papers with a trace of one of these kinds."""
    named = quoted(kinds)
    # The second condition is that of the index.
    all = f"SELECT pk FROM effect WHERE kind IN ({named}) AND kind IN ({quoted(KINDS)})"
    return Trace(all, f"EXISTS (SELECT 1 FROM effect AS f WHERE f.pk = p.pk AND f.kind IN ({named}))")


# A paper may be read to the end in the detail pane, without its page.
_OPENED, _FINISHED, _PASSED = _left(OPEN, FINISH), _left(FINISH), _left(PASS)

TRACES = {
    "opened": _OPENED,
    "finished": _FINISHED,
    "passed": Trace(f"SELECT pk FROM ({_PASSED.all} EXCEPT {_OPENED.all})", f"({_PASSED.each} AND NOT {_OPENED.each})"),
}
"""The words of `is:` that ask for traces."""
