"""Where files live: one folder on demand, and nothing made before it is needed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from reader import paths, platform
from reader.core.errors import NoLocks, ReaderError
from reader.paths import replace_private
from tests.table import each

ALL = (
    *(paths.cache_file, paths.config_file, paths.state_file, paths.look_file, paths.log_file),
    *(paths.pictures_folder, paths.response_cache_folder),
)

BESIDE = (
    *(paths.refresh_stamp, paths.log_database, paths.old_journal, paths.sent_digests_file, paths.sync_lock),
    *(paths.suspect_stamp, paths.backup_folder),
    paths.draft_folder,
)


def test_one_variable_moves_everything_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("DAILYPAPERS_HOME", str(home))
    assert [file().relative_to(home).as_posix() for file in ALL] == [
        *("papers.db", "config.toml", "state.json", "look.json", "dailypapers.log", "pictures"),
        "answers",
    ]
    beside = [one(paths.cache_file()).relative_to(home).as_posix() for one in BESIDE]
    assert " ".join(beside) == (
        "papers.refreshed log.db papers.journal.jsonl papers.digests.jsonl papers.sync suspect backups drafts"
    )
    assert paths.last_refresh(paths.cache_file()) is None
    monkeypatch.setenv("DAILYPAPERS_HOME", "here")
    assert paths.cache_file() == Path.cwd() / "here" / "papers.db"
    monkeypatch.delenv("DAILYPAPERS_HOME", raising=False)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert all(file().is_absolute() and "dailypapers" in file().parts for file in ALL if file != paths.pictures_folder)
    assert paths.pictures_folder().is_absolute()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_cache(tmp_path: Path) -> None:
    file = tmp_path / "papers.db"
    assert not paths.is_there(file)
    file.touch()
    assert not paths.is_there(file)
    file.write_bytes(b"x")
    assert paths.is_there(file)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs decides")
@each("user", ["/home/ann", "/home/ann/", "/"])
@each("named", [None, "", "/elsewhere", "/elsewhere/"])
def test_on_linux_the_folders_are_those_of_platformdirs(
    user: str, named: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAILYPAPERS_HOME", raising=False)
    monkeypatch.setenv("HOME", user)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
        if named is not None:
            monkeypatch.setenv(name, named)
    for file, kind in (
        (paths.cache_file(), "user_data_path"),
        (paths.config_file(), "user_config_path"),
        (paths.state_file(), "user_state_path"),
        (paths.response_cache_folder(), "user_cache_path"),
    ):
        assert file.parent == getattr(platformdirs, kind)("dailypapers", appauthor=False)


def test_folders_are_made_for_the_user_alone_and_others_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "a" / "b" / "papers.db"
    assert paths.make_folder(file) == file
    assert permissions(file.parent, file.parent.parent, tmp_path) == ["0o700", "0o700", "0o755"]
    assert not file.exists()


def permissions(*files: Path) -> list[str]:
    return [oct(file.stat().st_mode & 0o7777) for file in files]


def test_a_new_file_is_for_the_user_alone(tmp_path: Path) -> None:
    file, stamp = tmp_path / "new", tmp_path / "stamp"
    mask = os.umask(0)
    try:
        with paths.open_private(file) as out:
            out.write("ü")
        paths.touch_private(stamp)
    finally:
        os.umask(mask)
    assert permissions(file, stamp) == ["0o600"] * 2
    assert file.read_text("utf-8") == "ü"
    with pytest.raises(FileExistsError):
        paths.open_private(file, new=True)


def test_importing_reads_no_environment_and_imports_nothing_heavy() -> None:
    script = "import json, sys; from reader import paths; {}; print(json.dumps(sorted(sys.modules)))"
    # On Linux it is not needed for a usual home either.
    used = "paths.cache_file()" if platform.LINUX else ""
    home = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {"HOME": "/of/ann"}
    words = [sys.executable, "-c", script.format(used)]
    found = subprocess.run(words, env=home, capture_output=True, text=True, check=True)
    assert "platformdirs" not in json.loads(found.stdout)


def test_the_start_of_a_file_is_read_and_nothing_else(tmp_path: Path) -> None:
    file, free = tmp_path / "file", free_handle()
    file.write_bytes(b"0123456789")
    assert paths.read_start(file, 4) == b"0123"
    os.mkfifo(tmp_path / "pipe")
    for other, error in (
        *((tmp_path, "Is a directory"), (tmp_path / "none", "No such file")),
        *((tmp_path / "pipe", "it is a pipe or a device"), (Path("/dev/zero"), "it is a pipe or a device")),
    ):
        with pytest.raises(OSError, match=error):
            paths.read_start(other, 4)
    assert free_handle() == free


def test_a_link_in_the_way_of_a_new_file_is_not_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / f".list.md.{os.getpid()}.part").symlink_to(precious)
    replace_private(tmp_path / "list.md", "new")
    assert (precious.read_text(), (tmp_path / "list.md").read_text()) == ("mine", "new")


@each(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/b/c.bib"), "The disk of /a/b is full. Free some space "
         "there and try again."),
        (OSError(errno.EDQUOT, "Quota exceeded"), "Something could not be written: Quota exceeded. Free some space and "
         "try again."),
        (OSError(errno.EACCES, "Permission denied", "/a/b"), "/a/b: Permission denied."),
        (OSError("odd"), "The system: odd."),
    ],
)  # fmt: skip
def test_a_full_disk_is_said_with_its_folder_and_what_helps(error: OSError, said: str) -> None:
    assert paths.explain(error) == said


def free_handle() -> int:
    """The number that the next opened file gets."""
    handle = os.open(os.devnull, os.O_RDONLY)
    os.close(handle)
    return handle


def test_a_file_is_replaced_once_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sizes, free = tmp_path / "file", [], free_handle()
    monkeypatch.setattr(platform, "to_disk", lambda handle: sizes.append(os.fstat(handle).st_size))
    replace_private(file, "new")
    replace_private(file, "newer", durable=False)
    paths.sync(file)
    assert (sizes, free_handle()) == ([3, 5], free)
    monkeypatch.setattr(Path, "replace", lambda *_: os.fstat(-1))
    with pytest.raises(OSError, match="Bad file"):
        replace_private(file, "newest")
    assert [*tmp_path.iterdir()] == [file]


def test_a_lock_is_waited_for_as_long_as_its_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, busy, free = tmp_path / "lock", ReaderError("busy"), free_handle()
    held = paths.take_lock(file, busy)
    assert permissions(file) == ["0o600"]
    with pytest.raises(ReaderError, match="busy"):
        paths.take_lock(file, busy)
    monkeypatch.setattr("time.sleep", lambda _: os.close(held))
    os.close(paths.take_lock(file, busy, patience=60.0))
    monkeypatch.setattr(platform, "try_lock", lambda _: platform.Lock.UNSUPPORTED)
    with pytest.raises(NoLocks):
        paths.take_lock(file, busy)
    assert free_handle() == free
