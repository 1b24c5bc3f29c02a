"""Programs of the user's on data: bounded, without a shell, and with clean output."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import pytest

from reader.actions.programs import MOST_KEPT, ProgramError, edit, find_editor, run_program
from tests.actions.test_notify import HOSTILE, program


async def test_what_it_prints_is_kept_clean(tmp_path: Path) -> None:
    red = "'\\x1b[31mred\\x1b[0m\\r\\n'"
    code = f"import sys\nsys.stdout.write({red} + sys.stdin.read() + '\\x07\\n\\n'); print(sys.argv[1:])"
    printed = await run_program([program(tmp_path, code), HOSTILE, "*"], "a\tb é", seconds=20)
    assert printed.text == f"red\na\tb é\n\n{[HOSTILE, '*']}"
    assert not printed.is_cut
    assert [file.name for file in tmp_path.iterdir()] == ["tell"]


async def test_one_that_prints_for_ever_is_stopped_with_its_beginning(tmp_path: Path) -> None:
    printed = await run_program([program(tmp_path, "while True: print('x' * 99)")], seconds=20)
    assert printed.is_cut
    assert printed.text.startswith("x" * 99) and len(printed.text) <= MOST_KEPT


async def test_a_long_output_is_cut(tmp_path: Path) -> None:
    printed = await run_program([program(tmp_path, f"print('é' * {MOST_KEPT + 5})")], seconds=20)
    assert (printed.text, printed.is_cut) == ("é" * MOST_KEPT, True)


async def test_one_that_is_cancelled_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    start = "import subprocess, time\np = subprocess.Popen(['sleep', '60'])"
    code = f"{start}\nopen({str(pid)!r}, 'w').write(str(p.pid))\ntime.sleep(60)"
    running = asyncio.create_task(run_program([program(tmp_path, code)], seconds=60))
    while not pid.exists() or not pid.read_text():
        await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    late = time.monotonic() + 10
    while (state := Path(f"/proc/{pid.read_text()}/stat")).exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < late, "what it started runs on"
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; print('half'); sys.exit('no \\x1b[1mmodel\\x1b[0m')", "tell failed: no model; see X."),
        ("import time; time.sleep(60)", "tell took longer than 0.5 s and was stopped; see X."),
    ],
)
async def test_a_failure_is_one_clean_sentence(tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(ProgramError) as raised:
        await run_program([program(tmp_path, code)], seconds=0.5 if "sleep" in code else 20, advice="see X")
    assert str(raised.value).replace(f"{tmp_path}/", "") == says


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"EDITOR": "sh"}, ["sh"]),
        ({"VISUAL": "sh -e", "EDITOR": "false"}, ["sh", "-e"]),
        ({"VISUAL": "", "EDITOR": "sh 'a b'"}, ["sh", "a b"]),
        ({"VISUAL": "'unclosed", "EDITOR": "sh"}, ["sh"]),
        ({"EDITOR": "no-such-editor"}, None),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="names programs of Unix")
def test_the_editor_is_what_the_variables_name(environ: dict[str, str], command: list[str] | None) -> None:
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
