"""Everything back: for each broken cache the doctor names one command, and that command brings all marks back."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cli import main
from tests import breakage
from tests.breakage import BESIDE, GONE, IN_PLACE, LOCKED, OUTSIDE, Break
from tests.commands.conftest import DAYS, IDS, Run, write_days

pytestmark = pytest.mark.long

COMMAND = re.compile(r"dailypapers (?:restore|cache repair)\b[^'\"\n:]*")

STARRED = set(IDS[:2])


@pytest.fixture(scope="session")
def marked(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache of six papers: two starred, one noted, all read, one feed followed; and its journal."""
    folder = tmp_path_factory.mktemp("marked")
    file = Path(shutil.copy(filled, folder / "papers.db"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILYPAPERS_HOME", str(folder))
        assert main(["mark", "star", *STARRED]) == 0
        assert main(["mark", "read", "--query", "is:unread"]) == 0
    with closing(Events.open(file)) as events:
        events.mark("note", "Mine.", [3])
    with closing(Feeds.open(file)) as feeds:
        feeds.follow("arxiv", "cs.CL", "Computation and Language", "arxiv-cs-cl", "2026-06-30T00:00:00+00:00")
    breakage.execute(file)
    shutil.rmtree(folder / "backups")
    return folder


@pytest.fixture
def broken(marked: Path, home: Path) -> Iterator[Path]:
    """The user's folder, to be broken."""
    shutil.copytree(marked, home)
    yield home
    breakage_end(home)


def breakage_end(home: Path) -> None:
    """Let pytest clean up."""
    home.chmod(0o700)


def hashes(folder: Path) -> dict[str, str]:
    """The files that hold data, by name; SQLite's file for its locks holds none."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.is_file() and not file.name.endswith("-shm")
    }


def named_command(run: Run) -> list[str]:
    """The words of the one command that the doctor names."""
    said = run("doctor")
    commands = COMMAND.findall(said.out + said.err)
    assert (said.code, len(commands)) == (1, 1)
    return shlex.split(commands[0])[1:]


PAPERS_LOST = (
    *("papers dropped", "cut to a page", "more bits flipped", "a page's kind flipped", "text", "zeros"),
    *("foreign", "foreign of our name"),
)
"""Ways of breaking that leave no paper; those with a star come back to the cache as soon as they are fetched again."""


def assert_all_is_back(run: Run, home: Path, how: str = "") -> None:
    if how in PAPERS_LOST:
        assert run("import", str(write_days(home / "days.jsonl", DAYS))).code == 0
        assert run("doctor").code == 0
    assert {one["id"] for one in run("list", "is:starred", "--json").records} == STARRED
    assert [feed["url"] for feed in run("feeds", "list", "--json").records] == ["cs.CL"]


def mend(run: Run, home: Path, *, is_kept: bool = True) -> None:
    """Run the doctor's command; the broken file is kept byte for byte, and then the doctor is content."""
    before = hashes(home)
    words = named_command(run)
    after = hashes(home)
    assert after.get("papers.db") == before.get("papers.db"), "the doctor has changed the file"
    assert after.get("papers.db-wal") == before.get("papers.db-wal"), "the doctor has changed the log"
    found = run(*words)
    assert (found.code, found.err) == (0, "")
    kept = {
        name: hash for name, hash in hashes(home).items() if re.match(r"papers\.db\.aside-\d{4}-\d\d-\d\d-\d+", name)
    }
    if is_kept:
        assert before["papers.db"] in kept.values()
        if "papers.db-wal" in before:
            assert before["papers.db-wal"] in kept.values()
    assert {file.stat().st_mode & 0o777 for file in home.iterdir()} <= {0o600, 0o700}
    well = run("doctor")
    assert well.code == 0, well.out
    assert COMMAND.findall(well.out + well.err) == []


BROKEN = {**IN_PLACE, **OUTSIDE}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_cache_is_mended_by_the_command_that_the_doctor_names(run: Run, broken: Path, how: str) -> None:
    BROKEN[how](broken)
    mend(run, broken)
    assert_all_is_back(run, broken, how)
    again = run("cache", "repair")
    assert (again.code, again.out.startswith("The cache is good")) == (0, True)


@pytest.mark.parametrize("break_it", GONE.values(), ids=GONE)
def test_a_lost_cache_is_made_again_from_the_journal(run: Run, broken: Path, break_it: Break) -> None:
    break_it(broken)
    mend(run, broken, is_kept=False)
    assert run("count", "is:starred").out == "0\n", "the papers have to be fetched again"
    assert run("cache", "info", "--json").record["events"] == 4
    assert [feed["url"] for feed in run("feeds", "list", "--json").records] == ["cs.CL"]


@pytest.mark.parametrize("break_it", BESIDE.values(), ids=BESIDE)
def test_a_broken_journal_is_written_again(run: Run, broken: Path, break_it: Break) -> None:
    break_it(broken)
    journal = hashes(broken).get("papers.journal.jsonl")
    mend(run, broken)
    assert journal in (None, *hashes(broken).values())
    assert_all_is_back(run, broken)
    breakage.remove(broken)
    assert run("restore").code == 0
    assert run("cache", "info", "--json").record["events"] == 4


@pytest.mark.parametrize("break_it", LOCKED.values(), ids=LOCKED)
def test_permissions_are_given_back(run: Run, broken: Path, break_it: Break) -> None:
    break_it(broken)
    assert shlex.split(COMMAND.findall(run("doctor", "--json").out)[0])[1:] == named_command(run)
    mend(run, broken, is_kept=False)
    assert_all_is_back(run, broken)


# Without a journal


WITHOUT_JOURNAL = (
    *("cut in half", "cut by its last page", "bits flipped", "the events' index flipped", "header emptied"),
    *("mark changed", "cut with a log", "newer"),
)
"""Ways of breaking after which the file still has the events."""


@pytest.mark.parametrize("how", WITHOUT_JOURNAL)
def test_marks_come_from_the_broken_file_if_there_is_no_journal(run: Run, broken: Path, how: str) -> None:
    breakage.drop_journal(broken)
    BROKEN[how](broken)
    mend(run, broken)
    assert_all_is_back(run, broken)
