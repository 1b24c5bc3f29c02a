"""What each release has written is read by today's program: homes, exports, and the folders that machines share."""

from __future__ import annotations

import json
import lzma
import shutil
import tomllib
from pathlib import Path

import pytest

from reader.core import removed
from reader.session import bookmarks, visit
from tests.beginnings import feed_days, paper_id
from tests.commands.conftest import Run
from tests.releases import DATA, RELEASES

STARRED = {paper_id(pk - 1) for pk in range(1, 21)} - {paper_id(pk - 1) for pk in range(5, 8)}
"""The marks are those of `tests.beginnings`."""

NOTED = {paper_id(pk - 1) for pk in range(3, 6)}

OF_THE_DESK, BY_THE_OTHER = paper_id(200), paper_id(150)
"""What later releases have besides: a paper with a note, and one that another machine has starred."""

with_journal = pytest.mark.parametrize("release", [one for one in RELEASES if (DATA / one / "shared").exists()])


def ids(run: Run, query: str) -> set[str]:
    return {one["id"] for one in run("list", query, "--json=id").records}


def import_papers(run: Run, folder: Path) -> None:
    papers = folder / "papers.json"
    papers.write_text(json.dumps(feed_days()))
    assert run("import", str(papers)).code == 0


def take_over(release: str, home: Path) -> None:
    """Make a home of the files that a release has left."""
    home.mkdir()
    for file in (DATA / release).glob("[!n]*.*"):
        if file.suffix != ".xz":
            shutil.copyfile(file, home / file.name)
    (home / "papers.db").write_bytes(lzma.decompress((DATA / release / "papers.db.xz").read_bytes()))


@pytest.mark.parametrize("release", RELEASES)
def test_a_home_of_each_release_is_taken_over(run: Run, home: Path, release: str) -> None:
    take_over(release, home)
    later = RELEASES.index(release) > 0
    assert ids(run, "is:starred") == STARRED
    assert ids(run, "tag:survey") == {paper_id(pk - 1) for pk in range(25, 36)}
    assert ids(run, "is:hidden") == {paper_id(pk - 1) for pk in range(90, 100)}
    assert ids(run, "has:note") == NOTED | ({OF_THE_DESK} if later else set())
    assert run("show", paper_id(2), "--json").record["note"] == "Mine: compare with *old* tasks."
    assert len(ids(run, "is:read")) == 90
    assert "a-feed" in run("feeds", "list").out
    assert run("config", "check").code == 0
    chosen = tomllib.loads((home / "config.toml").read_text())
    for name in ("order", "notify", "list_share"):
        assert f"{name} = {json.dumps(chosen[name])}" in run("config", "show").out
    # The actions of two views have other names now.
    bound = [one["keys"] for one in run("keys", "--json").records]
    assert [id for id, keys in chosen["keys"].items() if keys not in bound and id not in removed.ACTIONS] == []
    last = visit.load(home / "state.json")
    assert (last.text, last.topic_mode, last.folded) == ("topic:agents", "all", ("vision",))
    assert not later or paper_id(40) in bookmarks.load(home / "bookmarks.json")
    assert (run("mark", "star", OF_THE_DESK).code, run("undo").code) == (0, 0)
    assert ids(run, "is:starred") == STARRED
    assert run("cache", "verify").code == 0


@pytest.mark.long
@with_journal
def test_the_journal_of_each_release_alone_brings_its_marks_back(
    run: Run, home: Path, tmp_path: Path, release: str
) -> None:
    home.mkdir()
    shutil.copyfile(DATA / release / "papers.journal.jsonl", home / "papers.journal.jsonl")
    assert run("restore").code == 0
    import_papers(run, tmp_path)
    assert (ids(run, "is:starred"), ids(run, "has:note")) == (STARRED, NOTED | {OF_THE_DESK})


@pytest.mark.long
@pytest.mark.parametrize("release", RELEASES)
def test_what_each_release_has_exported_can_be_imported(run: Run, home: Path, tmp_path: Path, release: str) -> None:
    import_papers(run, tmp_path)
    exports = (DATA / release).glob("noted.*")
    found = {file.name: run("import", str(file), "--json").record["unchanged"] for file in exports}
    assert found == dict.fromkeys(found, len(NOTED) + (RELEASES.index(release) > 0))
    assert len(found) > 3
    assert ids(run, "has:note") >= NOTED


@pytest.mark.long
@with_journal
def test_the_folders_of_each_release_are_joined(run: Run, home: Path, tmp_path: Path, release: str) -> None:
    home.mkdir()
    shutil.copytree(DATA / release / "shared", tmp_path / "shared")
    import_papers(run, tmp_path)
    assert run("sync", str(tmp_path / "shared")).code == 0
    assert ids(run, "is:starred") == STARRED | {BY_THE_OTHER}


@pytest.mark.long
@with_journal
def test_the_digests_of_each_release_are_known(run: Run, home: Path, release: str) -> None:
    take_over(release, home)
    again = run("digest", "--since", "2026-11-20", "--to", "command")
    assert (again.code, again.out) == (0, "")
