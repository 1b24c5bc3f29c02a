"""What comes in: refreshes, other programs, other machines, vectors."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.refresh.refresher import Refresher, VectorMaker
    from reader.ui.refresh.sync import CacheWatch, GroupLook, SettingsWatch, Sync

    return Refresher, GroupLook, Sync, VectorMaker, CacheWatch, SettingsWatch


FEATURE = Feature(_classes)
