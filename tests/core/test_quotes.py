"""Quotes in a note."""

from __future__ import annotations

from reader.core.quotes import with_quote


def test_a_quote_stands_at_the_end_with_room_below() -> None:
    assert with_quote("", "> One") == "> One\n\n"
    assert with_quote("Mine.\n", "> One") == "Mine.\n\n> One\n\n"
