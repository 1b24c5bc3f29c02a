"""Programs that tell something: run by their arguments, bounded, and failing in a sentence."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from reader.actions import notify, programs
from reader.actions.notify import NotifyError

HOSTILE = "--help; `touch x` $(touch x) <b>&amp;\x1b[31m\n-u critical"


def program(folder: Path, code: str, name: str = "tell") -> str:
    """A program of the user's."""
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{code}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


async def test_a_program_gets_its_arguments_and_the_text_untouched(tmp_path: Path) -> None:
    code = "import json, sys\nopen(sys.argv[1], 'w').write(json.dumps([sys.argv[2:], sys.stdin.read()]))"
    out = tmp_path / "out"
    await notify.run_command([program(tmp_path, code), str(out), HOSTILE, "*"], HOSTILE)
    assert eval(out.read_text()) == [[HOSTILE, "*"], HOSTILE]
    assert not (tmp_path / "x").exists()


async def test_a_program_that_reads_nothing_of_much_is_no_trouble(tmp_path: Path) -> None:
    await notify.run_command([program(tmp_path, "print('x' * 1_000_000)")], "x" * 5_000_000)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import sys; sys.exit('\\x1b[31mno\\x07 mail today.')", "failed: no mail today;"),
    ],
)
async def test_one_that_fails_says_why(tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(NotifyError) as raised:
        await notify.run_command([program(tmp_path, code)])
    assert says in str(raised.value)
    assert "\x1b" not in str(raised.value)


async def test_one_that_is_not_there_or_is_no_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match="was not found"):
        await notify.run_command([str(tmp_path / "nothing")])
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    with pytest.raises(NotifyError, match="could not be run"):
        await notify.run_command([str(broken)])


async def test_one_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    start = "import subprocess, time; p = subprocess.Popen(['sleep', '60'])"
    code = f"{start}\nopen({str(pid)!r}, 'w').write(str(p.pid))\n"
    begun = time.monotonic()
    with pytest.raises(NotifyError, match="took longer than 2 s"):
        await notify.run_command([program(tmp_path, code + "time.sleep(60)")], patience=2)
    assert time.monotonic() - begun < 20
    for _ in range(200):
        state = Path(f"/proc/{pid.read_text()}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("what it started runs on")


async def test_a_program_that_leaves_another_behind_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    await notify.run_command([program(tmp_path, "import subprocess; subprocess.Popen(['sleep', '20'])")])
    assert time.monotonic() - begun < 15


def test_desktop_notifications_take_what_papers_say_for_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.notify.shutil.which", lambda name: f"/bin/{name}")
    *_, dashes, title, body = notify.desktop_command("2 new papers", "-i <b>evil</b> & co", "linux")
    assert (dashes, title, body) == ("--", "2 new papers", "-i &lt;b&gt;evil&lt;/b&gt; &amp; co")
    command = notify.desktop_command("2 new papers", 'end run" & do shell script "x', "darwin")
    assert command[0] == "/bin/osascript"
    # The script is the same whatever papers say.
    assert command[-2:] == ("2 new papers", 'end run" & do shell script "x')
    assert not any("do shell script" in word for word in command[:-1])


def test_without_a_program_for_it_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.notify.shutil.which", lambda name: None)
    with pytest.raises(NotifyError, match="install notify-send"):
        notify.desktop_command("a", "b", "linux")


def test_what_a_program_prints_fills_no_disk() -> None:
    with TemporaryFile() as said:
        program = os.dup(said.fileno())
        try:
            os.write(program, b"x" * 9_000_000)
            programs._keep_short(said.fileno())
            assert os.fstat(program).st_size == 9_000_000
            os.write(program, b"x" * 9_000_000)
            programs._keep_short(said.fileno())
            os.write(program, b"the last word")
            assert os.fstat(program).st_size == len("the last word")
        finally:
            os.close(program)


async def test_of_much_that_a_program_prints_the_last_line_is_told(tmp_path: Path) -> None:
    loud = "import sys\nfor _ in range(3_000): sys.stderr.write('x' * 999 + chr(10))\nsys.exit('the last word')"
    with pytest.raises(NotifyError, match=r"tell failed: the last word; check notify_command\."):
        await notify.run_command([program(tmp_path, loud)])


async def test_a_program_of_a_user_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotifyError, match="was not found; check notify_command"):
        await notify.run_command(["~nobody-of-this-name/tell"])
