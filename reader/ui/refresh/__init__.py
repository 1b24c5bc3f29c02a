"""What comes in: refreshes, other programs, other machines, vectors."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.refresh.refresher import Refresher
    from reader.ui.refresh.sync import GroupLook, Sync
    from reader.ui.refresh.vector_maker import VectorMaker
    from reader.ui.refresh.watches import CacheWatch, SettingsWatch

    return Refresher, GroupLook, Sync, VectorMaker, CacheWatch, SettingsWatch


FEATURE = Feature(_classes)
