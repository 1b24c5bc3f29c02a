"""What extensions add to the reader."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.extensions.actions import ExtensionActions

    return (ExtensionActions,)


FEATURE = Feature(_classes)
