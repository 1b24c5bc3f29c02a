"""Addresses that open the reader: what the system is told, and what an address from outside may say."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import Mock, call

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.actions import link_handler
from reader.actions.link_handler import address_of, paper_of
from reader.core.errors import ReaderError, UsageError
from tests.table import each


def nothing_runs(*_: object) -> str:
    raise AssertionError("no program is asked")


def test_an_address_names_a_paper_by_an_id_that_we_know() -> None:
    for id in ("2606.26740", "hep-th/9901001", "page:0123456789ab", "feed:0123456789ab"):
        address = address_of(id)
        assert address == f"dailypapers:{id}"
        assert paper_of(address) == paper_of(f"DailyPapers://{id}/") == id
    assert paper_of("dailypapers:page%3A0123456789ab") == "page:0123456789ab"
    assert paper_of("papers/2606.26740v2.pdf") == "papers/2606.26740v2.pdf", "what is no address is the user's own word"


HOSTILE = (
    *("", "--help", "2606.26740 --help", '2606.26740" --link pdf "', "$(id)", "`id`;id|id&id"),
    *("../../etc/passwd", "file:///etc/passwd", "https://arxiv.org/abs/2606.26740", "10.1000/182"),
    *("2606.26740\n2606.26741", "2606.26740%00", "%2d%2dhelp", "page:0123456789AB", "x" * 100_000),
)


@each("said", HOSTILE)
def test_what_else_an_address_says_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="is not a link to a paper"):
        paper_of(f"dailypapers:{said}")
    assert address_of(said) is None


@given(st.text(max_size=80))
def test_an_address_gives_a_known_id_or_nothing(said: str) -> None:
    try:
        id = paper_of(f"dailypapers:{said}")
    except UsageError as error:
        assert str(error).isprintable()
    else:
        assert address_of(id) == f"dailypapers:{id}"


def test_macos_is_told_nothing_and_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"macOS lets only applications .*'dailypapers open ID --reader'"):
        link_handler.install({"XDG_DATA_HOME": str(tmp_path)}, {}, nothing_runs, "darwin")
    assert not link_handler.is_installed({"XDG_DATA_HOME": str(tmp_path)})


def test_a_desktop_file_keeps_what_folders_are_called(tmp_path: Path) -> None:
    program = tmp_path / "xdg-mime"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environ = {"XDG_DATA_HOME": str(tmp_path), "PATH": str(tmp_path)}
    home = '/home/a "b" $c `d` \\e 100%'
    run = Mock(return_value="")
    file = tmp_path / "applications" / link_handler.FILE
    for _ in range(2):
        said = link_handler.install(environ, {"DAILYPAPERS_HOME": home}, run, "linux")
        assert (said, link_handler.is_installed(environ)) == (str(file), True)
    assert (
        run.mock_calls == [call(("xdg-mime", "default", link_handler.FILE, "x-scheme-handler/dailypapers"), None)] * 2
    )
    lines = file.read_text().split("\n")
    line = lines.pop(4).removeprefix("Exec=")
    assert lines == [
        *("[Desktop Entry]", "Type=Application", "Name=dailypapers", "Comment=Open a paper in the reader"),
        *("Terminal=true", "NoDisplay=true", "MimeType=x-scheme-handler/dailypapers;", ""),
    ]
    assert [link_handler.remove(environ), link_handler.remove(environ)] == [True, False]
    for copied, failing in ({"X": "a\nb"}, nothing_runs), ({}, Mock(side_effect=ReaderError("no"))):
        with pytest.raises(ReaderError):
            link_handler.install(environ, copied, failing, "linux")
        assert not link_handler.is_installed(environ)
    program.unlink()
    with pytest.raises(ReaderError, match=r"no xdg-mime, .*'dailypapers open ID --reader'"):
        link_handler.install(environ, {}, nothing_runs, "linux")
    # First the escapes of a value, then the quotes of Exec, then its fields.
    value = line.replace("\\\\", "\\")
    quoted = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', value)]
    assert quoted[1].replace("%%", "%") == f"DAILYPAPERS_HOME={home}"
    assert value.endswith('" open --reader -- %u')
