"""A triage of unread papers."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.triage.actions import TriageActions, TriageClock

    return TriageActions, TriageClock


FEATURE = Feature(_classes)
