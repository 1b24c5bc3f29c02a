"""Folders as they are: copies, links, pipes, files without rights, read-only media. Nothing hangs, nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from reader.cache.marks.journal import Journal
from reader.core.errors import CacheError
from reader.extensions.sync import folder as module
from reader.extensions.sync.exchange import latest_place
from tests.extensions.sync.machines import Machine


@pytest.fixture
def laptop(laptop: Machine) -> Machine:
    """A machine that has starred a paper and written its file."""
    laptop.mark("star", True, 1)
    laptop.look()
    return laptop


def test_a_copy_brings_its_marks_and_is_not_taken_for_the_file(
    laptop: Machine, desk: Machine, origin: Path, tmp_path: Path
) -> None:
    own = laptop.own_file
    copy = Path(shutil.copy(own, own.with_name(f"{own.stem}.sync-conflict-20261124-101010-ABCDEFG.jsonl")))
    laptop.mark("star", True, 2)
    laptop.look()
    assert desk.look().came == {"laptop": 2}
    # The file is lost, the copy is not: it does not have all that the machine did.
    own.unlink()
    desk.look()
    third = Machine.copied(origin, tmp_path / "shared", "third")
    third.look()
    assert third.states() == desk.states()
    copy.unlink()
    for machine in (desk, laptop, third):
        machine.look()
    assert third.states() == laptop.states() == desk.states()


def test_what_is_no_file_is_named_and_skipped(laptop: Machine, desk: Machine) -> None:
    folder = laptop.folder
    (folder / "dailypapers-a.jsonl").mkdir()
    os.mkfifo(folder / "dailypapers-b.jsonl")
    (folder / "dailypapers-c.jsonl").symlink_to(folder / "nothing")
    (folder / "dailypapers-d.jsonl").symlink_to(folder / "dailypapers-d.jsonl")
    elsewhere = folder.parent / "elsewhere.jsonl"
    laptop.own_file.rename(elsewhere)
    (folder / "dailypapers-e.jsonl").symlink_to(elsewhere)
    for come in ({"laptop": 1}, {}):
        looked = desk.look()
        assert looked.came == come
        assert looked.troubles == []
        assert [one.removeprefix("dailypapers-") for one in looked.skipped] == [
            "a.jsonl: it is a folder",
            "b.jsonl: it is a pipe or a device",
            "c.jsonl: it is a link to nothing",
            f"d.jsonl: it can't be read: {os.strerror(errno.ELOOP)}",
        ]


def test_files_beyond_the_bounds_are_named(laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "MOST_BYTES", 100)
        assert desk.look().troubles == [f"laptop's {laptop.own_file.name}: only its first 100 bytes are read"]
    laptop.mark("star", True, 2)
    laptop.look()
    assert desk.look().came == {"laptop": 2}
    monkeypatch.setattr(module, "MOST_FILES", 1)
    assert desk.look().skipped == ["1 files more than the 1 that are read"]


def test_what_stands_before_a_place_in_a_file_is_told_by_its_last_bytes(tmp_path: Path) -> None:
    file, data = tmp_path / "file", bytes(range(250)) * 40
    file.write_bytes(data)
    assert [module.tail_of(file, place) for place in (10, 9_000)] == [
        crc32(data[:10]),
        crc32(data[9_000 - 4_096 : 9_000]),
    ]


def test_a_file_without_rights_is_read_once_it_can_be(
    laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    name = laptop.own_file.name
    with monkeypatch.context() as patch:
        patch.setattr(module, "_Reading", refuse)
        assert desk.look().troubles == [f"{name}: it can't be read: Permission denied"]
    assert desk.look().came == {"laptop": 1}
    with monkeypatch.context() as patch:
        patch.setattr(module, "_Reading", refuse)
        patch.setattr(module, "tail_of", refuse)
        with pytest.raises(
            CacheError, match=rf"This machine's file .*{name} can't be read: Permission denied\. Make it"
        ):
            laptop.look()
    assert laptop.look().troubles == []


def test_a_folder_in_the_place_of_the_own_file_is_said(laptop: Machine, desk: Machine) -> None:
    desk.mark("star", True, 2)
    own = desk.own_file
    own.mkdir()
    with pytest.raises(CacheError, match=r"is a folder, but this machine's file belongs there\. Rename it"):
        desk.look()
    assert [row[2] for row in desk.states()[0]] == [1, 1, 0, 0, 0]
    own.rmdir()
    assert desk.look().went == 1
    laptop.look()
    assert laptop.states() == desk.states()
    assert sorted(file.name for file in laptop.folder.iterdir()) == sorted((own.name, laptop.own_file.name))


def test_a_pipe_in_the_place_of_the_own_file_is_replaced(laptop: Machine, desk: Machine) -> None:
    laptop.own_file.unlink()
    os.mkfifo(laptop.own_file)
    laptop.look()
    assert desk.look().came == {"laptop": 1}


def test_a_folder_that_can_only_be_read_brings_what_others_did(
    laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.look()
    laptop.mark("star", True, 3)
    laptop.look()
    desk.mark("star", True, 2)

    plain = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(path).parent == desk.folder and flags & os.O_RDWR:
            raise OSError(errno.EROFS, "Read-only file system")
        return plain(path, flags, mode)

    before = desk.own_file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        for _ in range(2):
            with pytest.raises(
                CacheError, match=r"can't be written: Read-only file system\. Other machines' marks were"
            ):
                desk.look()
    assert [row[2] for row in desk.states()[0]] == [1, 1, 1, 0, 0]
    assert desk.own_file.read_bytes() == before
    assert (desk.look().went, laptop.look().came) == (1, {"desk": 1})
    # With nothing to write, all is well.
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert desk.look().troubles == []


def test_a_file_that_went_while_the_folder_could_not_be_written_is_replaced_later(
    laptop: Machine, desk: Machine, origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.look()
    laptop.own_file.unlink()

    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", refuse)
        with pytest.raises(CacheError, match="can't be written"):
            desk.look()
    assert desk.look().went == 1
    third = Machine.copied(origin, tmp_path / "shared", "third")
    assert third.look().came == {"desk": 1}


def test_names_in_another_case_are_the_same_files(
    laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = laptop.own_file
    own.rename(own.with_name(own.name.upper()))
    assert desk.look().came == {"laptop": 1}
    # On a disk that takes both names for one, the own file may be listed in another case.
    own.with_name(own.name.upper()).rename(own)
    desk.look()
    laptop.look()
    upper = own.with_name(own.name.upper())
    os.link(own, upper)
    found = module.files_in(laptop.folder)[0]
    monkeypatch.setattr(module, "files_in", lambda _: ([one for one in found if one.name != own.name], []))
    size = own.stat().st_ino
    laptop.mark("star", True, 4)
    assert laptop.look().went == 1
    # It was added to, not written anew.
    assert own.stat().st_ino == size


def test_the_folder_of_the_cache_is_refused(laptop: Machine) -> None:
    laptop.folder = laptop.cache.parent
    with pytest.raises(CacheError, match="holds this machine's own cache, which must not be shared"):
        laptop.look()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_folder_whose_name_is_no_utf_8_is_remembered(origin: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"shared-\xff")
    folder.mkdir()
    laptop, desk = (Machine.copied(origin, folder, name) for name in ("laptop", "desk"))
    (folder / os.fsdecode(b"dailypapers-\xfe.jsonl")).write_text("")
    laptop.mark("star", True, 1)
    laptop.look()
    assert (desk.look().came, desk.look().came) == ({"laptop": 1}, {})
    with closing(sqlite3.connect(desk.cache)) as connection:
        assert latest_place(connection) == str(folder)
