"""Help and palette."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.help.actions import HelpActions

    return (HelpActions,)


FEATURE = Feature(_classes)
