"""What differs between systems, also as the systems have it on which the tests do not run."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import threading
from pathlib import Path
from termios import TIOCGWINSZ
from types import SimpleNamespace

import pytest

from reader import platform
from reader.platform import Lock
from tests.table import each

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


@each("keep_signals", [True, False])
def test_a_raw_terminal_sends_each_key_at_once_and_unchanged(keep_signals: bool) -> None:
    termios = pytest.importorskip("termios")
    ours, its = os.openpty()
    try:
        platform.TerminalModes(its).make_raw(its, keep_signals=keep_signals)
        signals = b"" if keep_signals else b"\x03"
        os.write(ours, b"\rq" + signals)
        assert os.read(its, 9) == b"\rq" + signals
        modes = termios.tcgetattr(its)
        assert modes[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == (termios.ISIG if keep_signals else 0)
        assert modes[6][termios.VMIN] == 1
    finally:
        os.close(ours)
        os.close(its)


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with file.open("w") as one, file.open("w") as other:
        assert platform.try_lock(one.fileno()) is Lock.MINE
        assert platform.try_lock(other.fileno()) is Lock.THEIRS
    with file.open("w") as again:
        assert platform.try_lock(again.fileno()) is Lock.MINE
    assert platform.lacks_locks(tmp_path) == ""
    assert platform.lacks_locks(tmp_path / "missing") == ""
    assert list(tmp_path.iterdir()) == [file]


@each("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
@each("kind", ["flock", "lockf"])
def test_a_file_system_without_locks_is_no_other_program(
    number: int, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch, (tmp_path / "lock").open("w") as file:
        patch.setattr(f"fcntl.{kind}", fail)
        assert platform.lacks_locks(tmp_path) == os.strerror(number)
        assert platform.try_lock(file.fileno()) is (Lock.UNSUPPORTED if kind == "flock" else Lock.MINE)


@each(
    ("said", "size"),
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
    monkeypatch: pytest.MonkeyPatch, said: tuple[int, ...], size: tuple[int, int]
) -> None:
    monkeypatch.setattr("fcntl.ioctl", lambda *asked: {(2, TIOCGWINSZ, bytes(8)): struct.pack("HHHH", *said)}[asked])
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
