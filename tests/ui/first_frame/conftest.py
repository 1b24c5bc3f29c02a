"""Colours as a process of its own sends them."""

from __future__ import annotations

import gc

import pytest
from rich.style import Style


@pytest.fixture(autouse=True)
def fresh_colour_codes() -> None:
    """Forget the colour codes of earlier tests: Rich keeps a style's from the first terminal that it draws on."""
    for one in gc.get_objects():
        if isinstance(one, Style):
            one._ansi = None
