"""Viewers: which one opens a file, that none is started where the user is not, and that its failure is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reader.actions.viewer import NoViewer, find_viewer, open_file, takes_terminal

SCREEN = {"DISPLAY": ":0"}
SSH = {"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the only ones that are found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def add_program(folder: Path, name: str, script: str = "") -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)


@pytest.mark.parametrize(
    ("present", "environ", "system", "found"),
    [
        (("xdg-open", "gio"), SCREEN, "linux", ("xdg-open",)),
        (("gio",), {"WAYLAND_DISPLAY": "wayland-0"}, "linux", ("gio", "open")),
        (("xdg-open", "wslview"), {**SCREEN, "WSL_DISTRO_NAME": "Ubuntu"}, "linux", ("wslview",)),
        (("termux-open",), {"TERMUX_VERSION": "1"}, "linux", ("termux-open",)),
        (("open",), {}, "darwin", ("open",)),
        ((), {}, "win32", ("rundll32", "url.dll,FileProtocolHandler")),
    ],
)
def test_each_system_has_its_opener(
    programs: Path, present: tuple[str, ...], environ: dict[str, str], system: str, found: tuple[str, ...]
) -> None:
    for name in present:
        add_program(programs, name)
    assert find_viewer((), environ, system) == found


@pytest.mark.parametrize(
    ("environ", "system", "said"),
    [
        ({}, "linux", "no viewer is here"),
        (SSH, "linux", "over ssh"),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", "over ssh"),
    ],
)
def test_nothing_opens_where_the_user_is_not(programs: Path, environ: dict[str, str], system: str, said: str) -> None:
    for name in ("xdg-open", "open"):
        add_program(programs, name)
    with pytest.raises(NoViewer, match=said):
        find_viewer((), environ, system)


def test_the_users_own_viewer_goes_first_also_over_ssh(programs: Path) -> None:
    add_program(programs, "tdf")
    assert find_viewer(("tdf", "-x"), SSH, "linux") == ("tdf", "-x")
    assert takes_terminal(("/usr/bin/tdf",)) and not takes_terminal(("zathura",))
    with pytest.raises(NoViewer, match=r"zathura of pdf_viewer was not found"):
        find_viewer(("zathura",), SCREEN, "linux")


@pytest.mark.skipif(sys.platform == "win32", reason="the viewers are scripts of a shell")
def test_a_viewer_gets_the_file_as_one_argument_and_no_token(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.chdir(tmp_path)
    add_program(programs, "viewer", f'echo "$# $1 $2 $HF_TOKEN" > {tmp_path}/said')
    open_file(("viewer", "--page=1"), Path("-a b; $(c).pdf"))
    assert (tmp_path / "said").read_text() == f"2 --page=1 {tmp_path}/-a b; $(c).pdf \n"
    add_program(programs, "broken", "exit 3")
    with pytest.raises(NoViewer, match=r"broken could not open it \(exit code 3\)"):
        open_file(("broken",), Path("a.pdf"))
    (programs / "torn").write_text("no program")
    (programs / "torn").chmod(0o700)
    with pytest.raises(NoViewer, match="torn did not start"):
        open_file(("torn",), Path("a.pdf"))


@pytest.mark.skipif(sys.platform == "win32", reason="the viewers are scripts of a shell")
def test_a_viewer_that_stays_open_is_not_waited_for(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.viewer.START", 0.05)
    add_program(programs, "viewer", "exec /bin/sleep 0.3")
    open_file(("viewer",), Path("a.pdf"))
