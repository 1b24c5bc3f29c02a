"""The real reader in a real terminal: how it starts, takes keys, stops, is resized, is killed and ends."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.feed_server import FeedServer, item
from tests.program import FRAME_BEGIN, FRAME_END, SAMPLE, SEQUENCE, Terminal, command, environment, run

pytestmark = pytest.mark.long

READY = "s star"
"""In the footer once all panes are on the screen."""

TOOK_OVER = b"\x1b[>25u"
"""Textual's driver writes this when it takes the terminal over from the first frame."""

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample, in which the reader was open once."""
    home = tmp_path_factory.mktemp("home") / "home"
    assert run(["import", str(SAMPLE)], environment(home)).code == 0
    with open_reader(home) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for(lambda _: (home / "look.json").exists())
        terminal.leave("ctrl+q")
    return home


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    copy = Path(shutil.copytree(sample, tmp_path / "home"))
    # The kept first frame is valid for the settings files that it names.
    look = copy / "look.json"
    look.write_text(look.read_text().replace(str(sample), str(copy)))
    return copy


def open_reader(home: Path, size: tuple[int, int] = (100, 30), code: str = "", **more: str) -> Terminal:
    """Start the reader, after some Python code if `code` is given, with the terminal as its controlling terminal."""
    start = "import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{}\nfrom reader.__main__ import main\n"
    program = [sys.executable, "-P", "-c", start.format(code) + "raise SystemExit(main())"]
    return Terminal(program, environment(home, **{"COLORTERM": "truecolor", **more}), size, home)


def starred(home: Path) -> list[str]:
    """The ids of the starred papers, as a command prints them."""
    done = run(["list", "is:starred", "--json=id"], environment(home))
    return [paper["id"] for paper in json.loads(done.out)]


# Keys and what is drawn


def test_keys_act_in_order_from_the_first_frame_on(home: Path) -> None:
    slow = "import time, reader.opening; reader.opening._prepare_cache = lambda *_: time.sleep(0.5) or []"
    with open_reader(home, code=slow) as terminal:
        terminal.wait_for(lambda one: FRAME_END in one.raw)
        titles = [line for line in terminal.lines if "●" in line]
        terminal.press("jjsj", "g", "a", "g", "t", "/", "memory", "enter")
        assert TOOK_OVER not in terminal.raw
        terminal.wait_for(lambda one: "» memory" in one.lines[0])
        terminal.leave("ctrl+q")
    done = run(["list", "is:starred", "--json=id,title"], environment(home))
    assert [paper["title"][:30] in titles[2] for paper in json.loads(done.out)] == [True]


@pytest.mark.parametrize("size", [(60, 20), (140, 30)], ids=["60x20", "140x30"])
def test_no_text_of_the_first_frame_changes_when_textual_takes_over(home: Path, size: tuple[int, int]) -> None:
    for _ in range(2):
        # The first visit keeps the look of this size for the second.
        with open_reader(home, size) as terminal:
            terminal.wait_for(lambda one: FRAME_END in one.raw)
            # The heading is left out: the numbers of unread papers come later.
            first = terminal.lines[2:]
            is_first_frame = TOOK_OVER not in terminal.raw
            terminal.wait_for(READY)
            terminal.read_until_quiet(0.5)
            then = terminal.lines[2:]
            terminal.leave("ctrl+q")
    assert is_first_frame
    changed = [(a, b) for a, b in zip("".join(first), "".join(then), strict=True) if a not in " │" and a != b]
    assert changed == []


def test_the_first_frame_imports_neither_textual_nor_sqlmodel(home: Path) -> None:
    code = (
        "import sys\nfrom reader.ui.first_frame import show_first_frame\nshow_first_frame().take_down()\n"
        "open('modules', 'w').write(' '.join(sys.modules))\nraise SystemExit"
    )
    with open_reader(home, code=code) as terminal:
        terminal.wait_closed()
    modules = set((home / "modules").read_text().split())
    assert "sqlite3" in modules
    assert modules.isdisjoint({"textual", "sqlmodel", "httpx", "pydantic", "asyncio", "reader.cli", "reader.config"})


HOSTILE = (
    "Red \x1b[31mherring\x1b[0m",
    "Title \x1b]0;OWNED\x07 setter",
    "Clipboard \x1b]52;c;T1dORUQ=\x1b\\ thief",
    "Eight \x9b31mbit \x9d0;OWNED\x9c \x90OWNED\x9c",
    "Bell \x07 and \x08\x08 back, \r\nlines \x0b\x0c and \x7f",
    "Turned \u202e around \u2066 \u200f by marks",
    "[b]Bold[/b] [/] [@click=app.quit]up[/]",
)


def test_hostile_text_does_not_reach_the_terminal_as_commands(tmp_path: Path) -> None:
    papers = [
        item(f"2605.0000{number}", title, TODAY, upvotes=50 - number, summary=title, authors=[{"name": title}])
        for number, title in enumerate(HOSTILE)
    ]
    with (
        FeedServer({TODAY: papers}, today=TODAY) as feed,
        Terminal(command(), environment(tmp_path / "home", feed.url, COLORTERM="truecolor"), (120, 40)) as terminal,
    ):
        terminal.wait_for("up[/]")
        for number in range(1, len(HOSTILE)):
            terminal.press("j")
            terminal.wait_for(f"▲ {50 - number}")
        terminal.wait_for(lambda one: one.raw.rfind(FRAME_END) > one.raw.rfind(FRAME_BEGIN))
        raw = bytes(terminal.raw[: terminal.raw.rfind(FRAME_END)])
    strings = [found[0] for found in SEQUENCE.finditer(raw) if found["string"]]
    others = [one for one in strings if not one.startswith(b"\x1b]22;")]
    assert [one for one in others if not re.fullmatch(rb"\x1b\]8;(id=\d+)?;(https?://[!-~]*)?\x1b\\", one)] == []
    assert b"\x1b[31m" not in raw
    text = SEQUENCE.sub(b"", raw).decode()
    assert re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text) == []


def test_no_color_sends_weight_underline_and_reverse_alone(home: Path) -> None:
    with open_reader(home, NO_COLOR="1") as terminal:
        terminal.wait_for(READY)
        terminal.press("s", "enter")
        terminal.wait_for("q back")
        terminal.leave("ctrl+q")
    found = re.findall(rb"\x1b\[([\d;:]*)m", bytes(terminal.raw))
    codes = {int(code or 0) for one in found for code in re.split(rb"[;:]", one)}
    assert 7 in codes
    assert codes <= {0, 1, 2, 3, 4, 7, 9, 22, 23, 24, 27, 29}


def test_the_last_of_many_sizes_is_drawn_and_not_each_of_them(home: Path) -> None:
    with open_reader(home, (120, 40)) as terminal:
        terminal.wait_for(lambda one: READY in one.text and TOOK_OVER in one.raw)
        frames, chance = terminal.raw.count(FRAME_BEGIN), random.Random(7)
        for _ in range(150):
            terminal.resize(chance.randint(1, 220), chance.randint(1, 70))
            terminal.read(0.002)
        terminal.resize(100, 30)
        terminal.wait_for(lambda one: READY in one.lines[29] and "LiveEdit" in one.text and one.raw.endswith(FRAME_END))
        assert terminal.raw.count(FRAME_BEGIN) - frames < 150
        terminal.leave("ctrl+q")


def test_a_terminal_that_can_not_be_drawn_on_gets_plain_lines(home: Path) -> None:
    with open_reader(home, TERM="dumb") as terminal:
        terminal.wait_for(lambda one: one.raw.endswith(b"> "))
        terminal.leave("q\n")
    assert b"\x1b" not in terminal.raw


def test_a_home_with_a_strange_name_is_used_and_nothing_is_created_beside_it(tmp_path: Path) -> None:
    home = tmp_path / "around" / "what? 100%41 a#b\nit's [x]*"
    assert run(["import", str(SAMPLE)], environment(home)).code == 0
    with Terminal(command(), environment(home)) as terminal:
        terminal.wait_for("LiveEdit")
        terminal.press("s")
        terminal.wait_for("1 starred")
        terminal.leave("q")
    assert len(starred(home)) == 1
    assert [one.name for one in home.parent.iterdir()] == [home.name]


# Job control


SHELL = (
    "import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"
)


@pytest.fixture
def shell(home: Path) -> Iterator[Terminal]:
    """A shell with job control, in which the reader was started."""
    with Terminal([sys.executable, "-c", SHELL], {**environment(home), "PS1": "shell> "}, folder=home) as terminal:
        press_and_wait(terminal)
        terminal.press(f"sh -c 'echo $$ > pid; exec {' '.join(command())}'", "enter")
        # The first frame shows the last line before the reader has drawn anything.
        terminal.wait_for(lambda one: READY in one.text and FRAME_END in one.raw.partition(TOOK_OVER)[2])
        yield terminal


def press_and_wait(terminal: Terminal, *keys: str, until: bytes = b"shell> ") -> None:
    """Press keys, and wait until the terminal gets some bytes after that: the next prompt of the shell."""
    before = len(terminal.raw)
    terminal.press(*keys)
    terminal.wait_for(lambda one: until in one.raw[before:])


@pytest.mark.parametrize("how", ["ctrl+z", "SIGTSTP"])
def test_the_shell_stops_the_reader_and_continues_it(shell: Terminal, home: Path, how: str) -> None:
    if how == "ctrl+z":
        press_and_wait(shell, "ctrl+z")
    else:
        os.kill(int((home / "pid").read_text()), signal.SIGTSTP)
        shell.wait_for(lambda one: re.search(rb"Stopped.*shell> ", one.raw, re.DOTALL) is not None)
    assert b"Stopped" in shell.raw
    shell.resize(80, 24)
    press_and_wait(shell, "echo free $((40 + 2))", "enter", until=b"free 42")
    press_and_wait(shell, "fg", "enter", until=FRAME_END)
    shell.wait_for(lambda one: READY in one.lines[23])
    shell.press("s")
    shell.wait_for("1 starred")
    press_and_wait(shell, "q")
    press_and_wait(shell, "echo code $?", "enter", until=b"code 0")


def test_a_background_job_stops_until_it_is_in_the_foreground(shell: Terminal, home: Path) -> None:
    enters_alternate_screen = b"\x1b[?1049h"
    press_and_wait(shell, "ctrl+z")
    before = shell.raw.count(enters_alternate_screen)
    press_and_wait(shell, "bg", "enter")
    state = ["ps", "-o", "stat=", "-p", (home / "pid").read_text().strip()]
    # It stops itself again; `fg` before that would be answered by this stop.
    deadline = time.monotonic() + 30
    while not subprocess.run(state, capture_output=True, check=True).stdout.startswith(b"T"):
        assert time.monotonic() < deadline
        shell.read(0.05)
    press_and_wait(shell, "echo free $((40 + 2))", "enter", until=b"free 42")
    assert shell.raw.count(enters_alternate_screen) == before
    press_and_wait(shell, "fg", "enter", until=enters_alternate_screen)
    shell.wait_for(READY)


def test_without_a_shell_ctrl_z_says_so_and_the_reader_stays(home: Path) -> None:
    with Terminal(command(), environment(home), folder=home) as terminal:
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        terminal.wait_for("no shell to go back to")
        terminal.leave("q")


# The end


HANGS = {
    "": "",
    "a query in C": "from reader.cache.reads.window import Window; Window.order = lambda *_: time.sleep(999)",
    "the event loop": "from reader.ui.list.pane import PaperList; PaperList.move = lambda *_: time.sleep(999)",
    "the place": "from reader.session import visit; visit.save = lambda *_: time.sleep(999)",
}
"""Code that makes a part of the reader hang, by the name of the part."""

CLOSE = "close"
"""Closes the window of the terminal."""


@pytest.mark.parametrize(
    ("how", "moment", "hang", "keys"),
    [
        ("SIGTERM", 0.05, "", ""),
        ("SIGHUP", 0.3, "", ""),
        ("SIGQUIT", 0.6, "", ""),
        (CLOSE, 0.3, "", ""),
        ("SIGINT", READY, "", ""),
        ("SIGTERM", READY, "a query in C", ""),
        ("SIGQUIT", READY, "the place", ""),
        ("SIGHUP", READY, "the event loop", "j"),
        (CLOSE, READY, "the event loop", "j"),
        (CLOSE, READY, "", ""),
        ("ctrl+q", READY, "a query in C", ""),
    ],
)
def test_the_end_comes_soon_and_leaves_the_terminal_as_it_was(
    home: Path, how: str, moment: float | str, hang: str, keys: str
) -> None:
    place = json.loads((home / "state.json").read_text())
    with open_reader(home, code=f"import time\n{HANGS[hang]}") as terminal:
        modes = terminal.modes()
        if isinstance(moment, str):
            terminal.wait_for(moment)
        else:
            terminal.read_until_quiet(moment)
        terminal.press(*keys)
        if how == CLOSE:
            terminal.hang_up()
        elif how.startswith("SIG"):
            terminal.process.send_signal(getattr(signal, how))
        else:
            terminal.press(how)
        # A hang would last for 999 seconds; a busy machine takes some.
        code = terminal.wait_closed(15)
        if how != CLOSE:
            assert terminal.modes() == modes
    number = getattr(signal, {CLOSE: "SIGHUP"}.get(how, how), 0)
    expected = {128 + number, -number} if number else {0}
    expected |= {1} if hang == "the place" else {2} if how == CLOSE and moment != READY else set()
    assert code in expected
    assert b"Traceback" not in terminal.raw
    if how != CLOSE:
        # Each mode of the terminal has its usual value: the wrapping of lines and the cursor are on, the others off.
        last = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", bytes(terminal.raw)))
        assert [mode for mode, value in last.items() if (value == b"h") != (mode in (b"7", b"25"))] == []
        assert terminal.raw.count(b"\x1b[>25u") <= terminal.raw.count(b"\x1b[<u")
    kept = json.loads((home / "state.json").read_text())
    assert hang == "the place" or kept["view"] == place["view"]


@pytest.mark.parametrize("how", ["SIGTERM", "q"])
def test_a_mark_that_waits_for_a_slow_disk_is_kept(home: Path, how: str) -> None:
    slow = """
