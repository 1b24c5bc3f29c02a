"""Files that are written anew after each change, and never over what something else has written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO

import pytest

from reader.actions.export import replacing
from reader.cli import main
from reader.refresh import watched_exports
from tests.commands.conftest import IDS, Run


@pytest.fixture(autouse=True)
def make_shared(tmp_path: Path) -> None:
    """The folder that the machines share, which is the user's to make."""
    (tmp_path / "shared").mkdir()


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
    monkeypatch.setattr(watched_exports, "MOST_PAPERS", 5)
    (home / "config.toml").write_text(f'[[exports]]\nquery = "is:starred"\nfile = "stars.bib"\n[[exports]]\n{export}\n')
    run("mark", "star", IDS[0])
    found = run("export", "--watched")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert says in found.err and str(stars) in found.out


def test_the_same_problem_is_told_once_until_it_changes_or_heals(run: Run, stars: Path, home: Path) -> None:
    (home / "config.toml").write_text('[[exports]]\nquery = "is:starred"\nfile = "out/stars.bib"\n')
    out = home / "out"
    assert "its folder is missing" in run("mark", "star", IDS[0]).err
    assert run("mark", "star", IDS[1]).err == ""
    # Who asks for the files is told again.
    assert "its folder is missing" in run("export", "--watched").err
    out.mkdir()
    (out / "stars.bib").write_text("@misc{mine}\n")
    assert "something else wrote" in run("mark", "star", IDS[2]).err
    assert run("mark", "unstar", IDS[2]).err == ""
    (out / "stars.bib").unlink()
    assert run("mark", "star", IDS[2]).err == ""
    assert (out / "stars.bib").read_text().count("@misc") == 3
    (out / "stars.bib").unlink()
    out.rmdir()
    assert "its folder is missing" in run("mark", "unstar", IDS[2]).err


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
        patch.setattr(watched_exports, "replacing", killed)
        assert run("mark", "star", IDS[1]).code == 130
    ran = run("mark", "star", IDS[2])
    assert (ran.code, ran.err) == (0, "")
    assert stars.read_text().count("@misc") == 3


def test_what_comes_while_machines_are_watched_is_written_at_once(
    run: Run, stars: Path, home: Path, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(filled, other / "papers.db")
    with monkeypatch.context() as patch:
        patch.setenv("DAILYPAPERS_HOME", str(other))
        run("mark", "star", IDS[0])
        run("sync", str(tmp_path / "shared"))

    def end(*_: object) -> None:
        assert IDS[0] in stars.read_text()
        raise KeyboardInterrupt

    monkeypatch.setattr("reader.cache.places.time", SimpleNamespace(sleep=end))
    assert main(["sync", str(tmp_path / "shared"), "--watch"]) == 130
