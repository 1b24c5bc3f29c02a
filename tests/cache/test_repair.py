"""A broken cache is set aside, what can be read is kept, and the log gives the marks back."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import repair, schema
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.repair import examine
from reader.cache.storing import Cache
from reader.core.errors import CacheError
from reader.core.paper import Listing
from tests.breakage import BROKEN, execute
from tests.cache.conftest import NOW, ByName, draft, rows
from tests.table import each


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 200 papers with marks of several kinds, and a feed."""
    path = tmp_path_factory.mktemp("marked") / "papers.db"
    with closing(Cache.open(path, ByName())) as cache:
        for day in range(10, 20):
            papers = tuple(draft(100 * day + number, abstract="A sentence. " * 20) for number in range(20))
            cache.store(Listing(f"2026-11-{day}", papers), NOW)
    with closing(Events.open(path)) as events:
        events.mark("star", True, range(1, 200, 7))
        events.mark("tag:later", True, [2, 190])
        events.mark("note", "Mine.", [3])
    with closing(Feeds.open(path)) as feeds:
        feeds.follow("arxiv", "cs.CL", "Computation and Language", "cs.cl", NOW)
    for file in (path, path.with_name("log.db")):
        execute(file)
    return path.parent


def ids(path: Path, condition: str) -> set[str]:
    return {id for (id,) in rows(path, f"SELECT id FROM paper WHERE {condition}")}


def refill(path: Path) -> None:
    """Bring all papers again, as a refresh does."""
    with closing(Cache.open(path, ByName())) as cache:
        for day in range(10, 20):
            papers = tuple(draft(100 * day + number) for number in range(20))
            cache.store(Listing(f"2026-11-{day}", papers), NOW)


@each("name", BROKEN)
def test_a_broken_cache_is_set_aside_and_all_marks_are_back(
    marked: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = shutil.copytree(marked, tmp_path_factory.mktemp("home") / "home")
    path = home / "papers.db"
    starred = ids(path, "starred = 1")
    BROKEN[name](home)
    assert examine(path) != [], "it is found"
    found = repair.repair(path)
    assert found.summary().startswith("Repaired (")
    if name != "index damaged":
        assert [file.name.partition("-")[0] for file in found.aside] == ["papers.db.aside"]
    assert examine(path) == []
    refill(path)
    assert ids(path, "starred = 1") == starred
    assert ids(path, "pk IN (SELECT pk FROM paper_tag)") == ids(path, "id IN ('2611.01001', '2611.01909')")
    assert rows(path, "SELECT slug FROM feed WHERE kind <> 'own'") == [("cs.cl",)]


@each(("name", "least"), [("a table dropped", 200), ("marks dropped", 200), ("newer", 0), ("cut at its end", 10)])
def test_what_can_still_be_read_is_kept(
    marked: Path, tmp_path_factory: pytest.TempPathFactory, name: str, least: int
) -> None:
    home = shutil.copytree(marked, tmp_path_factory.mktemp("home") / "home")
    BROKEN[name](home)
    assert repair.repair(home / "papers.db").papers >= least


def test_a_good_home_is_left_alone(marked: Path, tmp_path: Path) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    found = repair.repair(home / "papers.db")
    assert (found.found, found.aside, found.papers) == ([], [], 200)
    assert found.summary().startswith("Nothing was broken: ")


@pytest.mark.parametrize("ends", [("",), ("", "-wal", "-shm")])
def test_a_cache_that_is_deleted_has_its_marks_again_as_the_papers_come(
    marked: Path, tmp_path: Path, ends: tuple[str, ...]
) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    path = home / "papers.db"
    starred = ids(path, "starred = 1")
    for end in ends:
        path.with_name(f"papers.db{end}").unlink(missing_ok=True)
    schema.ensure(path)
    Events.open(path).close()
    assert examine(path) == []
    with closing(Feeds.open(path)) as feeds:
        assert set(feeds.missing_papers("2026-11-24", 99)) == starred | ids(path, "false") | {
            "2611.01001",
            "2611.01909",
            "2611.01002",
        }
        assert feeds.find("cs.cl") is not None
    refill(path)
    assert ids(path, "starred = 1") == starred


def test_a_folder_in_the_place_of_the_cache_is_named(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    path.mkdir()
    for opening in (schema.ensure, lambda path: Cache.open(path, ByName())):
        with pytest.raises(CacheError, match=r"papers\.db is a folder, but a file of dailypapers belongs there"):
            opening(path)


def test_a_file_that_may_not_be_written_is_not_repaired(
    marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "log.db")
    (fault,) = examine(home / "papers.db")
    assert (fault.name, fault.can_repair) == ("permissions", False)
    with pytest.raises(CacheError, match=r"no permission to write .*log\.db"):
        repair.repair(home / "papers.db")
