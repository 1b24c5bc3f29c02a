"""Passages of the kept texts, on the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.model import Document, Heading, Paragraph, Span
from tests.commands.conftest import Run, Session
from tests.table import each

LONG = "padding words on this side " * 20


def document(*texts: str) -> Document:
    return Document(
        "T",
        (
            Heading(1, "", (Span("Abstract"),)),
            Paragraph((Span("We use "), Span("sparse", "emphasis"), Span(" attention."))),
            Heading(2, "3.2", (Span("Fréchet spaces"),)),
            *(Paragraph((Span(text),)) for text in texts),
        ),
    )


@pytest.fixture
def texts(papers: Path) -> Path:
    with closing(Window.open(papers)) as window, closing(Texts.open(papers)) as kept:
        for id, found in (
            ("2606.26740", document(f"{LONG}Attention that is sparse{LONG}", "Nothing.")),
            ("2606.00003", document("Dense attention alone.")),
            ("2606.00001", Document("T", (Paragraph((Span("x_{i}\\leq\\alpha", "formula"), Span(" holds"))),))),
        ):
            pk = window.pk_of(id)
            assert pk is not None
            kept.put(pk, found, "feed", "2026-07-01T00:00:00Z")
    return papers


def test_passages_are_printed_with_id_section_and_surrounding_words(session: Session, texts: Path) -> None:
    session(
        """
        $ list --passages fulltext:sparse fulltext:attention
        2606.26740	Abstract	We use sparse attention.
        2606.26740	3.2 Fréchet spaces	…words on this side padding words on this side padding words on this side Attention that is sparsepadding words on this side padding words on this side padding…
        2606.00003	Abstract	We use sparse attention.
        @ list --passages fulltext:sparse fulltext:attention
        2606.26740 LiveEdit: Streaming Video Editing
          Abstract
            We use sparse attention.
          3.2 Fréchet spaces
            …words on this side padding words on this side padding words on this side
            Attention that is sparsepadding words on this side padding words on this
            side padding…

        2606.00003 Small verifiers, long horizons
          Abstract
            We use sparse attention.
        $ list --passages fulltext:attention -n 1 --jsonl
        {"id": "2606.26740", "title": "LiveEdit: Streaming Video Editing", "section": "Abstract", "text": "We use sparse attention."}
        $ list --passages fulltext:quantum
        ! No stored full text contains it.
        $ list --passages fulltext:quantum --json
        []
        $ list --passages 'fulltext:"attention that"' --jsonl=section
        {"section": "3.2 Fréchet spaces"}
        $ list --passages 'fulltext:"att"'
        ! No stored full text contains it.
        $ list --passages fulltext:att fulltext:spa upvotes:>50 --jsonl=id,section
        {"id": "2606.26740", "section": "Abstract"}
        {"id": "2606.26740", "section": "3.2 Fréchet spaces"}
        $ list --passages fulltext:frechet id:2606.00003
        2606.00003	3.2 Fréchet spaces	3.2 Fréchet spaces
        $ list --passages fulltext:α
        2606.00001		xᵢ ≤ α holds
        @ list --passages fulltext:α
        2606.00001 Where do web agents lose their way?
            xᵢ ≤ α holds
        $ list --passages attention
        2! dailypapers: --passages needs words to look for: add a term such as fulltext:attention.
        $ list --passages fulltext:attention --color=always id:2606.00003
        \x1b[2m2606.00003\x1b[0m	\x1b[2mAbstract\x1b[0m	We use sparse \x1b[1mattention\x1b[0m.
        \x1b[2m2606.00003\x1b[0m	\x1b[2m3.2 Fréchet spaces\x1b[0m	Dense \x1b[1mattention\x1b[0m alone.
        """  # noqa: E501
    )


def test_without_texts_nothing_is_found(session: Session, papers: Path) -> None:
    session(
        """
        $ list --passages fulltext:quantum
        ! No full text is stored yet. 'dailypapers read ID' fetches one.
        """
    )


def test_a_damaged_text_is_passed_over(run: Run, texts: Path) -> None:
    with closing(sqlite3.connect(texts)) as connection, connection:
        connection.execute("UPDATE full_text SET body = x'00ff' WHERE pk = (SELECT min(pk) FROM full_text)")
    assert run("list", "--passages", "fulltext:attention").code == 0


@each("words", ["a", "at", "c++", "α", "ᵢ", '"we use"', "s-attention", "frechet"])
def test_the_index_leaves_out_no_text(run: Run, texts: Path, words: str) -> None:
    found = run("list", "--passages", f"fulltext:{words}").lines
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reader.cache.search.full_text.is_found_in_texts", lambda match: False)
        assert run("list", "--passages", f"fulltext:{words}").lines == found
