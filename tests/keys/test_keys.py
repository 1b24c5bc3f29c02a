"""The table of actions, the user's own keys, chords and counts, and the spelling of keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader import config
from reader.core.errors import ConfigError
from reader.core.settings.types import UserCommand
from reader.keys.actions import (
    ACTIONS,
    CONTEXTS,
    FOOTERS,
    GROUPS,
    PLACES,
    PRESETS,
    TYPING,
    Context,
    own_actions,
    rows_of,
)
from reader.keys.keymap import CancelledKeys, Keymap, KeyReader, Match, PendingKeys, UnknownKeys, keys_table
from reader.keys.spelling import keys_of_label, label, parse_keys, spell, typed_on, write_chord
from tests.table import each

# Keymap

KEYMAP = Keymap()


def read(keys: str, context: Context = "list", keymap: Keymap = KEYMAP) -> list[object]:
    reader = KeyReader(keymap)
    return [reader.feed(key, context) for key in keys.split()]


def matched(outcome: object) -> tuple[str, int | None]:
    assert isinstance(outcome, Match), outcome
    return outcome.action.id, outcome.count


# The table


def test_every_action_is_complete() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    for action in ACTIONS:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", action.id)
        assert action.group in GROUPS.values()
        # Nobody changes colours so often that it needs a key.
        assert parse_keys(action.keys) or action.id == "app.theme"
        assert action.name[0].isupper()
        assert action.contexts
        assert set(action.contexts) <= set(CONTEXTS)


def test_the_table_keeps_each_group_together() -> None:
    groups = [action.group for action in ACTIONS]
    runs = [group for index, group in enumerate(groups) if index == 0 or groups[index - 1] != group]
    assert len(runs) == len(set(runs)) == len(set(GROUPS.values()))


def test_every_context_has_a_description_a_footer_and_a_key_to_quit() -> None:
    for context in CONTEXTS:
        assert PLACES[context]
        assert FOOTERS[context]
        for action_id in FOOTERS[context]:
            assert context in KEYMAP.action(action_id).contexts
            assert KEYMAP.key(action_id, context)
        assert "app.quit" in {action.id for action in KEYMAP.resolve(context).values()}


def test_a_key_runs_different_actions_in_different_contexts() -> None:
    assert matched(read("space", "filter")[-1])[0] == "topic.pick"
    assert matched(read("tab", "empty")[-1])[0] == "query.complete"
    assert matched(read("escape", "query")[-1])[0] == "query.cancel"
    assert matched(read("D", "empty")[-1])[0] == "app.sample"
    assert isinstance(read("D", "list")[-1], UnknownKeys)


def test_letters_are_text_in_a_text_input() -> None:
    for key in ("j", "colon", "5", "space", "g"):
        assert isinstance(read(key, "query")[-1], UnknownKeys)
    assert matched(read("f1", "query")[-1])[0] == "app.help"
    assert matched(read("down", "help")[-1])[0] == "move.down"
    assert matched(read("question_mark", "help")[-1])[0] == "help.search"
    # A letter acts if the user binds it to an action that belongs to this line alone.
    assert matched(read("x", "query", Keymap(overrides={"query.cancel": "x"}))[-1])[0] == "query.cancel"


# Conflicts and the user's own keys


@each("name", PRESETS)
def test_a_preset_has_no_clash_and_a_key_for_every_move(name: str) -> None:
    keymap = Keymap(preset=PRESETS[name])
    for context in CONTEXTS:
        bound = keymap.resolve(context)
        assert not any(chord[:size] in bound for chord in bound for size in range(1, len(chord)))
        acting = [action for action in ACTIONS if context in action.contexts]
        keys = [PRESETS[name].get(action.id, action.keys) for action in acting]
        defaults = [chord for text in keys for chord in parse_keys(text)]
        assert len(defaults) == len(set(defaults)) or context in TYPING, context
        assert not any(chord[0] in tuple("123456789") for chord in bound)
    assert PRESETS[name].keys() <= {action.id for action in ACTIONS}
    assert all(read(key, keymap=keymap) for key in ("down", "up", "enter", "escape"))
    assert set(PRESETS) == set(config.PRESETS)


def test_user_keys_take_precedence_over_a_preset() -> None:
    settings = config.Settings(key_preset="newsboat", keys={"paper.read": ("ctrl+t",), "paper.hide": ("e",)})
    keymap = Keymap.of(settings)
    assert [keymap.key(action) for action in ("paper.read", "mark.undo", "paper.hide")] == ["ctrl+t", "U", "e"]
    assert (keymap.mistakes, keymap.labels("paper.queue", "list"), keymap.key("paper.queue", "text")) == (
        [],
        ("b",),
        "e",
    )


def test_overrides_replace_all_keys_of_an_action() -> None:
    keymap = Keymap(overrides={"move.down": "ctrl+n", "paper.star": ["$", "<ctrl+w>s"], "link.pdf": ""})
    assert not keymap.mistakes
    assert matched(read("ctrl+n", keymap=keymap)[-1])[0] == "move.down"
    assert isinstance(read("j", keymap=keymap)[-1], UnknownKeys)
    assert matched(read("dollar_sign", keymap=keymap)[-1])[0] == "paper.star"
    assert matched(read("ctrl+w s", keymap=keymap)[-1])[0] == "paper.star"
    assert keymap.labels("link.pdf") == ()
    assert keymap.key("link.pdf") == ""


def test_a_user_key_displaces_a_conflicting_default_key() -> None:
    keymap = Keymap(overrides={"find.similar": "S", "paper.hide": "X"})
    assert not keymap.mistakes
    assert matched(read("S", keymap=keymap)[-1])[0] == "find.similar"
    assert matched(read("S", "filter", keymap)[-1])[0] == "find.sort"
    assert (keymap.key("find.sort", "list"), keymap.key("find.sort")) == ("", "S")


def test_a_displaced_action_keeps_its_other_keys() -> None:
    keymap = Keymap(overrides={"paper.star": "j"})
    assert keymap.labels("move.down", "list") == ("↓",) and keymap.labels("move.down", "help") == ("j", "↓")
    assert keymap.labels("move.down", "filter") == ("j", "↓")
    everywhere = Keymap(overrides={"read.open": "M"})
    assert everywhere.labels("mark.above_read") == ()


def test_a_user_key_displaces_every_default_chord_that_starts_with_it() -> None:
    keymap = Keymap(overrides={"paper.read": "g", "paper.hide": "sx"})
    assert matched(read("g", keymap=keymap)[-1])[0] == "paper.read"
    assert matched(read("s x", keymap=keymap)[-1])[0] == "paper.hide"
    assert matched(read("g t", "filter", keymap)[-1])[0] == "view.latest"


def test_a_numbered_action_keeps_its_numbers() -> None:
    keymap = Keymap(overrides={"paper.star": "g2"})
    assert matched(read("g 3", keymap=keymap)[-1]) == ("view.saved", 3)
    everywhere = Keymap(overrides={"view.all": "g2"})
    assert matched(read("g 3", keymap=everywhere)[-1]) == ("view.saved", 3)
    assert everywhere.numbered_keys("view.saved")[:3] == ("g1", "", "g3")


def test_of_two_clashing_user_keys_the_first_works_and_the_other_is_a_mistake() -> None:
    keymap = Keymap(overrides={"paper.star": "X", "paper.hide": "X", "find.similar": "m", "paper.queue": "5"})
    assert {mistake.action: mistake.problem for mistake in keymap.mistakes} == {
        "paper.hide": "X clashes with X of paper.star, in the list",
        "paper.queue": "5 begins with a digit, which is a count",
    }
    keys = [keymap.key(action, "list") for action in ("paper.star", "paper.hide", "find.similar", "paper.read")]
    assert keys == ["X", "", "m", ""]
    alike = Keymap(overrides={"paper.star": ["z", "zs"]})
    assert (alike.labels("paper.star", "list"), len(alike.mistakes)) == (("z",), 1)


@each(
    ("wrong", "right"),
    [
        ("paper.sta", "paper.star"),
        ("star", "paper.star"),
        ("view.latst", "view.latest"),
        ("zzz", None),
    ],
)
def test_an_unknown_action_suggests_the_nearest_id(wrong: str, right: str | None) -> None:
    (mistake,) = Keymap(overrides={wrong: "z"}).mistakes
    assert mistake.suggestion == right
    assert str(mistake).startswith(f"{wrong}: there is no such action")

    (key,) = Keymap(overrides={"paper.star": "spcae"}).mistakes
    assert "no key is called spcae; did you mean space?" in key.problem


@given(st.dictionaries(st.sampled_from([a.id for a in ACTIONS]), st.text("gsmx5 ?<>+ctrl", max_size=6), max_size=6))
def test_no_user_keys_lead_to_conflicting_bindings(overrides: dict[str, str]) -> None:
    keymap = Keymap(overrides=overrides)
    wrong = {mistake.action for mistake in keymap.mistakes}
    for context in CONTEXTS:
        bound = keymap.resolve(context)
        assert not any(chord[:size] in bound for chord in bound for size in range(1, len(chord)))
        assert not keymap.takes_counts(context) or not any(chord[0] in tuple("123456789") for chord in bound)
        for action in keymap.actions:
            assert {chord for chord, other in bound.items() if other is action} == {*keymap.chords(action.id, context)}
            # The user's own keys act, or a mistake says why not.
            if action.id in overrides.keys() - wrong and context in action.contexts and len(action.contexts) == 1:
                assert keymap.chords(action.id, context) == parse_keys(overrides[action.id])


def test_user_commands_have_unique_ids() -> None:
    commands = [UserCommand(name, "true") for name in ("Send it", "send, it!", "?", "Übung")]
    assert [*own_actions(commands)] == ["run.send-it", "run.send-it-1", "run.command", "run.übung"]
    first, *_ = rows_of([UserCommand("Long", ("mail", "-s", "x" * 80)), *commands])
    assert (first.name, first.help) == ("Long", f"Run your command on this paper: mail -s {'x' * 51}….")


def test_a_footer_leaves_out_missing_actions() -> None:
    first, *others = FOOTERS["list"]
    assert Keymap(action for action in ACTIONS if action.id != first).most_useful("list") == tuple(others)


# Chords and counts


def test_counts_come_before_keys_and_chords() -> None:
    assert matched(read("5 j")[-1]) == ("move.down", 5)
    assert matched(read("1 0 g g")[-1]) == ("move.top", 10)
    assert matched(read("5 o")[-1]) == ("link.page", None)
    assert [matched(read(f"3 {key}")[-1])[1] for key in "msbx"] == [3, 3, 3, 3]
    assert isinstance(read("0")[-1], UnknownKeys)
    assert matched(read("9 " * 50 + "j")[-1]) == ("move.down", KeyReader.MAX_COUNT)


def test_a_chord_is_pending_until_its_last_key() -> None:
    outcomes = read("3 g t")
    assert outcomes[:2] == [PendingKeys("3"), PendingKeys("3g", ("g",))]
    assert matched(outcomes[2])[0] == "view.latest"


def test_an_unfinished_chord_offers_six_views_and_the_saved_views() -> None:
    usual = ["Latest", "For you", "Queue", "Starred", "All", "Date"]
    assert [name for _, name in KEYMAP.choices("list", ("g",))] == [*usual, "all others"]
    choices = KEYMAP.choices("page", ("g",), ("Evaluation", "Read twice"))
    assert [*choices[6:]] == [("1", "Evaluation"), ("2", "Read twice"), (":", "all others")]
    own = Keymap(overrides={"command.open": "", "view.queue": "Q"})
    assert [name for _, name in own.choices("list", ("g",))] == [view for view in usual if view != "Queue"]
    assert Keymap(overrides={"paper.star": "zs"}).choices("list", ("z",)) == (("s", "Star"),)


def test_an_unbound_letter_leaves_a_chord_pending() -> None:
    reader = KeyReader(Keymap())
    begun, *wrong, taken = [reader.feed(key, "list") for key in "gzzt"]
    assert isinstance(begun, PendingKeys) and wrong == [begun, begun]
    assert matched(taken)[0] == "view.latest"
    others = [type(reader.feed(key, "list")) for key in ("g", "f5", "5", "z")]
    assert others == [PendingKeys, UnknownKeys, PendingKeys, Match]


def test_the_key_of_the_command_line_acts_within_a_chord() -> None:
    assert matched(read("2 g ctrl+p")[-1]) == ("command.open", None)
    assert matched(read("g :")[-1]) == ("command.open", None)
    assert matched(read("2 g ctrl+p j")[-1]) == ("move.down", None)


def test_escape_cancels_a_pending_count_or_chord() -> None:
    outcomes = read("5 escape j g escape escape")
    assert outcomes[1] == CancelledKeys()
    assert matched(outcomes[2]) == ("move.down", None)
    assert outcomes[4] == CancelledKeys()
    assert matched(outcomes[5])[0] == "app.escape"


def test_a_change_of_context_resets_the_chord() -> None:
    reader = KeyReader(KEYMAP)
    reader.feed("g", "list")
    assert matched(reader.feed("s", "detail"))[0] == "paper.star"


KEYS = st.one_of(
    st.sampled_from(sorted({key for action in ACTIONS for chord in parse_keys(action.keys) for key in chord})),
    st.sampled_from("0123456789"),
    st.text(max_size=12),
)


@given(st.lists(st.tuples(KEYS, st.sampled_from(CONTEXTS)), max_size=30))
def test_random_keys_leave_no_chord_pending_after_escape(keys: list[tuple[str, Context]]) -> None:
    reader = KeyReader(KEYMAP)
    for key, context in keys:
        outcome = reader.feed(key, context)
        assert (reader.pending is None) == (not isinstance(outcome, PendingKeys))
        assert reader.pending is None or reader.pending == outcome
    reader.feed("escape", keys[-1][1] if keys else "list")
    assert reader.pending is None
    assert matched(reader.feed("ctrl+q", "list"))[0] == "app.quit"


# Footers and tables


def test_the_json_table_is_complete() -> None:
    listed: list[dict[str, Any]] = keys_table(Keymap())
    assert [entry["id"] for entry in listed] == [action.id for action in ACTIONS]
    assert listed[0].keys() == {"id", "keys", "name", "help", "group", "contexts", "repeatable"}
    assert [parse_keys(entry["keys"]) for entry in listed] == [parse_keys(action.keys) for action in ACTIONS]


# Spelling

SPELLED = """
question_mark ?    less_than_sign <    minus -    hyphen_minus -    solidus /    full_stop .    euro_sign €    ж ж
upper_g G    shift+g G    G G    upper_b B    CTRL+UPPER_A ctrl+a    ctrl+D ctrl+d    Ctrl+d ctrl+d    shift+1 shift+1
shift+ctrl+left ctrl+shift+left    ctrl+m enter    ctrl+j enter    return enter    ctrl+left_square_bracket escape
ctrl+plus ctrl++    ctrl++ ctrl++    + +    ctrl+at ctrl+space    \uff4a j    \ufb01 \ufb01
line_separator line_separator    euro_ſign euro_ſign
"""
"""Names of keys, each with its canonical spelling."""


@each("pair", [pair.split() for pair in re.split(r" {4}|\n", SPELLED.strip())])
def test_one_spelling_for_each_key(pair: list[str]) -> None:
    key, spelled = pair
    assert spell(key) == spelled
    assert spell(" ") == spell("\u3000") == "space"


@given(st.text(max_size=40))
def test_spelling_is_idempotent_for_any_text(key: str) -> None:
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
def test_a_printable_key_extends_the_typed_text(key: str, character: str | None, text: str | None) -> None:
    assert typed_on("cat", key, character, 4) == text
    assert typed_on("cats", key, character, 4) == (text if text != "ca" else "cat")


@each("ascii", [False, True])
def test_a_label_yields_the_keys_of_its_binding(ascii: bool) -> None:
    keymap = Keymap()
    for action in keymap.actions:
        for chord in keymap.chords(action.id):
            assert keys_of_label(label(chord, ascii=ascii)) == chord
    assert keys_of_label("no key") == keys_of_label("a b c d") == ()
    assert keys_of_label("a b ↑") == ("a", "b", "up")
