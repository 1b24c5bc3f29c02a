"""Words in the kept texts, on the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.model import Document, Heading, Paragraph, Span
from reader.core.document.search import AROUND
from tests.commands.conftest import Run, RunOnTerminal

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


def test_a_line_has_the_id_the_section_and_the_words_around(run: Run, texts: Path) -> None:
    found = run("grep", "sparse attention")
    assert (found.code, found.err) == (0, "")
    first, second, third = (line.split("\t") for line in found.lines)
    assert first == ["2606.26740", "Abstract", "We use sparse attention."]
    assert second[:2] == ["2606.26740", "3.2 Fréchet spaces"]
    assert second[2].startswith("…") and second[2].endswith("…") and "Attention that is sparse" in second[2]
    assert len(second[2]) < 4 * AROUND + 40
    assert third[0] == "2606.00003"


def test_a_phrase_is_whole_and_words_are_beginnings(run: Run, texts: Path) -> None:
    assert len(run("grep", '"attention that"').lines) == 1
    assert len(run("grep", "att spa").lines) == 3
    assert len(run("grep", '"att"').lines) == 0
    assert [line.split("\t")[0] for line in run("grep", "frechet").lines] == ["2606.26740", "2606.00003"]
    assert run("grep", "α").lines == ["2606.00001\t\txᵢ ≤ α holds"]


@pytest.mark.parametrize("words", ["pretraining", "pre-training", "pre training", '"pre training"', "pre–training"])
def test_a_compound_is_found_however_it_is_written(run: Run, papers: Path, words: str) -> None:
    with closing(Window.open(papers)) as window, closing(Texts.open(papers)) as kept:
        for id, form in (("2606.26740", "pretraining"), ("2606.00003", "Pre-training"), ("2606.00001", "pre training")):
            kept.put(window.pk_of(id) or 0, document(f"A {form} run."), "feed", "2026-07-01T00:00:00Z")
    assert len(run("grep", words).lines) == 3
    assert len(run("grep", '"=pretraining"').lines) == 1
    assert len(run("grep", '"=pre-training"').lines) == 2


def test_a_query_chooses_the_papers(run: Run, texts: Path) -> None:
    assert len(run("grep", "attention", "upvotes:>50").lines) == 2
    assert len(run("grep", "attention", "-n", "1").lines) == 1
    run("mark", "star", "2606.00003")
    assert run("grep", "dense", "is:starred", "--json").json == [
        {
            "id": "2606.00003",
            "title": "Small verifiers, long horizons",
            "section": "3.2 Fréchet spaces",
            "text": "Dense attention alone.",
        }
    ]


def test_no_text_at_all_is_said(run: Run, papers: Path) -> None:
    assert "No full text is stored yet" in run("grep", "quantum").err


def test_nothing_found_is_said(run: Run, texts: Path, papers: Path) -> None:
    found = run("grep", "quantum")
    assert (found.code, found.out, found.err) == (0, "", "No stored full text contains it.\n")
    assert run("grep", "quantum", "--json").json == []
    assert "None of the query's papers has its full text" in run("grep", "quantum", "id:2606.28480").err
    assert run("grep", "...").code == 2


@pytest.mark.parametrize("columns", [30, 80])
def test_on_a_terminal_hits_stand_under_their_paper(on_terminal: RunOnTerminal, texts: Path, columns: int) -> None:
    lines = on_terminal("grep", "sparse attention", columns=columns).lines
    assert all(len(line) <= columns for line in lines)
    assert lines[0].startswith("2606.26740 LiveEdit")
    assert "  Abstract" in lines and "" in lines


def test_a_damaged_text_is_passed_over(run: Run, texts: Path) -> None:
    with closing(sqlite3.connect(texts)) as connection, connection:
        connection.execute("UPDATE full_text SET body = x'00ff' WHERE pk = (SELECT min(pk) FROM full_text)")
    assert run("grep", "attention").code == 0


@pytest.mark.parametrize("words", ["a", "at", "c++", "α", "ᵢ", '"we use"', "s-attention", "frechet"])
def test_the_index_leaves_out_no_text(run: Run, texts: Path, words: str) -> None:
    found = run("grep", words).lines
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reader.cache.search.full_text.is_found_in_texts", lambda match: False)
        assert run("grep", words).lines == found
