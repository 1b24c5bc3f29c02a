"""What the user follows."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.follows.actions import FollowActions

    return (FollowActions,)


FEATURE = Feature(_classes)
