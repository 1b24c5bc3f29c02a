"""Quotes in a note."""

from __future__ import annotations

from reader.core.quotes import quoted, with_quote


def test_a_quote_has_its_source_below_it() -> None:
    assert quoted(["One line ", "", "and another"], "§3 Method, 2605.00400v2") == (
        "> One line\n>\n> and another\n>\n> — §3 Method, 2605.00400v2"
    )
    assert quoted(["One"], "") == "> One"


def test_a_quote_stands_at_the_end_with_room_below() -> None:
    assert with_quote("", "> One") == "> One\n\n"
    assert with_quote("Mine.\n", "> One") == "Mine.\n\n> One\n\n"
