"""The last line: notices, hints and prompts."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widget import Widget

from reader.cache.reads.window import Order
from reader.core.lines import literal, measure, piece_at
from reader.keys.actions import CONTEXTS, FOOTERS, Context
from reader.keys.keymap import Keymap
from reader.keys.spelling import Chord
from reader.session.places import Place, triage_place, view
from reader.ui.command_line.screen import COMMAND, TypedCommand
from reader.ui.dates import ask_for_date
from reader.ui.filter.state import COUNTED
from reader.ui.full_text.screen import text_status
from reader.ui.full_text.state import TEXT, view_text
from reader.ui.full_text.text import FullText, Outline
from reader.ui.full_text.view import Size, TextView
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import StatusLine
from reader.ui.kit.lines import PRESS
from reader.ui.kit.status_lines import (
    Choice,
    Condition,
    Header,
    Status,
    Tone,
    status_lines,
)
from reader.ui.kit.styles import STYLES
from reader.ui.list.header import main_status
from reader.ui.main_screen import TopLine
from reader.ui.notes import NOTING, TAGGING, NoteEdit, TagEdit
from reader.ui.page.lines import ShownPaper
from reader.ui.page.state import PAGE, TRIAGE, begin_triage
from reader.ui.pictures import PICTURES, Picture, Pictures
from reader.ui.shell.listing import ListContent
from reader.ui.shell.screens import status
from reader.ui.shell.state import Notice, Notices, Prompt, State
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.full_texts import document
from tests.ui.stage import COUNTS, Stage, at, paper, staged, text, watch_paints

# Drawn for a width

WIDTHS = (60, 70, 80, 90, 100, 130, 140, 180, 200)
KEYS = (("m", "read"), ("s", "star"), ("x", "hide"), ("space", "next"), ("/", "filter"), ("?", "keys"))
TONES: list[Tone] = ["done", "warning"]
CHOICES = (("o", "page"), ("p", "PDF"), ("a", "arXiv"), ("c", "code"))
KEYMAPS = (Keymap(), Keymap(ascii=True), Keymap(overrides={"view.latest": "gT", "view.all": "g<enter>"}))


def drawn(status: Status, width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    return [text(line).rstrip() for line in status_lines(status, width, glyphs)]


# Keys and notices


def test_keys_are_drawn_at_the_left_and_the_answer_at_the_right() -> None:
    [line] = drawn(Status(KEYS, message="41 read · u undoes"), 100)
    keys, answer = " m read  s star  x hide  space next  / filter  ? keys", "41 read · u undoes"
    assert line == keys + " " * (99 - len(keys) - len(answer)) + answer


@each(("width", "line"), [(40, " m read  s star  x hide  ? keys"), (18, " m read  ? keys"), (8, " ? keys"), (5, "")])
def test_the_last_key_is_the_last_to_go(width: int, line: str) -> None:
    assert drawn(Status(KEYS), width) == [line]


LATE = "fetching all since 2024-01-01, and more"
FIRST, EVERY = " m read  s star  ? keys", " m read  s star  x hide  space next  / filter  ? keys"


@each(
    ("status", "width", "lines"),
    [
        (Status(KEYS, message=LATE), 35, [" m read  s star  x hide  ? keys"]),
        (Status(KEYS, message=LATE), 36, [f"{FIRST}   fetching…"]),
        (Status(KEYS, message=LATE), 60, [f"{FIRST}      fetching all since 2024-01-01…"]),
        (Status(KEYS, message=LATE), 65, [f"{FIRST}      fetching all since 2024-01-01, and…"]),
        (Status(KEYS, message=LATE), 66, [f"{FIRST}   {LATE}"]),
        (Status(KEYS, message=LATE), 20, [" m read  ? keys"]),
        (Status(message=LATE), 40, ["    fetching all since 2024-01-01, and…"]),
        (Status(message=LATE), 41, [f" {LATE}"]),
        (Status(KEYS, message=LATE, tone="warning"), 9, [" fetchin", " g all…", " ? keys"]),
        (
            Status(KEYS, message=LATE, tone="warning"),
            21,
            [" fetching all since", " 2024-01-01, and…", " m read  ? keys"],
        ),
        (Status(KEYS, message=LATE, tone="warning"), 65, [f" {LATE}", EVERY]),
        (Status(KEYS, message=LATE, tone="warning"), 66, [f"{FIRST}   {LATE}"]),
        (Status(message=LATE, tone="warning"), 22, [" fetching all since", " 2024-01-01, and more"]),
        (Status(choices=CHOICES, typed="open"), 23, [" open…  o page  p PDF", " a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 24, [" open…  o page  p PDF", "        a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 29, [" open…  o page  p PDF", "        a arXiv  c code"]),
        (Status(choices=CHOICES, typed="open"), 30, [" open…  o page  p PDF  a arXiv", "        c code"]),
        (Status(choices=CHOICES, typed="a long word"), 22, [" a long word…  o page", " p PDF  a arXiv", " c code"]),
        (Status(choices=CHOICES), 20, [" o page  p PDF", " a arXiv  c code"]),
        (Status(choices=CHOICES, typed="word", is_typing=True), 60, [" word▏  o page  p PDF  a arXiv  c code"]),
    ],
)
def test_keys_and_notices_share_the_line_to_the_cell(status: Status, width: int, lines: list[str]) -> None:
    assert drawn(status, width) == lines


def test_a_notice_of_parts_loses_the_last_ones_whole() -> None:
    status = Status(KEYS, message="All 34 read · u undoes · [ Monday has 17 left")
    assert drawn(status, 100)[0].endswith(status.message)
    ends = {72: status.message, 71: "All 34 read · u undoes", 49: "All 34 read · u undoes", 48: "All 34 read"}
    for width, end in ends.items():
        line = drawn(status, width)[0]
        assert line.startswith(" m read  s star  ") and line.endswith(f"   {end}")


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=20)), max_size=9),
    st.text(max_size=250),
    st.sampled_from(TONES),
    st.sampled_from((*WIDTHS, 0, 1, 9, 21, 40)),
    st.sampled_from([UNICODE, ASCII]),
)
def test_a_line_never_exceeds_its_width(
    keys: list[tuple[str, str]], message: str, tone: Tone, width: int, glyphs: Glyphs
) -> None:
    for one in (Status(tuple(keys), message=message, tone=tone), Status((), tuple(keys), message, message, tone)):
        for line in status_lines(one, width, glyphs):
            assert measure(line) <= width
            assert {piece.role for piece in line} <= STYLES.keys()
            assert all(literal(piece.text) == piece.text for piece in line)


@each("context", CONTEXTS)
@each("width", WIDTHS)
@each("tone", TONES)
def test_the_first_keys_of_each_context_stay_beside_any_notice_but_a_long_warning(
    context: Context, width: int, tone: Tone
) -> None:
    keys = tuple(KEYMAPS[0].hints(context))
    for message in ("", "1 read", "word " * 50):
        lines = drawn(Status(keys, message=message.strip(), tone=tone), width)
        if tone == "warning" and len(message) > width:
            assert len(lines) == 3
        line = lines[-1]
        for key, word in (*keys[:2], keys[-1]):
            assert f" {key} {word}" in line
        assert not message.strip() or message.split()[0] in lines[0]


# Prompts


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


def test_a_click_on_a_key_or_its_word_is_the_key() -> None:
    [line] = status_lines(Status(KEYS, message="1 read"), 80)
    for word in ("space", "next"):
        piece = piece_at(line, text(line).index(word))
        assert piece is not None
        assert piece.action == (PRESS, "space")
    last = piece_at(line, 78)
    assert last is not None
    assert last.action is None
    assert piece_at(line, 80) is None


def test_the_number_of_selected_papers_stands_before_the_keys() -> None:
    assert drawn(Status(KEYS, selected=1200), 60)[0].startswith(" 1,200 selected  m read")
    assert drawn(Status(KEYS, message="3 starred · u undoes", selected=3), 60) == [
        " 3 selected  m read  s star  ? keys    3 starred · u undoes"
    ]
    assert drawn(Status(KEYS, selected=3), 24) == [" 3 selected  ? keys"]
    warning = Status(KEYS, message="the cache is locked by another program " * 2, tone="warning", selected=3)
    assert drawn(warning, 60)[-1] == " 3 selected  m read  s star  x hide  space next  ? keys"
    assert "selected" not in drawn(Status(KEYS, (("o", "page"),), "open", selected=3), 60)[0]


# Notices


def test_an_answer_replaces_the_last_one_and_passes_with_time_or_the_next_action() -> None:
    notices = Notices().with_answer("nothing to undo", "warning").with_answer("41 read")
    assert notices.shown == Notice("41 read")
    assert notices.without_answer().shown == notices.without_news().shown == Notice()
    assert Notices().without_answer() == Notices()


def test_news_never_covers_an_answer_and_waits_until_it_has_passed() -> None:
    notices = Notices().with_answer("41 read · u undoes").with_news("12 new")
    assert notices.shown == Notice("41 read · u undoes")
    assert notices.without_answer().shown == notices.without_news().shown == Notice("12 new")
    assert notices.without_news().without_news().shown == Notice()
    assert notices.with_news("nothing new").without_news().shown == Notice("nothing new")


def test_an_outcome_replaces_what_its_action_began_with_and_covers_no_other_answer() -> None:
    begun = Notices().with_answer("esc stops searching")
    assert begun.with_end("the feed is silent", "warning", "esc stops searching").shown.text == "the feed is silent"
    assert Notices().with_end("the feed is silent").answer.text == "the feed is silent"
    other = Notices().with_answer("1 read · u undoes").with_end("the feed is silent", "warning", "esc stops searching")
    assert other.shown.text == "1 read · u undoes"
    assert other.without_answer().shown.text == "the feed is silent"


def test_an_action_keeps_the_announcement_but_its_answer_covers_it() -> None:
    notices = Notices().with_news("no network", "warning")
    assert notices.without_answer().shown == Notice("no network", "warning")
    assert notices.with_answer("1 read").shown == Notice("1 read")
    assert notices.with_answer("1 read").without_answer().shown == Notice("no network", "warning")


def test_the_lifetime_of_a_notice_begins_when_it_is_shown() -> None:
    notices = Notices().with_answer("1 read")
    assert notices.with_answer("1 read").happened > notices.happened
    waiting = notices.with_news("12 new")
    assert waiting.happened == notices.happened
    assert waiting.without_answer().happened > waiting.happened
    assert waiting.without_news().happened > waiting.happened
    assert Notices().with_news("12 new").happened > 0


# Hints of each context

KEYMAP = Keymap()
READING = ShownPaper(1, paper())


def in_context(context: Context, width: int, text: str = "") -> State:
    state = at("all", text, papers=0 if context == "empty" else 3).with_size(200)
    match context:
        case "detail" | "filter":
            state = state.with_focus(context)
        case "hole":
            state = state.highlight(1, is_on_hole=True)
        case "query":
            state = state.open_query()
        case "tags":
            state = state.put(TAGGING, TagEdit((1,), (), (), {}))
        case "note":
            state = state.put(NOTING, NoteEdit(1, "2605.00400", "A paper", ""))
        case "command":
            state = state.put(COMMAND, TypedCommand())
        case "date":
            state = ask_for_date(state)
        case "page":
            state = state.put(PAGE, READING)
        case "triage":
            state = begin_triage(state, triage_place("", is_taught=False))
            state = state.update(TRIAGE, lambda triage: triage.came((1, 2, 3))).put(PAGE, READING)
        case "picture":
            state = state.put(PICTURES, Pictures((Picture("https://x.example/a.png", "Figure 1"),), 0))
        case "text" | "outline":
            state = state.put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper))
            state = view_text(state, TextView.open(document(), Size()))
            shown = state[TEXT]
            assert shown is not None
            state = state.put(TEXT, replace(shown, outline=Outline(is_open=context == "outline")))
    assert state.context == context
    # A zoomed pane is shown at any width.
    return state.choose_panes(state.panes._replace(is_zoomed=True)).with_size(width)


def hints(state: State, keymap: Keymap) -> list[Choice]:
    """The keys that a place shows."""
    show = text_status if state[TEXT] is not None else main_status if state.front is None else status
    return list(show(state, keymap).keys)


# Help, reasons and outputs have tests of their own.
@each("context", [context for context in CONTEXTS if context not in ("help", "output", "why")])
def test_each_context_has_its_keys(context: Context) -> None:
    for query in ("", "robot"):
        wanted = [
            (KEYMAP.key(action, context), word)
            for action, word in FOOTERS[context].items()
            if action != "find.clear" or query
        ]
        assert hints(in_context(context, 120, query), KEYMAP) == wanted


def test_hints_name_the_keys_as_they_are_bound_and_those_alone_that_act() -> None:
    own = Keymap(overrides={"paper.star": ("ctrl+t",), "paper.read": ()})
    shown = hints(in_context("list", 120), own)
    assert ("ctrl+t", "star") in shown and "read" not in [word for _, word in shown]
    empty = in_context("empty", 120)
    assert set(hints(empty, KEYMAP)) - set(hints(replace(empty, mode="sample"), KEYMAP)) == {("r", "refresh")}
    places = (in_context(context, 120) for context in ("list", "detail", "filter"))
    selected = [state.choose(state.selection.toggle((1, 2))) for state in places]
    counted = [main_status(state, KEYMAP) for state in selected]
    let_go = ("esc", "let go")
    assert [(one.selected, let_go in one.keys) for one in counted] == [(2, True), (2, True), (0, False)]
    no_text = at("all").put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper))
    assert [word for _, word in hints(no_text, KEYMAP)] == ["back", "star", "keys"]


def test_the_last_line_shows_the_answer_then_the_news() -> None:
    state = at("latest")
    assert main_status(state, KEYMAP) == Status(tuple(hints(state, KEYMAP)))
    state = state.change_notices(lambda notices: notices.with_news("no network", "warning"))
    assert main_status(state, KEYMAP)[3:5] == ("no network", "warning")
    state = state.change_notices(lambda notices: notices.with_answer("1 read"))
    assert main_status(state, KEYMAP)[3:5] == ("1 read", "done")
    prompt = Prompt((("t", "Latest"),), "g")
    assert main_status(state.prompt_for(prompt), KEYMAP)[1:3] == (prompt.options, "g")


def test_a_query_that_matches_more_elsewhere_names_the_key_and_how_many() -> None:
    place = Place(view("latest"), "robot")
    state = State(place=place, listing=ListContent(place, Order(array("q", (1, 2)))))
    assert not any(key == "ctrl+a" for key, _ in hints(state, KEYMAP))
    counted = state.put(COUNTED, COUNTS._replace(anywhere=54, place=place))
    assert hints(counted, KEYMAP)[3] == ("ctrl+a", "54 in all")
    wide = counted.widen_query()
    assert hints(wide, KEYMAP)[3] == ("ctrl+a", "back to Latest")
    assert not any(key == "ctrl+a" for key, _ in hints(counted.with_focus("filter"), KEYMAP))


# Widgets

HOSTILE = "[/] \x1b[31m\x07漢字漢字 \u202e[b]"
HERE = Header("Latest", "topic:agents is:unread", 12, 31, condition=Condition("08:14", "fresh"))
BUSY = Header("Latest", "", 12, condition=Condition("day 3 of 7", "busy"))
LINK_CHOICES = (("o", "page"), ("p", "PDF"), ("a", "arXiv"), ("c", "code"), ("w", "project"))


def drawn_widget(widget: Widget) -> list[str]:
    strips = widget.render_lines(widget.size.region)
    assert all(strip.cell_length == widget.size.width for strip in strips)
    return [strip.text.rstrip() for strip in strips]


# The first line


async def test_the_spinner_turns_only_while_something_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    top = TopLine(spin=0.001)
    app = Stage(top)
    app.animation_level = "full"
    async with app.run_test(size=(80, 3)) as pilot:
        assert not top.is_turning
        top.show(BUSY)
        assert top.is_turning
        before = drawn_widget(top)
        for _ in range(200):
            if drawn_widget(top) != before:
                break
            await pilot.pause(0.001)
        assert drawn_widget(top) != before
        assert drawn_widget(top)[0].endswith("day 3 of 7")
        painted = watch_paints(top, monkeypatch)
        top._step()
        assert painted == [-1]
        top.show(HERE)
        assert not top.is_turning
        still = TopLine(spin=None)
        await app.mount(still)
        still.show(BUSY)
        assert not still.is_turning


async def test_a_click_on_the_query_or_its_place_edits_the_query() -> None:
    top = TopLine(spin=None)
    async with staged(Stage(top), 80, 3) as (app, pilot):
        top.show(HERE)
        await pilot.pause()
        await pilot.click(top, offset=(drawn_widget(top)[0].index("topic") + 2, 0))
        assert len(app.reports) == 1
        await pilot.click(top, offset=(2, 0))
        await pilot.click(top, offset=(78, 0))
        assert len(app.reports) == 1
        top.show(Header("Latest", "", 12, 31))
        await pilot.pause()
        await pilot.click(top, offset=(40, 0))
        assert len(app.reports) == 2


# The last line


async def test_a_prompt_takes_a_second_row_while_it_needs_one() -> None:
    status = StatusLine()
    async with Stage(status).run_test(size=(30, 6)) as pilot:
        status.show(Status(KEYS))
        await pilot.pause()
        assert drawn_widget(status) == [" m read  s star  ? keys"]
        status.show(Status(KEYS, LINK_CHOICES, "open"))
        await pilot.pause()
        assert drawn_widget(status) == [" open…  o page  p PDF  a arXiv", "        c code  w project"]
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert drawn_widget(status) == [" open…  o page  p PDF  a arXiv  c code  w project"]
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert len(drawn_widget(status)) == 2
        status.show(Status(KEYS, message="1 read"))
        await pilot.pause()
        assert len(drawn_widget(status)) == 1


# All of them


# Stories


async def test_a_notice_leaves_by_itself(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.program.NOTICE_SECONDS", 0.3)
    async with reader() as r:
        seen: list[str] = []
        show = r.app.status.show

        def watch(status: Status) -> None:
            seen.append(status.message)
            show(status)

        monkeypatch.setattr(r.app.status, "show", watch)
        await r.do("paper.star")
        r.app.model.show_news("12 new")
        await r.until(lambda: "12 new" in seen and r.status == "")
        assert "1 starred · u undoes" in seen[: seen.index("12 new")]
