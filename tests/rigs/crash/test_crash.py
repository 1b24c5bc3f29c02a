"""The real program, killed and starved tens of times: `python -m tests.rigs crash` does it thousands of times."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.rigs.crash import digests, disks, faults, together
from tests.rigs.crash.homes import Stage, stage
from tests.rigs.crash.kills import Killer
from tests.rigs.crash.operations import OPERATIONS
from tests.rigs.crash.report import Report
from tests.rigs.crash.snapshot import read_home

pytestmark = pytest.mark.long

SEED = 1


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Homes with the papers of the sample."""
    with stage(tmp_path_factory.mktemp("crash") / "few", many=0) as made:
        yield made


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Homes whose bulk marks take two transactions."""
    with stage(tmp_path_factory.mktemp("crash") / "many") as made:
        yield made


@pytest.fixture
def report() -> Iterator[Report]:
    """What is tried and found; nothing may be found."""
    made = Report("tests")
    yield made
    assert made.rows, "nothing was tried"
    assert made.violations == []


@pytest.mark.parametrize(
    ("what", "kills"),
    [
        (("mark", "undo"), 6),
        (("rename", "library", "follow", "undo"), 5),
        (("import", "refresh", "read", "pdf"), 4),
        (("sync", "mark", "undo"), 4),
        (("agent", "undo", "rules"), 4),
        (("digest", "digest-file", "settings", "mute"), 3),
        (("vectors",), 1),
        (("migrate",), 1),
        (("repair",), 1),
        (("reader",), 1),
    ],
)
def test_no_kill_loses_anything(few: Stage, report: Report, what: Sequence[str], kills: int) -> None:
    Killer(few, report, SEED, what).run(kills)
    assert report.violations == []
    assert sum(report.rows[name].tries for name in what if name in report.rows) >= kills


def test_no_kill_cuts_a_bulk_mark_in_two(many: Stage, report: Report) -> None:
    Killer(many, report, SEED, ("bulk", "undo")).run(3)


def test_no_small_disk_loses_anything(few: Stage, report: Report) -> None:
    if not disks.run_small_disks(few, report, 5, SEED, ("mark", "undo", "import", "sync")):
        pytest.skip("only root may mount a small disk")


def test_no_failing_write_loses_anything(few: Stage, report: Report) -> None:
    library = faults.build_library(few.folder)
    if library is None:
        pytest.skip("there is no C compiler here, or this is not Linux")
    faults.run_faults(few, report, library, SEED, ("mark",), faults.FAULTS[3:4], step=17)


@pytest.mark.parametrize("with_readers", [True, False])
def test_many_programs_on_one_home_lose_nothing(few: Stage, report: Report, with_readers: bool) -> None:
    together.run_together(few, report, 1.0, SEED, with_readers=with_readers)


def test_programs_that_start_together_on_an_older_cache_migrate_it_once(few: Stage, report: Report) -> None:
    together.migrate_together(few, report, 3)


def change_vector(home: Path) -> None:
    (file,) = home.glob("vectors/of-*/vectors")
    file.write_bytes(b"\1\2" + file.read_bytes()[2:])


@pytest.mark.parametrize(
    ("name", "harm", "found"),
    [
        ("digest", lambda home: (home / "papers.digests.jsonl").unlink(), "the log does not have it"),
        ("digest-file", lambda home: os.truncate(home / digests.FILE, 1_000), "is not whole"),
        ("vectors", change_vector, "of vectors is another one"),
        ("settings", lambda home: (home / "config.toml").write_text(""), "the settings"),
    ],
)
def test_what_an_operation_leaves_is_looked_at(
    few: Stage, name: str, harm: Callable[[Path], object], found: str
) -> None:
    home = few.new_home()
    few.empty_mailbox()
    step = OPERATIONS[name](few, random.Random(3), read_home(home / "papers.db"))
    assert step.check is not None
    if step.arrange is not None:
        step.arrange(few, home)
    assert step.run(few.surroundings(home)).code == 0
    assert step.check(few, home, True) == []
    harm(home)
    told = step.check(few, home, True)
    assert any(found in one for one in told), told
