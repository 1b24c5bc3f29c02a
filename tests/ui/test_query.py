"""The query line: advice, completion, history, free text."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from reader.core.errors import QueryError
from reader.core.query.suggestions import Completion, complete
from reader.ui.kit.line_widgets import LineInput, WidgetReport
from reader.ui.query.actions import MAX_QUERY_LENGTH, QueryLine
from reader.ui.query.advice import (
    EXAMPLES,
    AdviceKeys,
    TypedTerms,
    advise,
    find_mistake,
    find_unknown_topic,
    topic_spans,
    with_known_topics,
)
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.stage import Stage, staged, text

# Advice

KEYS = AdviceKeys("tab", "^f")
WRONG = QueryError("No unred.", 3, 8, "unread")
COMPLETION = Completion(0, 2, ("agents", "gui", "vision"), (1200, 7, 3))


@each(
    ("typed", "width", "lines"),
    [
        (TypedTerms(" "), 80, (EXAMPLES, "")),
        (TypedTerms("cats"), 80, ("", "  ^f searches the feed")),
        (TypedTerms("is:unread"), 80, ("", "")),
        (TypedTerms("ag", None, COMPLETION), 60, ("tab  agents 1,200  gui 7  vision 3", "")),
        (
            TypedTerms("gui ag", None, COMPLETION),
            80,
            ("tab  agents 1,200  gui 7  vision 3", "  ^f searches the feed"),
        ),
        (TypedTerms("ag", None, COMPLETION, 2), 34, ("tab  agents 1,200  gui 7  vision 3", "")),
        (TypedTerms("ag", None, COMPLETION, 2), 33, ("tab  gui 7  vision 3", "")),
        (TypedTerms("ag", None, COMPLETION), 9, ("tab  agents 1,200  gui 7  vision 3", "")),
        (TypedTerms("is:unred", WRONG, COMPLETION, insists=True), 80, ("No unred.", "  tab takes unread")),
    ],
)
def test_advice_fits_the_line(typed: TypedTerms, width: int, lines: tuple[str, str]) -> None:
    advice, hints = advise(typed, KEYS, width)
    assert (text(advice), text(hints)) == lines


@each(
    ("typed", "style"),
    [("(cats", "quiet"), ("(cats OR dogs) OR", "quiet"), ("is:unred", "mistake"), ("cats ) dogs", "mistake")],
)
def test_a_mistake_that_more_typing_may_correct_is_quiet_until_enter(typed: str, style: str) -> None:
    for insists, shown in ((False, style), (True, "mistake")):
        advice, _ = advise(TypedTerms(typed, find_mistake(typed), insists=insists), KEYS, 80)
        assert [piece.role for piece in advice] == [shown]


@each(
    ("typed", "meant", "wrong"),
    [
        ("topic:agnets is:unread", "topic:agents is:unread", "agnets"),
        ("topic:zzzzz,agnets topic:Vison cats", "topic:zzzzz,agents topic:vision cats", "agnets"),
        ("topic:zzzzz topic:yyyyy", "topic:zzzzz topic:yyyyy", "zzzzz"),
        ("topic:agents cats", "topic:agents cats", ""),
    ],
)
def test_unknown_topics_are_mended_where_one_is_near(typed: str, meant: str, wrong: str) -> None:
    error = find_unknown_topic(typed, ("agents", "vision"))
    assert with_known_topics(typed, ("agents", "vision")) == meant
    assert (str(error) if error else "") == (f"There is no topic {wrong}." if wrong else "")


# The line

TOPICS = ("agents", "gui-agents", "evaluation", "image-generation")


def completer(text: str, cursor: int) -> Completion | None:
    return complete(text, cursor, {"topic": TOPICS})


class LineApp(Stage):
    """Makes the calls that the screen makes for its keys."""

    CALLS: ClassVar[dict[str, str]] = {
        "enter": "accept",
        "tab": "complete",
        "down": "next",
        "up": "previous",
    }

    def __init__(self, text: str = "", history: tuple[str, ...] = ()) -> None:
        self.line = QueryLine()
        super().__init__(self.line)
        self.first = text
        self.history = history
        self.answer: object = None

    @property
    def advice(self) -> str:
        return "".join(piece.text for piece in self.line.advice(200))

    @property
    def typed(self) -> list[str]:
        return [message.value for message in self.reports if isinstance(message, WidgetReport)]

    def on_mount(self) -> None:
        self.line.query_one(LineInput).cursor_blink = False
        self.line.know(completer, TOPICS)
        self.line.open(self.first, self.history)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key in self.CALLS and not event.is_forwarded:
            self.answer = getattr(self.line, self.CALLS[event.key])()
        else:
            await super().on_event(event)

    def drawn(self) -> list[str]:
        """The line and the advice below it."""
        parts = [child.render_lines(child.outer_size.region) for child in self.line.children]
        return [strips[0].text.rstrip() for strips in parts[1:]]


async def test_each_letter_is_reported() -> None:
    async with staged(LineApp("is:unread"), 60, 20) as (app, pilot):
        await pilot.pause()
        assert app.typed == [], "opening tells nothing"
        for letter in "gan":
            await pilot.press(letter)
            await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert (app.typed, app.answer) == (["g", "ga", "gan"], "gan")


async def test_a_mistake_is_marked_and_tab_takes_the_nearest_word() -> None:
    async with staged(LineApp(), 80, 24) as (app, pilot):
        await pilot.press(*"is:unred cat")
        await pilot.pause()
        assert app.line.error is not None
        assert app.line.text[app.line.error.start : app.line.error.end] == "unred"
        assert "unred" in app.advice and "tab takes unread" in app.advice
        assert "tab takes unread" in app.drawn()[1]
        await pilot.press("tab")
        await pilot.pause()
        assert app.line.text == "is:unread cat"
        assert app.line.error is None
        # Enter on one that can't be mended keeps the line open.
        app.line.open('"half a phrase')
        app.answer = "none"
        await pilot.press("enter")
        await pilot.pause()
        assert app.answer is None and "never closed" in app.advice


async def test_an_unknown_topic_is_reported_but_may_be_kept() -> None:
    async with staged(LineApp("topic:agnets is:unread"), 80, 24) as (app, pilot):
        assert app.line.error is not None and app.line.error.suggestion == "agents"
        await pilot.press("tab")
        assert app.line.text == "topic:agents is:unread "
        assert app.line.error is None or app.line.error.suggestion is None
        app.line.open("topic:zzzzz")
        await pilot.press("enter")
        await pilot.pause()
        assert app.answer == "topic:zzzzz"


async def test_suggestions_are_chosen_by_down_and_up_and_taken_by_tab() -> None:
    async with staged(LineApp(), 60, 20) as (app, pilot):
        await pilot.press(*"topic:ag")
        await pilot.pause()
        assert app.line.suggestions == ("agents", "gui-agents")
        await pilot.press("down", "down", "up", "down", "tab")
        await pilot.pause()
        assert app.line.text == "topic:gui-agents "
        await pilot.press(*"is:unr", "tab")
        assert app.line.text == "topic:gui-agents is:unread "
        await pilot.press(*"upv", "tab")
        assert app.line.text == "topic:gui-agents is:unread upvotes:"


async def test_tab_straight_after_a_letter_completes_what_is_typed() -> None:
    async with staged(LineApp(), 60, 20) as (app, _):
        app.line.query_one(LineInput).insert_text_at_cursor("topic:gu")
        assert app.line.complete()
        assert app.line.text == "topic:gui-agents "
        assert not app.line.complete()


async def test_up_and_down_choose_a_suggestion_before_earlier_queries() -> None:
    async with staged(LineApp(history=("is:starred",)), 60, 20) as (app, pilot):
        await pilot.press(*"topic:", "down", "up", "down", "down", "up", "tab")
        assert app.line.text == f"topic:{TOPICS[1]} "
        await pilot.press(*"topic:", "down", "up", "up")
        assert app.line.text == "is:starred"


async def test_typing_replaces_the_old_query_unless_a_cursor_key_comes_first() -> None:
    for keys, expected in (
        ("x", "x"),
        ("right", "agents "),
        ("right x", "agents x"),
        ("end x", "agents x"),
        ("backspace", ""),
        ("", "agents "),
    ):
        async with staged(LineApp("agents"), 60, 20) as (app, pilot):
            await pilot.press(*keys.split())
            assert app.line.text == expected, keys


async def test_pasted_text_becomes_one_clean_line() -> None:
    async with staged(LineApp("a"), 60, 20) as (app, pilot):
        line = app.line.query_one(LineInput)
        await pilot.press("right")
        line.post_message(events.Paste("x" * MAX_QUERY_LENGTH))
        await pilot.pause()
        assert app.line.text == "a "
        line.value = ""
        line.post_message(events.Paste("one\ntwo \x1b[31m\x07\u202e[/]three"))
        await pilot.pause()
        assert app.line.text == "one two [/]three"
        app.copy_to_clipboard("\x1b[2Jfour")
        await pilot.press("ctrl+v")
        assert app.line.text == "one two [/]threefour"


def test_the_topics_of_a_query_are_found_in_its_text() -> None:
    text = '  topic:agents,gui-agents -"a b" (x OR y) title:z topic:last'
    spans = topic_spans(text)
    assert [text[span.start : span.end] for span in spans] == ["agents", "gui-agents", "last"]


# Free text


async def test_a_free_text_lists_what_fits_best(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.all")
        title = r.here.title
        await r.do("find.query")
        await r.type(f"~zyzzyva {title}")
        await r.until(lambda: r.query and r.here.title == title and "unread of" not in r.list_lines[0])
        await r.press("enter")
        assert r.here.title == title
        await r.do("find.sort")
        assert r.query == f"sort:upvotes ~zyzzyva {title}"


async def test_papers_like_one_are_listed_and_left_again(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("view.all")
        await r.search("agents tools that write", "query.accept")
        await r.until(lambda: "1 of 60" in r.top)
        id, text = r.here.id, r.query
        await r.do("find.similar")
        assert r.query == f"like:{id}"
        assert id not in r.ids
        # A step back leads to the list before, with the cursor where it was.
        await r.do("app.escape")
        await r.until(lambda: r.here.id == id)
        assert r.query == text


async def test_the_header_says_which_word_was_searched_instead_of_an_unknown_one(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.search("~benchmrks", "query.accept")
        await r.until(lambda: "searched for ~benchmarks" in r.top.lower())
        await r.do("find.clear")
        assert "searched for" not in r.top
