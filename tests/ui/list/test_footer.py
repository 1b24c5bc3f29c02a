"""What the last line of each place shows, worked out from states. No terminal."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.keys.actions import CONTEXTS, FOOTERS, Context
from reader.keys.keymap import Keymap
from reader.refresh.jobs import Canvas
from reader.session.places import Place, triage_place, view
from reader.ui.calendar.state import CalendarRequest, open_calendar
from reader.ui.command_line.state import COMMAND, TypedCommand
from reader.ui.filter.state import COUNTED, HINT
from reader.ui.full_text.screen import text_status
from reader.ui.full_text.state import TEXT, view_text
from reader.ui.full_text.text import FullText, Outline
from reader.ui.full_text.view import Size, TextView
from reader.ui.kit.status_lines import Choice, Status, status_lines
from reader.ui.list.footer import main_status
from reader.ui.notes.state import NOTING, TAGGING, Noting, Tagging
from reader.ui.page.state import PAGE, Reading
from reader.ui.pictures.pictures import Picture, Pictures
from reader.ui.pictures.state import PICTURES
from reader.ui.shell.footer import status
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import Prompt, State
from reader.ui.triage.state import TRIAGE, Triage, begin_triage
from tests.table import each
from tests.ui.full_texts import document
from tests.ui.stage import paper
from tests.ui.states import COUNTS, at

KEYMAP = Keymap()
READING = Reading(1, paper(), (), STILL)


def in_context(context: Context, width: int, text: str = "") -> State:
    state = at("all", text, papers=0 if context == "empty" else 3).resized(200)
    match context:
        case "detail" | "filter":
            state = state.focused(context)
        case "hole":
            state = state.highlight(1, is_on_hole=True)
        case "query":
            state = state.open_query()
        case "tags":
            state = state.put(TAGGING, Tagging((1,), (), (), {}))
        case "note":
            state = state.put(NOTING, Noting(1, "2605.00400", "A paper", ""))
        case "command":
            state = state.put(COMMAND, TypedCommand())
        case "calendar":
            state = open_calendar(state, CalendarRequest(date(2026, 5, 12)))
        case "page":
            state = state.put(PAGE, READING)
        case "triage":
            state = begin_triage(state, Triage(triage_place("", is_taught=False), 900))
            begun = datetime(2026, 5, 12, tzinfo=UTC)
            state = state.update(TRIAGE, lambda triage: triage.came(begun, 3)).put(PAGE, READING)
        case "picture":
            state = state.put(
                PICTURES, Pictures((Picture("https://x.example/a.png", "Figure 1"),), 0, Canvas("blocks", 80, 20))
            )
        case "text" | "outline":
            state = state.put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper, Size()))
            state = view_text(state, TextView.open(document(), Size()))
            shown = state[TEXT]
            assert shown is not None
            state = state.put(TEXT, replace(shown, outline=Outline(is_open=context == "outline")))
    assert state.context == context
    # A zoomed pane is shown at any width.
    return state.choose_panes(state.panes._replace(is_zoomed=True)).resized(width)


def hints(state: State, keymap: Keymap) -> list[Choice]:
    """The keys that a place shows."""
    show = text_status if state[TEXT] is not None else main_status if state.front is None else status
    return list(show(state, keymap).keys)


# Help, reasons and outputs have tests of their own.
@each("context", [context for context in CONTEXTS if context not in ("help", "output", "why")])
def test_each_context_has_its_keys(context: Context) -> None:
    for text in ("", "robot"):
        wanted = [
            (KEYMAP.key(action, context), word)
            for action, word in FOOTERS[context].items()
            if action != "find.clear" or text
        ]
        assert hints(in_context(context, 120, text), KEYMAP) == wanted


def test_hints_name_the_keys_as_they_are_bound_and_those_alone_that_act() -> None:
    own = Keymap(overrides={"paper.star": ("ctrl+t",), "paper.read": ()})
    shown = hints(in_context("list", 120), own)
    assert ("ctrl+t", "star") in shown and "read" not in [word for _, word in shown]
    empty = in_context("empty", 120)
    assert set(hints(empty, KEYMAP)) - set(hints(replace(empty, mode="sample"), KEYMAP)) == {("r", "refresh")}
    places = (in_context(context, 120) for context in ("list", "detail", "filter"))
    selected = [state.choose(state.selection.toggled((1, 2))) for state in places]
    counted = [main_status(state, KEYMAP) for state in selected]
    let_go = ("esc", "let go")
    assert [(one.selected, let_go in one.keys) for one in counted] == [(2, True), (2, True), (0, False)]
    no_text = at("all").put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper, Size()))
    assert [word for _, word in hints(no_text, KEYMAP)] == ["back", "star", "keys"]


@each("tone", ["done", "warning"])
def test_the_way_back_from_a_text_stays_beside_whatever_is_said(tone: Literal["done", "warning"]) -> None:
    said = "What happened takes more room than a narrow line has, and even more than that: " * 2
    state = in_context("text", 60).change_notices(lambda notices: notices.told(said, tone))
    shown = "".join(piece.text for line in status_lines(text_status(state, KEYMAP), 60) for piece in line)
    assert "q back" in shown
    assert "What happened" in shown


def test_the_last_line_shows_the_answer_then_the_news_then_the_hint_of_the_filter() -> None:
    state = at("latest").put(HINT, "Models that act.")
    assert main_status(state, KEYMAP) == Status(tuple(hints(state, KEYMAP)))
    state = state.focused("filter")
    assert main_status(state, KEYMAP) == Status(tuple(hints(state, KEYMAP)), said="Models that act.", tone="hint")
    state = state.change_notices(lambda notices: notices.told("no network", "warning"))
    assert main_status(state, KEYMAP)[3:5] == ("no network", "warning")
    state = state.change_notices(lambda notices: notices.answered("1 read"))
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
    assert not any(key == "ctrl+a" for key, _ in hints(counted.focused("filter"), KEYMAP))
