"""The real program, killed and starved tens of times: `python -m tests.crash` does it thousands of times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.crash import disks, faults, together
from tests.crash.homes import Stage, stage
from tests.crash.kills import Killer
from tests.crash.report import Report

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
    made = Report("tests", is_quiet=True)
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
        (("migrate",), 1),
        (("repair",), 1),
        (("reader",), 1),
    ],
)
def test_no_kill_loses_anything(few: Stage, report: Report, what: Sequence[str], kills: int) -> None:
    Killer(few, report, SEED, what).run(kills)
    assert report.violations == []
    assert sum(report.row(name).tries for name in what) == kills


def test_no_kill_cuts_a_bulk_mark_in_two(many: Stage, report: Report) -> None:
    Killer(many, report, SEED, ("bulk", "undo")).run(3)


def test_no_full_disk_loses_anything(few: Stage, report: Report) -> None:
    disks.run_limits(few, report, 4, SEED, ("mark", "undo", "import", "sync"))


def test_no_small_disk_loses_anything(few: Stage, report: Report) -> None:
    if not disks.run_small_disks(few, report, 3, SEED, ("mark", "undo")):
        pytest.skip("only root may mount a small disk")


def test_no_failing_write_loses_anything(few: Stage, report: Report) -> None:
    library = faults.build_library(few.folder)
    if library is None:
        pytest.skip("there is no C compiler here, or this is not Linux")
    faults.run_faults(few, report, library, SEED, ("mark",), faults.FAULTS[3:4], step=17)


def test_many_programs_on_one_home_lose_nothing(few: Stage, report: Report) -> None:
    together.run_together(few, report, 1.0, SEED, with_readers=True)


def test_many_scripts_on_one_home_lose_nothing(few: Stage, report: Report) -> None:
    together.run_together(few, report, 1.0, SEED, with_readers=False)


def test_programs_that_start_together_on_an_older_cache_migrate_it_once(few: Stage, report: Report) -> None:
    together.migrate_together(few, report, 3)
