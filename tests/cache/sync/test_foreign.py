"""Events that no machine of the user's has written: they are refused, or change nothing else."""

from __future__ import annotations

from pathlib import Path
from zlib import compress

import pytest

from reader.cache.marks.event_log import FURTHEST, LATEST, NOBODY
from reader.cache.marks.journal import Entry, Journal
from reader.core.marks import LATEST_CLOCK
from tests.cache.sync.machines import Machine, make_cache

OTHER = "bababababaab"
"""The id of a machine that nobody has."""

FEED = '"kind": "rss", "url": "https://a.example/feed", "title": "A", "added": "2026"'


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cache(tmp_path_factory.mktemp("origin") / "papers.db")


@pytest.fixture
def laptop(origin: Path, tmp_path: Path) -> Machine:
    return Machine.copied(origin, tmp_path / "shared", "laptop")


@pytest.fixture
def desk(origin: Path, laptop: Machine) -> Machine:
    return Machine.copied(origin, laptop.folder, "desk", days_off=-3)


def forge(folder: Path, entry: Entry) -> None:
    """Put an event into the file of another machine."""
    folder.mkdir(exist_ok=True)
    Journal(folder / f"dailypapers-{OTHER}.jsonl").append([entry], OTHER)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(" follow:blog", "no JSON", id="a kind that is known once it is clean"),
        pytest.param(" queue", "first", id="likewise a place in the queue"),
        pytest.param("follow:blog", f'{{{FEED}, "home": []}}', id="a home that is no text"),
        pytest.param("follow:blog", f'{{{FEED}, "more": "\ud800"}}', id="a text that no cache can store"),
    ],
)
def test_no_foreign_event_breaks_the_cache_that_takes_it(desk: Machine, kind: str, value: str) -> None:
    forge(desk.folder, Entry("0" * 24, OTHER, 1, 1, kind, value, 0, NOBODY))
    (trouble,) = desk.look().troubles
    assert trouble.endswith("it is not an event")
    desk.mark("star", True, 1)
    assert desk.look().went == 1


def test_a_foreign_feed_is_listed_under_the_name_that_its_event_has(desk: Machine) -> None:
    value = f'{{{FEED}, "slug": ["own"], "more": {{}}}}'
    forge(desk.folder, Entry("0" * 24, OTHER, 1, 1, "follow:blog", value, 0, NOBODY))
    assert desk.look().troubles == []
    assert [row[0] for row in desk.states()[4]] == ["blog"]


def test_the_last_number_under_this_machine_s_id_leaves_room_for_its_own(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    with laptop.events() as events:
        machine = events.machine()
    forge(laptop.folder, Entry("0" * 24, machine, LATEST_CLOCK, 1, "star", "1", 1, compress(b"2611.00002")))
    laptop.look()
    laptop.mark("star", True, 3)
    laptop.look()
    assert desk.look().troubles == []
    assert desk.states() == laptop.states()


@pytest.mark.parametrize("clock", [FURTHEST, LATEST])
@pytest.mark.parametrize("is_own", [True, False])
def test_the_last_clock_of_all_leaves_room_for_what_comes_after(
    laptop: Machine, desk: Machine, clock: int, is_own: bool
) -> None:
    laptop.mark("star", True, 1)
    with laptop.events() as events:
        machine = events.machine() if is_own else OTHER
    forge(laptop.folder, Entry("0" * 24, machine, 9, clock, "star", "1", 1, compress(b"2611.00002")))
    laptop.look()
    for pk in (3, 4, 5):
        laptop.mark("star", True, pk)
    laptop.look()
    assert desk.look().troubles == []
    desk.mark("star", False, 1)
    desk.look()
    assert laptop.look().troubles == []
    assert laptop.states() == desk.states()
    assert [row[2] for row in laptop.states()[0]] == [0, 1, 1, 1, 1]


def test_a_file_whose_machine_has_a_name_for_the_terminal_is_read_without_it(desk: Machine) -> None:
    star = Entry("0" * 24, OTHER, 1, 1, "star", "1", 1, compress(b"2611.00002"))
    Journal(desk.folder / "dailypapers-odd.jsonl").append([star], "\x1b]0;odd\x07\n")
    looked = desk.look()
    assert looked.troubles == ["dailypapers-odd.jsonl: line 1: it names no machine"]
    assert looked.came == {"dailypapers-odd.jsonl": 1}