import time
from reader.cache.marks.events import Events
mark = Events.mark
Events.mark = lambda *given, **more: time.sleep(0.5) or mark(*given, **more)
"""
    with open_reader(home, code=slow) as terminal:
        terminal.wait_for(READY)
        terminal.press("s")
        terminal.wait_for("★")
        if how == "q":
            terminal.press("q")
        else:
            terminal.process.terminate()
        terminal.wait_closed()
    assert len(starred(home)) == 1


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits the files of another process, as on Linux")
def test_on_a_full_disk_nothing_is_half_done_and_the_reader_says_so(home: Path) -> None:
    with open_reader(home, (160, 30)) as terminal:
        terminal.wait_for("offline")
        resource.prlimit(terminal.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        terminal.press("s")
        terminal.wait_for("The disk is full")
        terminal.press("s", "q")
        assert terminal.wait_closed() == 1
    output = " ".join(terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode().split())
    assert output.count("dailypapers: ") == 1
    assert "Not everything could be stored: The disk is full" in output
    assert starred(home) == []


def test_an_unfinished_note_survives_a_kill(home: Path) -> None:
    with open_reader(home) as terminal:
        terminal.wait_for(READY)
        terminal.press("e")
        terminal.wait_for("Note")
        terminal.press("half a thought")
        drafts = home / "drafts"
        terminal.wait_for(lambda _: any("half a thought" in file.read_text() for file in drafts.glob("*.md")))
        terminal.process.kill()
        terminal.process.wait()
    with open_reader(home) as terminal:
        terminal.wait_for("unfinished note: e on ")


def test_quitting_does_not_wait_for_a_feed_that_hangs(tmp_path: Path) -> None:
    with FeedServer({TODAY: [item("2605.00001", "Harvest", TODAY)]}, today=TODAY) as feed:
        feed.faults += ["ok"]
        feed.fault = "hang"
        with Terminal(command(), environment(tmp_path / "home", feed.url)) as terminal:
            terminal.wait_for("Harvest")
            terminal.wait_for(lambda _: len(feed.requests) > 1)
            terminal.press("q")
            assert terminal.wait_closed(5) == 0


def test_the_reader_needs_no_error_stream(home: Path) -> None:
    program = ["/bin/sh", "-c", f"exec {' '.join(command())} 2>&-"]
    with Terminal(program, environment(home), folder=home) as terminal:
        terminal.wait_for(READY)
        terminal.leave("q")
