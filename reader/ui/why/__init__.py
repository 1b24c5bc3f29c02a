"""Why a paper stands where it stands, and what For you has learned."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.why.actions import WhyActions

    return (WhyActions,)


FEATURE = Feature(_classes)
