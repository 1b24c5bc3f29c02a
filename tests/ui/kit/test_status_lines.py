"""The last line, drawn for a width: two slots, or a prompt with all its choices."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from reader.core.lines import literal, measure, piece_at
from reader.keys.actions import CONTEXTS, Context
from reader.keys.keymap import Keymap
from reader.keys.spelling import Chord
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.lines import PRESS
from reader.ui.kit.status_lines import DECIDING_KEYS, STATUS_ROLES, Status, Tone, status_lines
from tests.table import each
from tests.ui.drawings import text

WIDTHS = (60, 70, 80, 90, 100, 130, 140, 180, 200)
KEYS = (("m", "read"), ("s", "star"), ("x", "hide"), ("space", "next"), ("/", "filter"), ("?", "keys"))
TONES: list[Tone] = ["done", "warning", "hint"]
CHOICES = (("o", "page"), ("p", "PDF"), ("a", "arXiv"), ("c", "code"))
KEYMAPS = (Keymap(), Keymap(ascii=True), Keymap(overrides={"view.latest": "gT", "view.all": "g<enter>"}))


def drawn(status: Status, width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    return [text(line).rstrip() for line in status_lines(status, width, glyphs)]


# Keys and notices


def test_keys_stand_left_and_what_happened_right() -> None:
    [line] = drawn(Status(KEYS, said="41 read · u undoes"), 100)
    keys, said = " m read  s star  x hide  space next  / filter  ? keys", "41 read · u undoes"
    assert line == keys + " " * (99 - len(keys) - len(said)) + said


@each(("width", "line"), [(40, " m read  s star  x hide  ? keys"), (18, " m read  ? keys"), (8, " ? keys"), (5, "")])
def test_the_last_key_is_the_last_to_go(width: int, line: str) -> None:
    assert drawn(Status(KEYS), width) == [line]


LATE = "fetching all since 2024-01-01, and more"
FIRST, EVERY = " m read  s star  ? keys", " m read  s star  x hide  space next  / filter  ? keys"


@each(
    ("status", "width", "lines"),
    [
        (Status(KEYS, said=LATE), 35, [FIRST]),
        (Status(KEYS, said=LATE), 36, [f"{FIRST}   fetching…"]),
        (Status(KEYS, said=LATE), 60, [f"{FIRST}      fetching all since 2024-01-01…"]),
        (Status(KEYS, said=LATE), 65, [f"{FIRST}      fetching all since 2024-01-01, and…"]),
        (Status(KEYS, said=LATE), 66, [f"{FIRST}   {LATE}"]),
        (Status(KEYS, said=LATE), 20, [" m read  ? keys"]),
        (Status(said=LATE), 40, ["    fetching all since 2024-01-01, and…"]),
        (Status(said=LATE), 41, [f" {LATE}"]),
        (Status(KEYS, said=LATE, tone="warning"), 9, [" fetchin", " g all…"]),
        (Status(KEYS, said=LATE, tone="warning"), 21, [" fetching all since", " 2024-01-01, and…"]),
        (Status(KEYS, said=LATE, tone="warning"), 22, [" fetching all since", " 2024-01-01, and more"]),
        (Status(KEYS, said=LATE, tone="warning"), 49, [f" {LATE}"]),
        (Status(KEYS, said=LATE, tone="warning"), 50, [f" ? keys   {LATE}"]),
        (Status(KEYS, said=LATE, tone="warning"), 58, [f" m read  ? keys   {LATE}"]),
        (Status(KEYS, said=LATE, tone="warning", stays=True), 65, [f" {LATE}", EVERY]),
        (Status(KEYS, said="plans, uses tools, and acts", tone="hint"), 72, [EVERY]),
        (Status(KEYS, said="plans, uses tools, and acts", tone="hint"), 75, [f"{EVERY}   plans, uses tools…"]),
        (Status(KEYS, said="plans, uses too", tone="hint"), 120, [EVERY]),
        (Status(KEYS, said="plans, uses tool", tone="hint"), 90, [f"{EVERY}{'':20}plans, uses tool"]),
        (Status(choices=CHOICES, typed="open"), 23, [" open…  o page  p PDF", " a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 24, [" open…  o page  p PDF", "        a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 29, [" open…  o page  p PDF", "        a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 30, [" open…  o page  p PDF  a arXiv", "        c code"]),
        (Status(choices=CHOICES, typed="a long word"), 22, [" a long word…", " o page  a arXiv", " p PDF   c code"]),
        (Status(choices=CHOICES), 20, [" o page  p PDF", " a arXiv  c code"]),
        (Status(choices=CHOICES, typed="word", is_typing=True), 60, [" word▏  o page  p PDF  a arXiv  c code"]),
    ],
)
def test_what_is_said_takes_its_room_to_the_cell(status: Status, width: int, lines: list[str]) -> None:
    assert drawn(status, width) == lines


def test_a_path_in_a_notice_keeps_its_name() -> None:
    said = "67 papers written in /home/me/notes/papers/t.bib"
    relative = Status(KEYS[-1:], said="in notes/papers/t.bib")
    assert [drawn(relative, width)[0][8:].strip() for width in (31, 32)] == ["in …/papers/t.bib", relative.said]
    ends = {57: "/me/notes/papers/t.bib", 54: "/notes/papers/t.bib", 51: "/papers/t.bib", 45: "/t.bib", 38: ""}
    for width, end in ends.items():
        assert drawn(Status(KEYS[-1:], said=said), width)[0].endswith(f"67 papers written in{' ' * bool(end)}…{end}")


def test_a_notice_of_parts_loses_the_last_ones_whole() -> None:
    said = Status(KEYS, said="All 34 read · u undoes · [ Monday has 17 left")
    assert drawn(said, 100)[0].endswith(said.said)
    ends = {72: said.said, 71: "All 34 read · u undoes", 49: "All 34 read · u undoes", 48: "All 34 read"}
    for width, end in ends.items():
        assert drawn(said, width)[0] == f"{FIRST}{'':{width - 1 - len(FIRST) - len(end)}}{end}"


def test_a_warning_that_does_not_fit_takes_the_line_and_a_second_one_if_it_must() -> None:
    warning = Status(KEYS, said="the cache is locked by another program · r tries again", tone="warning")
    assert drawn(warning, 60) == [" the cache is locked by another program · r tries again"]
    assert drawn(warning, 40) == [" the cache is locked by another program", " · r tries again"]
    assert drawn(warning, 20) == [" the cache is", " locked by another…"]
    assert drawn(warning, 100)[0].startswith(" m read  s star  x hide  ")


def test_more_keys_stay_where_each_paper_is_decided_on_by_a_key() -> None:
    said = "fetching all since 2024-01-01, and all that came later"
    deciding = Status(KEYS, said=said, kept=DECIDING_KEYS, stays=True)
    assert drawn(deciding, 70) == [" m read  s star  x hide  space next  ? keys       fetching all since…"]
    first = " m read  s star  x hide  space next  / filter  ? keys"
    assert drawn(deciding._replace(tone="warning"), 60) == [f" {said}", first]


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=20)), max_size=9),
    st.text(max_size=250),
    st.sampled_from(TONES),
    st.sampled_from((*WIDTHS, 0, 1, 9, 21, 40)),
    st.sampled_from([UNICODE, ASCII]),
)
def test_a_line_never_exceeds_its_width(
    keys: list[tuple[str, str]], said: str, tone: Tone, width: int, glyphs: Glyphs
) -> None:
    for status in (Status(tuple(keys), said=said, tone=tone), Status((), tuple(keys), said, said, tone)):
        for line in status_lines(status, width, glyphs):
            assert measure(line) <= width
            assert {piece.role for piece in line} <= {*STATUS_ROLES, "text"}
            assert all(literal(piece.text) == piece.text for piece in line)


@each("context", CONTEXTS)
@each("width", WIDTHS)
@each("tone", TONES)
def test_the_first_keys_of_each_context_stay_beside_any_notice_but_a_long_warning(
    context: Context, width: int, tone: Tone
) -> None:
    keys = tuple(KEYMAPS[0].hints(context))
    for said in ("", "1 read", "word " * 50):
        lines = drawn(Status(keys, said=said.strip(), tone=tone), width)
        if tone == "warning" and len(said) > width:
            assert len(lines) == 2
            continue
        [line] = lines
        for key, word in (*keys[:2], keys[-1]):
            assert f" {key} {word}" in line
        assert tone == "hint" or not said.strip() or said.split()[0] in line


# Prompts


def test_the_choices_of_a_long_prompt_stand_in_columns() -> None:
    choices = tuple((key, f"Go to {'a' * (number % 4)}") for number, key in enumerate("abcdefghijkl"))
    assert drawn(Status(choices=choices, typed="g"), 44) == [
        " g…  a Go to      e Go to      i Go to",
        "     b Go to a    f Go to a    j Go to a",
        "     c Go to aa   g Go to aa   k Go to aa",
        "     d Go to aaa  h Go to aaa  l Go to aaa",
    ]


def beginnings(keymap: Keymap, context: Context) -> set[Chord]:
    """The beginnings of all chords."""
    return {chord[:size] for chord in keymap.resolve(context) for size in range(1, len(chord))}


@each("width", WIDTHS)
def test_every_choice_of_every_chord_can_be_read(width: int) -> None:
    prompts = [(k, c, begun) for k in KEYMAPS for c in CONTEXTS for begun in beginnings(k, c)]
    assert len(prompts) >= len(KEYMAPS) * 4
    for keymap, context, begun in prompts:
        choices = keymap.choices(context, begun, [f"My view {place}" for place in range(1, 10)])
        lines = drawn(Status(tuple(keymap.hints(context)), choices, "".join(begun)), width, ASCII)
        assert len(lines) <= (4 if width >= 80 else 5)
        for key, word in choices:
            assert any(f" {key} {word}" in line for line in lines), (key, word, lines)


@given(
    st.lists(st.tuples(st.text("abcdg?<>^[", min_size=1, max_size=6), st.text("ab c", max_size=24)), min_size=1),
    st.sampled_from(["", "g", "open", "a long word for it"]),
    st.sampled_from(WIDTHS),
)
@example([*(("<", "a" * 11) for _ in range(5)), ("<>", "aaa")], "a long word for it", 60)
def test_no_choice_of_any_prompt_is_cut_or_parted(choices: list[tuple[str, str]], typed: str, width: int) -> None:
    lines = [text(line) for line in status_lines(Status(KEYS, tuple(choices), typed), width)]
    # In columns, the choices go on downwards.
    shown = "\n".join(lines)
    for key, word in choices:
        assert shown.count(f"{key} {word}") >= choices.count((key, word))


def test_a_click_on_a_key_or_its_word_is_the_key() -> None:
    [line] = status_lines(Status(KEYS, said="1 read"), 80)
    for word in ("space", "next"):
        piece = piece_at(line, text(line).index(word))
        assert piece is not None
        assert piece.action == (PRESS, "space")
    last = piece_at(line, 78)
    assert last is not None
    assert last.action is None
    assert piece_at(line, 80) is None


def test_the_number_of_selected_papers_stands_first_and_gives_way_only_to_a_long_warning() -> None:
    assert drawn(Status(KEYS, selected=1200), 60)[0].startswith(" 1,200 selected  m read")
    assert drawn(Status(KEYS, said="3 starred · u undoes", selected=3), 60) == [
        " 3 selected  m read  s star  ? keys    3 starred · u undoes"
    ]
    assert drawn(Status(KEYS, selected=3), 24) == [" 3 selected  ? keys"]
    warning = Status(KEYS, said="the cache is locked by another program " * 2, tone="warning", selected=3)
    assert drawn(warning, 60) == drawn(warning._replace(selected=0), 60)
    assert "selected" not in drawn(Status(KEYS, (("o", "page"),), "open", selected=3), 60)[0]
