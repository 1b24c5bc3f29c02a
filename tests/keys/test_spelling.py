"""The spelling of keys: one for each key, read as written, and shown so that it can be pressed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.errors import ConfigError
from reader.keys.actions import ACTIONS
from reader.keys.keymap import Keymap
from reader.keys.spelling import is_rarely_sent, keys_labelled, label, parse_keys, spell, typed_on, write_chord
from tests.table import each

SPELLED = """
question_mark ?    less_than_sign <    minus -    hyphen_minus -    solidus /    full_stop .    euro_sign €    ж ж
upper_g G    shift+g G    G G    upper_b B    CTRL+UPPER_A ctrl+a    ctrl+D ctrl+d    Ctrl+d ctrl+d    shift+1 shift+1
shift+ctrl+left ctrl+shift+left    ctrl+m enter    ctrl+j enter    return enter    ctrl+left_square_bracket escape
ctrl+plus ctrl++    ctrl++ ctrl++    + +    ctrl+at ctrl+space    \uff4a j    \ufb01 \ufb01
line_separator line_separator    euro_ſign euro_ſign
"""
"""Names of keys, each with its one spelling."""


@each("pair", [pair.split() for pair in re.split(r" {4}|\n", SPELLED.strip())])
def test_one_spelling_for_each_key(pair: list[str]) -> None:
    key, spelled = pair
    assert spell(key) == spelled
    assert spell(" ") == spell("\u3000") == "space"


@given(st.text(max_size=40))
def test_spelling_settles_and_never_fails(key: str) -> None:
    assert spell(spell(key)) == spell(key)


def test_bindings_are_read_as_written() -> None:
    assert parse_keys("gg G ctrl+d ? < g<enter> pgdn left_square_bracket") == (
        ("g", "g"),
        ("G",),
        ("ctrl+d",),
        ("?",),
        ("<",),
        ("g", "enter"),
        ("pagedown",),
        ("[",),
    )
    assert parse_keys(["ctrl+a", " "]) == (("ctrl+a",), ("space",))
    assert parse_keys("") == parse_keys([]) == ()
    assert parse_keys("abc") == (("a", "b", "c"),)
    for wrong in ("ctrl+spcae", "hello", "abcd", "<nope>x"):
        with pytest.raises(ConfigError):
            parse_keys(wrong)


@each(
    ("key", "is_rare"),
    [
        *((key, False) for key in ("ctrl+a", "ctrl+]", "alt+j", "shift+down", "ctrl+down", "+", "a")),
        *((key, False) for key in ("ctrl+up", "1", ",")),
        *((key, True) for key in ("ctrl+1", "super+a", "super+up", "ctrl++", "ctrl+,")),
    ],
)
def test_keys_that_few_terminals_send(key: str, is_rare: bool) -> None:
    assert is_rarely_sent(spell(key)) == is_rare


def test_labels_are_short_and_have_an_ascii_form() -> None:
    chords = parse_keys("gg g<enter> escape up")
    assert [label(chord) for chord in chords] == ["gg", "g enter", "esc", "↑"]
    assert [label(chord, ascii=True) for chord in chords] == ["gg", "g enter", "esc", "up"]
    assert [write_chord(chord) for chord in chords] == ["gg", "g<enter>", "escape", "up"]
    assert all(text.isascii() for a in ACTIONS for text in Keymap(ascii=True).labels(a.id))


@each(
    ("key", "character", "text"),
    [
        *((key, None, "ca") for key in ("backspace", "ctrl+h")),
        *(("ctrl+u", None, ""), ("up", None, None), ("enter", "\r", None), ("s", "s", "cats")),
    ],
)
def test_typed_text_grows_by_what_is_printed(key: str, character: str | None, text: str | None) -> None:
    assert typed_on("cat", key, character, 4) == text
    assert typed_on("cats", key, character, 4) == (text if text != "ca" else "cat")


@each("ascii", [False, True])
def test_what_a_label_shows_can_be_pressed(ascii: bool) -> None:
    keymap = Keymap()
    for action in keymap.actions:
        for chord in keymap.chords(action.id):
            assert keys_labelled(label(chord, ascii=ascii)) == chord
    assert keys_labelled("no key") == keys_labelled("a b c d") == ()
    assert keys_labelled("a b ↑") == ("a", "b", "up")
