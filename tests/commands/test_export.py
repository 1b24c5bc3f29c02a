"""Exports: formats, files that are written anew after each change, and folders of notes."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest

from reader.actions.export import FORMATS, replacing
from reader.refresh import standing
from tests.commands.conftest import IDS, Run, Session


def test_a_format_goes_to_the_output_or_to_a_file_that_says_it(session: Session, papers: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("2401.00001")
    session(
        """
        $ export id:2606.30616 --format bibtex
        @misc{example2026-2606.30616,
        	title = {Agents that write their own tools},
        	author = {Ada Example and Bo Sample},
        	year = {2026},
        	month = may,
        	eprint = {2606.30616},
        	archivePrefix = {arXiv},
        	eprinttype = {arxiv},
        	doi = {10.48550/arXiv.2606.30616},
        	url = {https://arxiv.org/abs/2606.30616},
        	publisher = {arXiv},
        	abstract = {We look at Agents that write their own tools and find that it holds.},
        }
        $ export --all -o papers.bib
        ! 6 papers written in papers.bib.
        $ export agents -o papers.docx
        2! dailypapers: Choose a format with --format: bibtex, ris, csl-json, markdown, csv, json, atom.
        $ export
        2! dailypapers: Name the papers by a query, --id or --all.
        $ export --all -o nowhere/papers.bib
        1! dailypapers: nowhere/papers.bib could not be written: No such file or directory. Name another file with -o.
        $ export xylophone --format json
        []
        ! Nothing matches. Nearest in words: dailypapers list '~xylophone'
        ! 0 papers written.
        $ import ids.txt --star
        1 paper named, 0 of them here, 1 to come with the next refresh. 1 starred. 'dailypapers undo' takes it back.
        $ export --all -o all.json
        ! 6 papers written in all.json, and the marks of 1 paper that is not in the cache.
        $ export --all sort:title -o some.json
        ! 6 papers written in some.json, and the marks of 1 paper that is not in the cache.
        $ export --watched
        2! dailypapers: No query writes a file. 'dailypapers views add --then write --file FILE QUERY' makes one.
        $ export --watched -o x.bib
        2! dailypapers: --watched takes nothing else: 'dailypapers views edit' has its queries, files and formats.
        """  # noqa: E101
    )
    orders = [json.loads((tmp_path / name).read_text()) for name in ("all.json", "some.json")]
    assert [[one["id"][-5:] for one in order] for order in orders] == [
        ["26740", "30616", "28480", "00003", "00002", "00001", "00001"],
        ["00002", "28480", "30616", "26740", "00003", "00001", "00001"],
    ]


def test_a_replacement_that_fails_leaves_the_old_file_as_it_was(
    run: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (file := tmp_path / "refs.bib").write_text("mine")
    monkeypatch.setattr("reader.actions.export.to_disk", run_full)
    found = run("export", "--all", "-o", str(file))
    expected = f"dailypapers: {file} could not be written: No space left on device. Name another file with -o.\n"
    assert (found.code, found.err) == (1, expected)
    assert (file.read_text(), [*tmp_path.glob(".refs*")]) == ("mine", [])


def test_a_feed_is_bounded(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {**FORMATS, "atom": replace(FORMATS["atom"], most=5)}
    monkeypatch.setattr("reader.commands.export.FORMATS", few)
    found = run("export", "--all", "--format", "atom")
    assert (found.out.count("<entry>"), found.err) == (5, "Left out: 1 paper. A feed has only the first 5.\n")


# Notes


def test_notes_are_exchanged_with_a_markdown_folder(session: Session, run: Run, papers: Path, tmp_path: Path) -> None:
    run("note", IDS[3], "--text", "# Mine\n\n- one")
    run("tag", "add", "to read", IDS[3])
    run("tag", "add", "⭐", IDS[3])
    session(
        """
        $ export --all --format notes
        2! dailypapers: Notes need a folder: export --format notes -o DIR.
        $ export has:note --format notes -o vault/papers
        ! 1 paper written in vault/papers.
        $ export id:2606.00003,2606.00002 --format notes -o vault/papers
        ! 2 papers written in vault/papers.
        """
    )
    first, second = (next((tmp_path / "vault/papers").glob(f"*-{id}.md")) for id in (IDS[3], IDS[4]))
    assert first.name == "muller2026-2606.00003.md"
    assert 'tags: ["paper", "to-read", ' in first.read_text() and '""' not in first.read_text()
    assert first.read_text().endswith(" -->\n# Mine\n\n- one\n")
    # The user writes below the marker, changes the front matter, and moves the file.
    moved = tmp_path / "vault/papers/deeper/My own name.md"
    moved.parent.mkdir()
    first.rename(moved)
    edited = moved.read_text().replace('status: "unread"\n', "status: reading\nrating: 5\n")
    moved.write_text(edited.removesuffix("# Mine\n\n- one\n") + "new  \n\n<!-- mine -->\n")
    second.write_text(second.read_text().replace("# ", "# Not kept ", 1) + "\r\nAlso mine")
    session(
        """
        $ export id:2606.00003,2606.00002 --format notes -o vault/papers
        ! 2 papers written in vault/papers, and 2 notes of yours imported; 'dailypapers undo' takes it back.
        $ note 2606.00003
        new

        <!-- mine -->
        $ note 2606.00002
        Also mine
        """
    )
    assert "rating: 5\n" in moved.read_text()
    assert moved.read_text().endswith(" -->\nnew  \n\n<!-- mine -->\n")
    assert "Not kept" not in second.read_text() and second.read_bytes().endswith(b" -->\n\r\nAlso mine\n")
    assert sorted((tmp_path / "vault").rglob("*.md")) == [moved, second]
    # What can't be read, or has lost its marker, is left alone.
    broken = [moved.read_text().replace("---\n", "", 1), second.read_text().partition("<!-- daily")[0]]
    for file, text in zip((moved, second), broken, strict=True):
        file.write_text(text)
    session(
        """
        $ export id:2606.00003,2606.00002 --format notes -o vault/papers
        ! vault/papers/deeper/My own name.md has lost the front matter at its beginning, so it was not changed.
        ! vault/papers/example2026-2606.00002.md has lost its line '<!-- dailypapers …', so it was not changed.
        ! 0 papers written in vault/papers.
        """
    )
    assert [moved.read_text(), second.read_text()] == broken


# Files that are written anew after each change, and never over what something else has written


@pytest.fixture
def stars(papers: Path, home: Path) -> Path:
    """The watched file of starred papers."""
    (home / "config.toml").write_text('[[exports]]\nquery = "is:starred"\nfile = "stars.bib"\n')
    return home / "stars.bib"


def test_each_change_writes_the_file_anew(run: Run, stars: Path) -> None:
    run("mark", "star", IDS[0])
    assert f"eprint = {{{IDS[0]}}}" in stars.read_text()
    run("mark", "star", IDS[1])
    assert stars.read_text().count("@misc") == 2
    run("undo")
    assert stars.read_text().count("@misc") == 1
    before = stars.stat().st_mtime_ns
    run("tag", "add", "later", IDS[3])
    assert stars.stat().st_mtime_ns == before, "a file that is as it should be was not written"
    run("list")
    assert run("export", "--watched").out == f"1 paper in {stars}, as before.\n"
    stars.unlink()
    assert run("export", "--watched").out == f"1 paper in {stars}.\n"
    assert [file.name for file in stars.parent.glob(".stars*")] == []


def test_an_export_file_changed_by_others_is_not_overwritten(run: Run, stars: Path) -> None:
    stars.write_text("@misc{mine}\n")
    ran = run("mark", "star", IDS[0])
    assert ran.code == 0
    assert (
        ran.err == f"{stars} was not written: something else wrote or changed it. "
        "Move it away to have it written again.\n"
    )
    assert stars.read_text() == "@misc{mine}\n"
    stars.unlink()
    run("mark", "star", IDS[1])
    stars.write_text(stars.read_text() + "% mine\n")
    assert "was not written" in run("mark", "star", IDS[2]).err
    assert stars.read_text().endswith("% mine\n")
    assert run("export", "--watched").code == 1


@pytest.mark.parametrize(
    ("export", "says"),
    [
        ('query = "is:starred"\nfile = "stars.xyz"', "its ending names no format"),
        ('query = "is:starred"\nfile = "no/such/stars.bib"', "its folder is missing. Make it, or name another file."),
        ('query = "-is:queued"\nfile = "all.csv"', "6 papers are more than 5"),
        ('query = "is:stared"\nfile = "wrong.bib"', 'Did you mean "is:starred"?'),
    ],
)
def test_an_export_that_cannot_be_written_warns_and_the_command_goes_on(
    run: Run, stars: Path, home: Path, monkeypatch: pytest.MonkeyPatch, export: str, says: str
) -> None:
    monkeypatch.setattr(standing, "MAX_PAPERS", 5)
    (home / "config.toml").write_text(f'[[exports]]\nquery = "is:starred"\nfile = "stars.bib"\n[[exports]]\n{export}\n')
    run("mark", "star", IDS[0])
    found = run("export", "--watched")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert says in found.err and str(stars) in found.out


def test_a_problem_is_told_after_each_change_until_it_heals(run: Run, stars: Path, home: Path) -> None:
    (home / "config.toml").write_text('[[exports]]\nquery = "is:starred"\nfile = "out/stars.bib"\n')
    out = home / "out"
    assert "its folder is missing" in run("mark", "star", IDS[0]).err
    assert "its folder is missing" in run("mark", "star", IDS[1]).err
    out.mkdir()
    (out / "stars.bib").write_text("@misc{mine}\n")
    assert "something else wrote" in run("mark", "star", IDS[2]).err
    (out / "stars.bib").unlink()
    assert run("mark", "unstar", IDS[2]).err == ""
    assert (out / "stars.bib").read_text().count("@misc") == 2


def test_an_export_written_before_a_kill_is_still_updated(
    run: Run, stars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("mark", "star", IDS[0])

    @contextmanager
    def killed(file: Path) -> Iterator[TextIO]:
        with replacing(file) as out:
            yield out
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(standing, "replacing", killed)
        assert run("mark", "star", IDS[1]).code == 130
    ran = run("mark", "star", IDS[2])
    assert (ran.code, ran.err) == (0, "")
    assert stars.read_text().count("@misc") == 3
