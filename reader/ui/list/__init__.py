"""The list of papers."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.list.loader import ListLoader, RankingWait
    from reader.ui.list.movement import MovementActions, SelectionActions

    return ListLoader, RankingWait, MovementActions, SelectionActions


FEATURE = Feature(_classes)
