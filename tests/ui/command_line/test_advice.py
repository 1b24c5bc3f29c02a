"""The advice below the command line, and outputs in the words of the reader."""

from __future__ import annotations

from reader.core.lines import measure
from reader.ui.command_line.actions import as_notice, in_the_readers_words
from reader.ui.command_line.screen import suggestions
from reader.ui.shell.commands import Candidate, Suggested
from tests.table import each

FOUND = Suggested(
    4, (Candidate("add", "give papers the tag"), Candidate("remove"), Candidate("rename", "another name"))
)


def advice(width: int = 80, selected: int = 0) -> str:
    line = suggestions(FOUND, selected, key="tab", width=width)
    assert measure(line) <= width
    return "".join(piece.text for piece in line)


def test_the_marked_word_is_explained_where_there_is_room() -> None:
    assert advice() == "tab takes  add  remove  rename   give papers the tag"
    assert advice(selected=1) == "tab takes  add  remove  rename"
    assert advice(34) == "tab takes  add   give papers the…"
    assert advice(44) == "tab takes  add  remove   give papers the tag"
    for width in range(1, 60):
        assert "rename" in advice(width, selected=2) or width < 33


@each(
    ("printed", "said"),
    [
        ("12 papers marked read. 'dailypapers undo' takes it back.", "12 papers marked read · u undoes"),
        ("3 written, 1 note back; 'dailypapers undo' takes it back.", "3 written, 1 note back · u undoes"),
        ("dailypapers mark: Nothing. See 'dailypapers mark --help'.", "Nothing. See :mark --help"),
        ("dailypapers: There is no paper.", "There is no paper"),
        ("9,295", "9,295"),
        ("one\ntwo", ""),
        ("", ""),
    ],
)
def test_outputs_speak_of_keys_and_commands_of_the_reader(printed: str, said: str) -> None:
    assert as_notice(printed, "u") == said


def test_without_a_key_that_undoes_none_is_named() -> None:
    assert in_the_readers_words("Done. 'dailypapers undo' takes it back.", "") == "Done"
