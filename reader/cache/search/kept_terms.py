"""Papers with a flag or with traces of reading, as SQL for words of `is:`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reader.cache.flags import has, having
from reader.cache.search.traces import TRACES, Trace
from reader.core.flags import Flag


def _flagged(flag: Flag) -> Trace:
    return Trace(having(flag), has(flag, "p.pk"))


_MUTED = _flagged(Flag.MUTED)

KEPT: Mapping[str, Trace] = MappingProxyType(
    {
        **TRACES,
        "followed": _flagged(Flag.FOLLOWED),
        "changed": _flagged(Flag.CHANGED),
        "highlighted": _flagged(Flag.HIGHLIGHTED),
        # A muted paper that the user shows again is left out no more.
        "muted": Trace(
            f"SELECT pk FROM paper WHERE hidden = 1 AND pk IN ({_MUTED.all})", f"(+p.hidden = 1 AND {_MUTED.each})"
        ),
    }
)
"""The words, with a SELECT of the papers' keys and the condition of one paper."""
