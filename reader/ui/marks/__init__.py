"""Marks, the queue, and the traces of what is read."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.marks.actions import MarkActions, QueueActions
    from reader.ui.marks.traces import Backlog, Traces

    return MarkActions, QueueActions, Traces, Backlog


FEATURE = Feature(_classes)
