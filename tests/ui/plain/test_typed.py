"""A line is the keys of one action, with the text that it asks for; any other line does nothing."""

from __future__ import annotations

from reader.keys.keymap import Keymap
from reader.ui.plain.typed import Typed, read_line
from tests.table import each

KEYMAP = Keymap(ascii=True)


@each(
    ("line", "context", "typed"),
    [
        ("s", "list", Typed(("s",), "paper.star")),
        ("", "list", Typed(("enter",), "read.open")),
        ("esc", "page", Typed(("escape",), "app.escape")),
        ("12j", "list", Typed(("1", "2", "j"), "move.down")),
        ("1234j", "list", Typed(tuple("1234j"), "move.down")),
        ("ctrl+d", "text", Typed(("ctrl+d",), "move.half_down")),
        ("gs", "list", Typed(("g", "s"), "view.starred")),
        ("g", "list", Typed(begun=("g",))),
        ("/two words", "list", Typed(("/",), "find.query", "two words")),
        (":tag add later", "page", Typed((":",), "command.open", "tag add later")),
        ("t later", "list", Typed(("t",), "paper.tag", "later")),
        ("tag", "list", Typed()),
        ("sj", "list", Typed()),
        ("star", "list", Typed()),
        ("5", "page", Typed()),
        ("s now", "list", Typed()),
    ],
)
def test_a_line_means_one_action_or_nothing(line: str, context: str, typed: Typed) -> None:
    assert read_line(line, KEYMAP, context) == typed
