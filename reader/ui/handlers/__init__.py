"""What each action of the table does: one function an action, found by the action's id.

A handler gets the reader and the count that was typed before its key, None if none was.
"""

from __future__ import annotations

from collections.abc import Mapping

from reader.ui.handlers import add, dates, links, marks, movement, program, query, topics
from reader.ui.handlers.registry import REGISTRY, Handler

HANDLERS: Mapping[str, Handler] = REGISTRY

__all__ = ["HANDLERS", "add", "dates", "links", "marks", "movement", "program", "query", "topics"]
