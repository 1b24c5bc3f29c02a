"""Where files are, how they are written and locked, and what differs between systems and terminals."""

from __future__ import annotations

import errno
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from termios import TIOCGWINSZ
from types import SimpleNamespace

import platformdirs
import pytest

from reader import paths, platform
from reader.core.errors import ReaderError
from reader.paths import replace_private
from tests.table import each

ALL = (
    *(paths.cache_file, paths.config_file, paths.state_file, paths.look_file, paths.log_file),
    paths.response_cache_folder,
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
        *("papers.db", "config.toml", "state.json", "look.json", "dailypapers.log", "answers"),
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
    assert all(file().is_absolute() and "dailypapers" in file().parts for file in ALL)
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


def test_a_symbolic_link_in_place_of_a_new_file_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / f".list.md.{os.getpid()}.part").symlink_to(precious)
    replace_private(tmp_path / "list.md", "new")
    assert (precious.read_text(), (tmp_path / "list.md").read_text()) == ("mine", "new")


@each(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/b/c.bib"), "The disk of /a/b is full. Free some space "
         "there and try again."),
        (OSError(errno.EDQUOT, "Quota exceeded"), "Something could not be written: Quota exceeded. Free some space and "
         "try again."),
        (OSError(errno.EACCES, "Permission denied", "/a/b"), "/a/b: Permission denied."),
        (OSError("odd"), "The system: odd."),
    ],
)  # fmt: skip
def test_a_full_disk_is_reported_with_its_folder_and_the_remedy(error: OSError, expected: str) -> None:
    assert paths.explain(error) == expected


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
    assert free_handle() == free


# What differs between systems: jobs, disks, locks, terminals and themes

READER = Path(__file__).parents[1] / "reader"


def test_only_this_module_and_programs_for_one_system_ask_which_system_it_is() -> None:
    asks = ("sys.platform", "import fcntl", "import termios", "killpg", "geteuid", "os.nice")
    found = {
        path.relative_to(READER).as_posix()
        for path in READER.rglob("*.py")
        if any(ask in path.read_text(encoding="utf-8") for ask in asks)
    }
    # Windows is refused; links, notifications and viewers are by what each system has for them.
    programs = {"__main__.py", "actions/programs.py"}
    assert found == {"platform.py"} | programs


