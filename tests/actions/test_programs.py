"""Programs that the reader starts: hooks, notifications, editors and viewers."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import pytest

from reader.actions.programs import (
    MAX_KEPT_CHARACTERS,
    NoViewer,
    ProgramError,
    desktop_command,
    edit,
    find_editor,
    find_viewer,
    open_file,
    run_program,
    takes_terminal,
)
from tests.table import each

# Programs

HOSTILE = "--help; `touch x` $(touch x) <b>&amp;\x1b[31m\n-u critical"


def program(folder: Path, code: str, name: str = "tell") -> str:
    """Write an executable Python program."""
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{code}\n")
    file.chmod(0o700)
    return str(file)


async def test_the_output_of_a_program_is_cleaned(tmp_path: Path) -> None:
    red = "'\\x1b[31mred\\x1b[0m\\r\\n'"
    code = f"import sys\nsys.stdout.write({red} + sys.stdin.read() + '\\x07\\n\\n'); print(sys.argv[1:])"
    printed = await run_program([program(tmp_path, code), HOSTILE, "*"], "a\tb é", seconds=20)
    assert printed.text == f"red\na\tb é\n\n{[HOSTILE, '*']}"
    assert not printed.is_cut
    assert [file.name for file in tmp_path.iterdir()] == ["tell"]


async def test_a_long_output_is_cut_and_an_endless_one_is_stopped(tmp_path: Path) -> None:
    for more, is_cut in ((0, False), (5, True)):
        printed = await run_program([program(tmp_path, f"print('é' * {MAX_KEPT_CHARACTERS + more})")], seconds=20)
        assert (printed.text, printed.is_cut) == ("é" * MAX_KEPT_CHARACTERS, is_cut)
    printed = await run_program([program(tmp_path, "while True: print('x' * 99)")], seconds=20)
    assert printed.is_cut
    assert printed.text.startswith("x" * 99) and len(printed.text) <= MAX_KEPT_CHARACTERS
    # Endless output on standard error is stopped as well.
    loud = "import sys\nwhile True: sys.stderr.write('x' * 9_000)"
    assert (await run_program([program(tmp_path, loud)], seconds=60)).is_cut


STARTS_ANOTHER = (
    "import subprocess, time\np = subprocess.Popen(['sleep', '60'])\nopen({!r}, 'w').write(str(p.pid))\ntime.sleep(60)"
)


async def ended(pid: Path) -> None:
    """Wait until the process of this number has ended."""
    late = time.monotonic() + 10
    while (state := Path(f"/proc/{pid.read_text()}/stat")).exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < late, "what it started runs on"
        await asyncio.sleep(0.05)


async def test_a_cancelled_program_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    running = asyncio.create_task(run_program([program(tmp_path, STARTS_ANOTHER.format(str(pid)))], seconds=60))
    while not pid.exists() or not pid.read_text():
        await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await ended(pid)


async def test_a_program_may_ignore_its_input(tmp_path: Path) -> None:
    await run_program([program(tmp_path, "print('x' * 1_000_000)")], "x" * 5_000_000, seconds=20, is_silent=True)


async def test_a_missing_or_broken_program_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    for command, says in (
        (str(tmp_path / "nothing"), "was not found"),
        ("~nobody-of-this-name/tell", "was not found"),
        (str(broken), "could not be run"),
    ):
        with pytest.raises(ProgramError, match=says):
            await run_program([command], seconds=20)


async def test_a_slow_program_is_stopped_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(ProgramError, match=r"tell took longer than 2 s and was stopped; see X\."):
        await run_program([program(tmp_path, STARTS_ANOTHER.format(str(pid)))], seconds=2, advice="see X")
    await ended(pid)


async def test_a_background_child_of_a_program_is_not_waited_for(tmp_path: Path) -> None:
    leaves = "import subprocess; subprocess.Popen(['sleep', '20'])"
    begun = time.monotonic()
    await run_program([program(tmp_path, leaves)], seconds=60)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("print('half'); sys.exit('no \\x1b[1mmodel\\x1b[0m')", "tell failed (exit code 1): no model; see X."),
        ("sys.exit(3)", "tell failed (exit code 3); see X."),
        # Of a long error output, the last line is shown.
        ("for _ in range(3_000): sys.stderr.write('x' * 999 + chr(10))\nsys.exit('the last word')",
         "tell failed (exit code 1): the last word; see X."),
    ],
)  # fmt: skip
async def test_a_failure_is_one_clean_sentence(tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(ProgramError) as raised:
        await run_program([program(tmp_path, f"import sys\n{code}")], seconds=20, advice="see X")
    assert str(raised.value).replace(f"{tmp_path}/", "") == says


def test_desktop_notifications_pass_titles_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.programs.shutil.which", lambda name: f"/bin/{name}")
    *_, dashes, title, body = desktop_command("2 new papers", "-i <b>evil</b> & co", "linux")
    assert (dashes, title, body) == ("--", "2 new papers", "-i &lt;b&gt;evil&lt;/b&gt; &amp; co")
    command = desktop_command("2 new papers", 'end run" & do shell script "x', "darwin")
    assert command[0] == "/bin/osascript"
    # The script is the same whatever papers say.
    assert command[-2:] == ("2 new papers", 'end run" & do shell script "x')
    assert not any("do shell script" in word for word in command[:-1])
    # Without a program for it, the message names a remedy.
    monkeypatch.setattr("reader.actions.programs.shutil.which", lambda name: None)
    with pytest.raises(ProgramError, match="install notify-send"):
        desktop_command("a", "b", "linux")


@each(
    ("environ", "command"),
    [
        ({"EDITOR": "sh"}, ["sh"]),
        ({"VISUAL": "sh -e", "EDITOR": "false"}, ["sh", "-e"]),
        ({"VISUAL": "", "EDITOR": "sh 'a b'"}, ["sh", "a b"]),
        ({"VISUAL": "'unclosed", "EDITOR": "sh"}, ["sh"]),
        ({"EDITOR": "no-such-editor"}, None),
    ],
)
def test_the_editor_is_named_by_environment_variables(environ: dict[str, str], command: list[str] | None) -> None:
    assert find_editor(environ) == command


def test_without_a_variable_a_usual_editor_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}" if name == "vi" else None)
    assert find_editor({}) == ["vi"]
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert find_editor({}) is None


def test_the_file_is_the_last_argument_and_the_interrupt_key_is_the_editors_alone(tmp_path: Path) -> None:
    file, before = tmp_path / "a note.md", signal.getsignal(signal.SIGINT)
    wrote = "import os, signal, sys; open(sys.argv[1], 'w').write('x'); os.kill(os.getppid(), signal.SIGINT)"
    assert edit([sys.executable, "-c", f"import time; time.sleep(0.2); {wrote}"], file)
    assert file.read_text() == "x"
    assert signal.getsignal(signal.SIGINT) is before
    assert not edit([sys.executable, "-c", "raise SystemExit(1)"], file)
    with pytest.raises(OSError, match="no-such-editor"):
        edit(["no-such-editor"], file)


SCREEN = {"DISPLAY": ":0"}
SSH = {"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the only ones that are found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def add_program(folder: Path, name: str, script: str = "#!/bin/sh") -> None:
    (folder / name).write_text(f"{script}\n")
    (folder / name).chmod(0o700)


@pytest.mark.parametrize(
    ("present", "environ", "system", "found"),
    [
        (("xdg-open", "gio"), SCREEN, "linux", ("xdg-open",)),
        (("gio",), {"WAYLAND_DISPLAY": "wayland-0"}, "linux", ("gio", "open")),
        (("xdg-open", "wslview"), {**SCREEN, "WSL_DISTRO_NAME": "Ubuntu"}, "linux", ("wslview",)),
        (("termux-open",), {"TERMUX_VERSION": "1"}, "linux", ("termux-open",)),
        (("open",), {}, "darwin", ("open",)),
    ],
)
def test_each_system_has_its_own_viewer(
    programs: Path, present: tuple[str, ...], environ: dict[str, str], system: str, found: tuple[str, ...]
) -> None:
    for name in present:
        add_program(programs, name)
    assert find_viewer((), environ, system) == found


@pytest.mark.parametrize(
    ("environ", "system", "expected"),
    [
        ({}, "linux", "there is no viewer"),
        (SSH, "linux", "over ssh"),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", "over ssh"),
    ],
)
def test_no_viewer_opens_over_ssh_or_without_a_screen(
    programs: Path, environ: dict[str, str], system: str, expected: str
) -> None:
    for name in ("xdg-open", "open"):
        add_program(programs, name)
    with pytest.raises(NoViewer, match=expected):
        find_viewer((), environ, system)


def test_the_users_own_viewer_takes_precedence_also_over_ssh(programs: Path) -> None:
    add_program(programs, "tdf")
    assert find_viewer(("tdf", "-x"), SSH, "linux") == ("tdf", "-x")
    assert takes_terminal(("/usr/bin/tdf",)) and not takes_terminal(("zathura",))
    with pytest.raises(NoViewer, match=r"zathura of pdf_viewer was not found"):
        find_viewer(("zathura",), SCREEN, "linux")


def test_a_viewer_gets_the_file_as_one_argument_and_no_token(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.chdir(tmp_path)
    add_program(programs, "viewer", f'#!/bin/sh\necho "$# $1 $2 $HF_TOKEN" > {tmp_path}/output')
    open_file(("viewer", "--page=1"), Path("-a b; $(c).pdf"))
    assert (tmp_path / "output").read_text() == f"2 --page=1 {tmp_path}/-a b; $(c).pdf \n"
    add_program(programs, "broken", "#!/bin/sh\nexit 3")
    with pytest.raises(NoViewer, match=r"broken could not open it \(exit code 3\)"):
        open_file(("broken",), Path("a.pdf"))
    add_program(programs, "torn", "no program")
    with pytest.raises(NoViewer, match="torn did not start"):
        open_file(("torn",), Path("a.pdf"))


def test_a_viewer_that_stays_open_is_not_waited_for(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.programs.VIEWER_START_SECONDS", 0.05)
    add_program(programs, "viewer", "#!/bin/sh\nexec /bin/sleep 0.3")
    open_file(("viewer",), Path("a.pdf"))
