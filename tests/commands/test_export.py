"""Exports from the command line: formats, files and pipes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from reader.actions.export import FORMATS
from tests.commands.conftest import IDS, Run


def test_a_format_goes_to_the_output(run: Run, papers: Path) -> None:
    found = run("export", "agents", "-title:terminal", "--format", "json")
    assert [one["id"] for one in found.records] == ["2606.30616", "2606.00001"]
    assert found.err == ""


@pytest.mark.parametrize("name", ["papers.bib", "papers.md", "papers.csv", "papers.json"])
def test_a_file_s_name_chooses_the_format(run: Run, papers: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    found = run("export", "--all", "-o", str(file))
    assert (found.code, found.out) == (0, "")
    assert found.err == f"6 papers written in {file}.\n"
    assert "LiveEdit" in file.read_text(encoding="utf-8")


def test_the_table_is_safe_for_spreadsheets(run: Run, papers: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "--all", "--format", "csv").out)))
    assert [row["id"] for row in rows] == IDS
    assert rows[4]["title"] == "'=A memory that forgets [on purpose]"


def test_nothing_is_still_a_document(run: Run, papers: Path) -> None:
    found = run("export", "xylophone", "--format", "json")
    assert (found.code, json.loads(found.out)) == (0, [])
    assert found.err == "0 papers written.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--format: bibtex, ris, csl-json, rdf, markdown, csv, json"),
        (("-o", "papers.docx"), "--format"),
        (("--format", "docx"), "docx"),
        (("-o",), "-o"),
    ],
)
def test_without_a_known_format_it_is_used_wrongly(run: Run, papers: Path, words: tuple[str, ...], says: str) -> None:
    found = run("export", "--all", *words)
    assert (found.code, found.out) == (2, "")
    assert says in found.err


def test_a_file_that_can_not_be_written_fails_in_a_line(run: Run, papers: Path, tmp_path: Path) -> None:
    found = run("export", "--all", "-o", str(tmp_path / "nowhere" / "papers.bib"))
    assert (found.code, found.out) == (1, "")
    assert found.err.count("\n") == 1
    assert "could not be written" in found.err


def test_a_feed_is_bounded_and_says_where_it_is(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run("export", "--all", "--format", "atom", "--url", "http://nas.local/papers.atom")
    assert found.code == 0 and '<link rel="self" href="http://nas.local/papers.atom" />' in found.out
    for words, said in (
        (("--format", "bibtex", "--url", "https://a.example"), "--url belongs to --format atom."),
        (("--format", "atom", "--url", "javascript:x"), "--url must "),
        (("--watched", "--url", "https://a.example"), "--watched takes no other arguments"),
    ):
        wrong = run("export", "--all", *words)
        assert (wrong.code, wrong.out) == (2, "") and said in wrong.err, wrong.err
    few = {**FORMATS, "atom": replace(FORMATS["atom"], most=4)}
    monkeypatch.setattr("reader.commands.export.FORMATS", few)
    found = run("export", "--all", "--format", "atom")
    assert (found.out.count("<entry>"), found.err) == (4, "Left out: 2 papers. A feed has only the first 4.\n")