def test_on_the_disk_is_more_than_within_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def drive(_handle: int, request: int) -> None:
        asked.append(request)
        if asked[1:]:
            raise OSError(errno.ENOTSUP, "a network drive")

    monkeypatch.setattr("fcntl.F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr("fcntl.fcntl", drive)
    monkeypatch.setattr("os.fsync", lambda _: asked.append("fsync"))
    with (tmp_path / "file").open("w") as file:
        platform.to_disk(file.fileno())
        platform.to_disk(file.fileno())
    assert asked == [51, 51, "fsync"]


def test_the_whole_job_stops_and_this_process_last(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    for name in ("os.killpg", "signal.pthread_kill"):
        monkeypatch.setattr(name, lambda whom, number: found.append((whom, number, platform.ignores_stop())))
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        platform.stop_job()
        assert found == [(0, signal.SIGTSTP, True), (threading.get_ident(), signal.SIGTSTP, False)]
        assert platform.ignores_stop()
    finally:
        signal.signal(signal.SIGTSTP, before)


def test_a_group_is_killed_with_its_leader() -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as sleeping:
        platform.kill_group(sleeping.pid)
    assert sleeping.returncode == -signal.SIGKILL
    platform.kill_group(sleeping.pid)


def test_whose_a_file_is_and_whether_it_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = tmp_path.stat().st_uid
    assert [platform.is_mine(one) for one in (owner, owner + 1)] == [True, False]
    for flags in (os.ST_NOSUID, os.ST_RDONLY | os.ST_NOSUID):
        monkeypatch.setattr("os.statvfs", lambda _, flags=flags: SimpleNamespace(f_flag=flags))
        assert platform.is_read_only(tmp_path) is bool(flags & os.ST_RDONLY)


def test_modes_of_a_terminal_are_set_again_and_others_ignored(tmp_path: Path) -> None:
    termios = pytest.importorskip("termios")
    ours, its = os.openpty()
    before = termios.tcgetattr(its)
    modes = platform.TerminalModes(its)
    assert modes.values == before
    changed = termios.tcgetattr(its)
    changed[3] &= ~termios.ECHO
    termios.tcsetattr(its, termios.TCSANOW, changed)
    modes.set_again(its)
    assert termios.tcgetattr(its) == before
    with (tmp_path / "file").open("w") as file:
        platform.TerminalModes(file.fileno()).set_again(file.fileno())
    for one in (ours, its):
        os.close(one)
    platform.TerminalModes(its).set_again(its)


def test_a_raw_terminal_sends_each_key_at_once_and_unchanged() -> None:
    termios = pytest.importorskip("termios")
    ours, its = os.openpty()
    try:
        platform.TerminalModes(its).make_raw(its)
        os.write(ours, b"\rq\x03")
        assert os.read(its, 9) == b"\rq\x03"
        modes = termios.tcgetattr(its)
        assert not modes[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
        assert modes[6][termios.VMIN] == 1
    finally:
        os.close(ours)
        os.close(its)


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with file.open("w") as one, file.open("w") as other:
        assert platform.try_lock(one.fileno())
        assert not platform.try_lock(other.fileno())
    with file.open("w") as again:
        assert platform.try_lock(again.fileno())


@each(
    ("reported", "size"),
    [
        ((24, 80, 640, 384), (8, 16)),
        ((24, 80, 80, 24), (1, 1)),
        ((24, 80, 79, 384), (10, 20)),
        ((24, 80, 640, 23), (10, 20)),
        ((24, 0, 640, 384), (10, 20)),
        ((0, 80, 640, 384), (10, 20)),
    ],
)
def test_a_cell_has_a_usual_size_where_the_terminal_does_not_say(
    monkeypatch: pytest.MonkeyPatch, reported: tuple[int, ...], size: tuple[int, int]
) -> None:
    monkeypatch.setattr(
        "fcntl.ioctl", lambda *asked: {(2, TIOCGWINSZ, bytes(8)): struct.pack("HHHH", *reported)}[asked]
    )
    assert platform.cell_size() == size


@each(
    ("environ", "shown"),
    [
        ({"FORCE_HYPERLINK": "0", "TERM": "foot"}, False),
        ({"FORCE_HYPERLINK": "1", "TERM": "linux"}, True),
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "linux"}, False),
        ({}, False),
    ],
)
def test_links_are_drawn_except_on_consoles(environ: dict[str, str], shown: bool) -> None:
    assert platform.shows_links(environ) is shown


@each(
    ("environ", "lacking"),
    [({"TERM": "linux"}, True), ({"TERM": "linux", "TEXTUAL_DRIVER": "x"}, False), ({"TERM": "xterm"}, False)],
)
def test_a_console_lacks_signs(environ: dict[str, str], lacking: bool) -> None:
    assert platform.lacks_signs(environ) is lacking


@each(
    ("environ", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "foot-extra"}, "sixel"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "sixel"),
        ({"TERM": "xterm-256color", "GHOSTTY_RESOURCES_DIR": "/x"}, "kitty"),
        ({"TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"STY": "1.x", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "screen", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "xterm-256color"}, "blocks"),
        ({}, "blocks"),
    ],
)
def test_the_way_to_pictures_is_known_by_the_environment(environ: dict[str, str], protocol: str) -> None:
    assert platform.picture_terminal("auto", environ) == (protocol, platform.cell_size(), "")
    assert platform.picture_terminal("sixel", environ) == ("sixel", platform.cell_size(), "")
    assert platform.picture_terminal("kitty", environ, served=True) == ("blocks", platform.cell_size(), "")


@each(
    ("setting", "environ", "says"),
    [
        ("auto", {"SSH_TTY": "/dev/pts/0"}, "pictures are off over ssh"),
        ("auto", {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, "pictures are off over ssh"),
        ("off", {}, "pictures are off: see images in the settings"),
        ("kitty", {"NO_COLOR": "1"}, "pictures need colours, which NO_COLOR takes away"),
    ],
)
def test_where_no_pictures_are_drawn_it_says_why(setting: str, environ: dict[str, str], says: str) -> None:
    assert platform.picture_terminal(setting, environ, colorless="NO_COLOR" in environ).why_not.startswith(says)
    assert platform.picture_terminal("blocks", environ).why_not == ""
