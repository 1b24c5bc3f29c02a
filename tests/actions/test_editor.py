"""The user's own editor."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from reader.actions.editor import edit, find_editor


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
