"""The same marks on every machine, whatever carries the files, and whatever happens to them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.core.errors import CacheError
from reader.extensions.sync.exchange import load
from tests.extensions.sync.machines import Machine, make_cache


def test_marks_notes_tags_queue_and_feeds_are_the_same_on_both(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1, 2)
    laptop.mark("note", "from the laptop", 3)
    desk.mark("tag:later", True, 2)
    desk.mark("queue", True, 4, 5)
    with closing(Feeds.open(desk.cache)) as feeds:
        feeds.follow("rss", "https://blog.example/feed", "A blog", "a-blog", "2026-11-24")
    assert laptop.look().went == 2
    brought = desk.look()
    assert (brought.came, brought.went) == ({"laptop": 2}, 3)
    assert laptop.look().came == {"desk": 3}
    assert laptop.states() == desk.states()
    assert laptop.log() == desk.log()
    # Nothing is new any more, and nothing is written.
    sizes = [file.stat().st_size for file in sorted(laptop.folder.iterdir())]
    for machine in (laptop, desk, laptop):
        assert (machine.look().came, machine.look().went) == ({}, 0)
    assert [file.stat().st_size for file in sorted(laptop.folder.iterdir())] == sizes
    # What comes later is read and written behind what was.
    laptop.mark("star", True, 5)
    assert (laptop.look().went, desk.look().came) == (1, {"laptop": 1})
    with desk.events() as events:
        files = events.read(lambda one: load(one, str(desk.folder))).files.values()
    assert {one.name: (one.place == one.size, one.lines, one.events, one.papers, one.came) for one in files} == {
        "laptop": (True, 4, 3, 4, 1),
        "desk": (True, 0, 3, 0, 0),
    }


def test_one_feed_under_two_names_is_one_feed(laptop: Machine, desk: Machine) -> None:
    for machine, slug in ((laptop, "z-blog"), (desk, "a-blog")):
        with closing(Feeds.open(machine.cache)) as feeds:
            feeds.follow("rss", "https://blog.example/feed", "A blog", slug, "2026-11-24")
    for machine in (laptop, desk, laptop):
        machine.look()
    assert laptop.states() == desk.states()
    with closing(Feeds.open(laptop.cache)) as feeds:
        assert [feed.slug for feed in feeds.followed()] == ["a-blog"]
        feeds.unfollow("a-blog")
        assert feeds.followed() == []
    for machine in (laptop, desk):
        machine.look()
    assert desk.states()[4] == []


def test_a_wrong_clock_loses_no_mark(laptop: Machine, desk: Machine) -> None:
    laptop.days_off = 40
    laptop.mark("star", True, 1)
    laptop.mark("note", "of tomorrow", 2)
    laptop.look()
    desk.look()
    # Whoever has seen it can change it, though its own clock is six weeks behind.
    desk.mark("star", False, 1)
    desk.mark("note", "of today", 2)
    desk.look()
    laptop.look()
    assert laptop.states() == desk.states()
    assert (laptop.states()[0][0][2], laptop.states()[2]) == (0, [("2611.00002", "of today")])


def test_of_two_notes_the_same_one_wins_and_the_other_stays_in_the_log(laptop: Machine, desk: Machine) -> None:
    laptop.mark("note", "mine", 1)
    desk.mark("note", "of three days ago", 1)
    desk.look()
    laptop.look()
    desk.look()
    assert laptop.states()[2] == desk.states()[2] == [("2611.00001", "mine")]
    for machine in (laptop, desk):
        assert {row[5] for row in machine.log() if row[4] == "note"} == {"mine", "of three days ago"}


def test_a_broken_file_is_named_and_read_again_once_it_is_whole(laptop: Machine, desk: Machine) -> None:
    for paper in (1, 2, 3):
        laptop.mark("star", True, paper)
    laptop.look()
    file = laptop.own_file
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    looked = desk.look()
    assert looked.came == {"laptop": 2}
    assert looked.troubles == [f"laptop's {file.name}: line 4: it is cut off"]
    assert desk.look().troubles == looked.troubles
    file.write_bytes(whole)
    looked = desk.look()
    assert (looked.came, looked.troubles) == ({"laptop": 1}, [])
    # What is damaged in the middle does not hide what follows.
    laptop.mark("star", True, 4)
    laptop.look()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:2], lines[2][:40] + b"#" + lines[2][41:], *lines[3:], b'{"v":9,"sum":"0"}\n']))
    looked = desk.look()
    assert looked.came == {"laptop": 1}
    assert looked.troubles == [f"laptop's {file.name}: line 3: it is damaged"]
    # Its machine sees it too, and writes it anew.
    laptop.mark("star", True, 5)
    laptop.look()
    assert (desk.look().came, desk.look().troubles) == ({"laptop": 1}, [])
    assert laptop.states() == desk.states()


def test_a_file_of_another_program_is_no_file_of_ours(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    strange = laptop.own_file.with_name("dailypapers-other.jsonl")
    for garbage in (b"hello\nworld\n", b"\0" * 5000, b"\xff\xfe{", b'{"a": 1}'):
        strange.write_bytes(garbage)
        assert desk.look().troubles == [f"{strange.name}: it is not a file of dailypapers"]
    assert desk.states() == laptop.states()
    # One that is still on its way is empty, or cut off.
    strange.write_bytes(b"")
    assert desk.look().troubles == [f"{strange.name}: it is empty"]
    strange.write_bytes(laptop.own_file.read_bytes()[:3])
    assert desk.look().troubles == [f"{strange.name}: line 1: it is cut off"]


@pytest.mark.parametrize("harm", ["gone", "older", "other"])
def test_a_file_that_was_lost_or_set_back_is_written_anew(
    laptop: Machine, desk: Machine, origin: Path, harm: str
) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    older = laptop.own_file.read_bytes()
    laptop.mark("read", True, 2)
    laptop.look()
    match harm:
        case "gone":
            laptop.own_file.unlink()
        case "older":
            laptop.own_file.write_bytes(older)
        case "other":
            laptop.own_file.write_bytes(b"\0" * 3_000)
    # What is wrong with the own file is mended, and no trouble.
    assert laptop.look().troubles == []
    assert desk.look().came == {"laptop": 2}
    assert laptop.states() == desk.states()
    assert len(list(laptop.folder.iterdir())) == 2
    # Others keep what a machine has done whose file is gone for good.
    laptop.own_file.unlink()
    desk.look()
    third = Machine.copied(origin, laptop.folder, "third")
    third.look()
    assert third.states() == laptop.states()


def test_copies_of_one_home_do_not_write_to_one_file(laptop: Machine, origin: Path, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    copy = Machine(laptop.cache.parent.parent / "copy" / "papers.db", laptop.folder, "copy")
    shutil.copytree(laptop.cache.parent, copy.cache.parent)
    copy.mark("star", True, 2)
    laptop.mark("star", True, 3)
    copy.look()
    looked = laptop.look()
    assert (looked.is_new_machine, sum(looked.came.values())) == (True, 1)
    assert "2611.00002" not in laptop.own_file.read_text(), "it is in the copy's file"
    for machine in (copy, desk, laptop):
        machine.look()
    assert not any(one.look().is_new_machine for one in (laptop, copy, desk))
    assert laptop.states() == copy.states() == desk.states()
    assert [row[2] for row in desk.states()[0]] == [1, 1, 1, 0, 0]


def test_a_cache_that_was_lost_gets_all_back(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    desk.mark("note", "kept", 2)
    for machine in (laptop, desk, laptop):
        machine.look()
    before = laptop.states()
    for file in laptop.cache.parent.iterdir():
        file.unlink()
    make_cache(laptop.cache)
    laptop.look()
    assert laptop.states() == before


def test_a_folder_that_can_not_be_used_is_said(laptop: Machine, tmp_path: Path) -> None:
    laptop.folder = tmp_path / "no" / "such"
    with pytest.raises(CacheError, match=r"is missing; nothing is lost\. Connect or mount it"):
        laptop.look()
    laptop.folder = tmp_path / "file"
    laptop.folder.write_text("")
    with pytest.raises(CacheError, match="is not a folder"):
        laptop.look()
    laptop.folder = tmp_path / "stick"
    laptop.folder.mkdir()
    laptop.look()
    shutil.rmtree(laptop.folder)
    with pytest.raises(CacheError, match=r"is missing; nothing is lost\. Connect or mount it"):
        laptop.look()
    laptop.folder.mkdir()
    assert laptop.look().troubles == []


def test_a_full_disk_leaves_the_file_as_it_was(laptop: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    before = laptop.own_file.read_bytes()
    laptop.mark("star", True, 2)

    def write(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("reader.cache.marks.journal.os.write", write)
        with pytest.raises(CacheError, match="disk is full"):
            laptop.look()
    assert laptop.own_file.read_bytes() == before
    assert laptop.look().went == 1
    assert list(laptop.folder.iterdir()) == [laptop.own_file]


def test_a_file_has_marks_and_nothing_of_papers_and_homes(laptop: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    with closing(sqlite3.connect(laptop.cache)) as connection:
        texts = connection.execute("SELECT title, '' FROM paper").fetchall()
        texts += connection.execute("SELECT abstract, authors FROM paper_text").fetchall()
    laptop.mark("star", True, 1)
    laptop.mark("tag:later", True, 1, 2)
    laptop.mark("note", "mine", 3)
    laptop.look()
    (file,) = laptop.folder.iterdir()
    written = file.read_text()
    assert "2611.00001" in written and "mine" in written
    private = {one for row in texts for one in row if len(one) > 3}
    assert private and not [one for one in (*private, "hf_of_the_user", str(laptop.cache.parent)) if one in written]
