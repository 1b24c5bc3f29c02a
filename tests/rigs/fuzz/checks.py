"""What holds of everything that a parser makes of foreign bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date

from reader.core.foreign import web_url
from reader.core.ids import arxiv_id
from reader.core.paper import Draft, Listing
from reader.core.text import BLOCK_LIMIT, LINE_LIMIT, clean, clean_block

JOINERS = "\u200c\u200d"
_FORBIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_LARGEST = 1_000_000_000


def check_line(text: str, limit: int = LINE_LIMIT) -> None:
    """A clean line: bounded, harmless to a terminal, and clean for good."""
    assert len(text) <= limit
    assert all(letter in JOINERS or unicodedata.category(letter) not in _FORBIDDEN for letter in text), ascii(text)
    assert clean(text, limit) == text, ascii(text)


def check_block(text: str, limit: int = BLOCK_LIMIT) -> None:
    """Clean paragraphs with an empty line between them."""
    assert len(text) <= limit
    for paragraph in text.split("\n\n") if text else []:
        assert paragraph
        check_line(paragraph, limit)
    assert clean_block(text, limit) == text, ascii(text)


def check_day(day: str | None) -> None:
    """None, or a day of the calendar as ISO writes it."""
    assert day is None or date.fromisoformat(day).isoformat() == day


def check_count(count: int | None) -> None:
    assert count is None or (type(count) is int and 0 <= count <= _LARGEST)


def check_address(address: str | None) -> None:
    """None, or a web address that is one for good."""
    if address is not None:
        assert web_url(address) == address, ascii(address)
        check_line(address)


def check_draft(draft: Draft) -> None:
    """A draft is clean and plausible in all its fields."""
    assert draft.title
    check_line(draft.title)
    assert draft.id is None or arxiv_id(draft.id) == draft.id
    check_block(draft.abstract)
    lines = (draft.organization, draft.organization_slug, draft.summary, draft.remark, draft.doi, draft.journal)
    for line in (*filter(None, lines), *draft.authors, *draft.keywords, *draft.categories):
        check_line(line)
    counts = (draft.author_count, draft.upvotes, draft.comments, draft.code_stars, draft.version)
    for count in (*counts, draft.models, draft.datasets, draft.spaces):
        check_count(count)
    for day in (draft.published, draft.revised, draft.announced):
        check_day(day)
    for address in (draft.code_url, draft.project_url, draft.url, *draft.media):
        check_address(address)
    assert len(draft.authors) <= 5_000 and len(draft.keywords) <= 100 and len(draft.media) <= 102


def check_listings(listings: Iterable[Listing]) -> int:
    """Check all drafts and reasons of listings; returns the number of records, used or skipped."""
    records = 0
    for listing in listings:
        check_day(listing.day)
        for draft in listing.drafts:
            check_draft(draft)
        for entry in listing.entries:
            check_line(entry.where, 300)
            check_line(entry.title, 500)
            assert entry.id is None or arxiv_id(entry.id) == entry.id
            for label in entry.labels:
                check_line(label, 100)
                assert label
        for skipped in listing.skipped:
            check_line(skipped.where, 300)
            assert 0 < len(skipped.reason) <= 300
        records += len(listing.drafts) + listing.skipped_count
    return records


def check_sentence(error: Exception) -> None:
    """The text of an error is one short, harmless sentence."""
    text = str(error)
    assert 0 < len(text) <= 1_000, len(text)
    assert all(letter in JOINERS or unicodedata.category(letter) not in _FORBIDDEN for letter in text), ascii(text)
