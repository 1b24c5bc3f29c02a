"""The full texts of earlier versions: kept where a newer one takes the place of a text that a marked paper had."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from reader.cache.second_look import looked_at
from reader.core.document.codec import UnreadableDocument, load
from reader.core.document.model import Document, Heading, Reference, texts
from reader.core.word_diff import SectionDiff, SectionText, compare_sections


def keep_earlier(connection: sqlite3.Connection, pk: int, version: int | None) -> None:
    """Keep the text that a paper has, before that of a newer version takes its place, in the caller's transaction.

    What the user has seen is compared: a text that came after they last marked the paper does not take the place of an
    earlier one.
    """
    row = connection.execute("SELECT version, fetched FROM full_text WHERE pk = ?", (pk,)).fetchone()
    looked = looked_at(connection, pk)
    if row is None or looked is None or row[0] is None or version is None or version <= row[0]:
        return
    is_seen = looked >= int(datetime.fromisoformat(row[1]).timestamp())
    connection.execute(
        f"INSERT OR {'REPLACE' if is_seen else 'IGNORE'} INTO earlier_text (pk, version, body)"
        " SELECT pk, version, body FROM full_text WHERE pk = ?",
        (pk,),
    )


def compare_texts(connection: sqlite3.Connection, pk: int) -> tuple[SectionDiff, ...]:
    """What changed in the full text of a paper, by section; nothing if there is no earlier text."""
    row = connection.execute(
        "SELECT e.body, f.body FROM earlier_text AS e JOIN full_text AS f USING (pk) WHERE e.pk = ?", (pk,)
    ).fetchone()
    return () if row is None else _compare(*row)


@lru_cache(maxsize=4)
def _compare(before: bytes, after: bytes) -> tuple[SectionDiff, ...]:
    """Two packed texts; kept, since a page that is open is drawn again at each mark."""
    try:
        return compare_sections(tuple(_sections(load(before))), tuple(_sections(load(after))))
    except UnreadableDocument:
        return ()


def _sections(document: Document) -> Iterator[SectionText]:
    """The sections of a text, each without its subsections; references are left out."""
    title, paragraphs = "Beginning", list[str]()
    for block in document.blocks:
        if isinstance(block, Heading):
            if paragraphs:
                yield SectionText(title, tuple(paragraphs))
            title, paragraphs = " ".join("".join(span.text for span in block.spans).split()) or "Section", []
        elif not isinstance(block, Reference) and (words := " ".join(" ".join(texts(block)).split())):
            paragraphs.append(words)
    if paragraphs:
        yield SectionText(title, tuple(paragraphs))
