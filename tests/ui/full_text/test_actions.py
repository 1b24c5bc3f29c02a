"""What keys do to an open text, and what the last line says of it. No terminal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from reader.cache.texts import KeptText
from reader.core.document.layout import TextPlace
from reader.core.document.model import Document, Formula, Reference, Span
from reader.core.marks import PASSAGE
from reader.core.passages import Passage, parse_passage
from reader.ui.full_text import view as view_module
from reader.ui.full_text.actions import FullTextActions
from reader.ui.full_text.state import TEXT
from reader.ui.page.lines import ShownPaper
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import handlers_of
from tests.ui.bench import Bench
from tests.ui.full_texts import document, paragraph
from tests.ui.stage import at, paper


class Texts(Bench):
    """The keys of a text over a paper's page; calls to other features are recorded."""

    def __init__(self, text: Document | None = None) -> None:
        self.passages: tuple[Passage, ...] = ()
        self.done: list[object] = []
        note = self.done.append
        library = {
            "text": lambda _key: text and KeptText(text, "arxiv.org", ""),
            "passages": lambda _key: self.passages,
            "note_text_use": AsyncMock(),
            "mark": self.mark,
            "pk_of": {"2404.00009": 9}.get,
        }
        state = at("all").put(PAGE, ShownPaper(1, paper(id="2605.00001"))).with_size(80, 24)
        super().__init__(state, library, copy_to_clipboard=lambda text: note(("copy", text)))
        vars(self.app).update(
            bookmark_keeper=SimpleNamespace(of=lambda _id: None),
            link_actions=SimpleNamespace(browse=lambda url: note(("browse", url))),
            mark_actions=SimpleNamespace(
                queue=lambda key: note(("queue", key)), follow=lambda storing: self.works.append(lambda: storing)
            ),
            paper_lookup=SimpleNamespace(
                show=lambda id: note(("show", id)), begin=lambda id, then: note(("fetch", id, then is not None))
            ),
            picture_actions=SimpleNamespace(open_address=lambda url: url.endswith(".png")),
        )
        self.actions = FullTextActions(self.app)
        self.handlers = handlers_of([self.actions], lambda: self.model.state.context)
        self.do("text.open")

    @property
    def text(self) -> Any:
        return self.model.state[TEXT]

    @property
    def view(self) -> Any:
        return self.text.view

    def do(self, *ids: str, count: int | None = None) -> str:
        """Run actions, and return the messages since."""
        self.model.change(self.model.state.change_notices(lambda notices: notices.without_answer()))
        for id in ids:
            self.handlers[id](count)
        return self.notice

    def type(self, *keys: str) -> list[bool]:
        """Press keys, and return which of them are taken as text."""
        return [self.actions.take_text("text", key, key if len(key) == 1 else None) for key in keys]

    async def mark(self, kind: str, value: str, keys: list[int]) -> None:
        one = parse_passage(id := kind.removeprefix(PASSAGE), value)
        self.passages = (*(other for other in self.passages if other.id != id), *([one] if one else []))


@pytest.mark.parametrize("is_open", [True, False])
def test_keys_change_nothing_where_there_is_no_text(is_open: bool) -> None:
    bench = Texts()
    if not is_open:
        bench.model.change(bench.model.state.put(TEXT, None))
    before = bench.model.state[TEXT]
    for id in bench.handlers.keys() - {"text.open", "text.again", "text.search", "app.back"}:
        assert bench.do(id) == "", id
    bench.actions.follow_to("#bib2 [2]")
    bench.actions.move_lines(1)
    bench.actions.move_pages(1, 1, 1)
    bench.actions.move_to_end(last=True)
    bench.actions.read_on()
    bench.actions.show_highlights(bench.model.state)
    assert not any(bench.type("enter", "a")) and bench.actions.passage_to_note() is None and not bench.done
    assert bench.model.state[TEXT] is before
    bench.actions.open_at("zebra")
    bench.actions.open_at_highlight(0)
    assert bench.text.is_fetching


def test_references_are_shown_over_the_text_or_opened() -> None:
    code, picture = Span("code", "", "https://x.example/c"), Span("plot", "", "https://x.example/p.png")
    bench = Texts(Document("", (paragraph("See ", code), *document().blocks)))
    # Letters choose; any other key, such as one without a reference, lets all go.
    assert bench.do("text.follow") == "" and len(bench.view.links) == 3
    assert bench.type("ctrl+c") == [False] and len(bench.view.links) == 3
    for key in ("z", "down"):
        assert bench.type(key) == [True] and not bench.view.links and bench.view.peek is None
        bench.do("text.follow")
    assert bench.type("a") == [True] and bench.done == [("browse", code.target)]
    bench.actions.follow_to(f"{picture.target} plot")
    bench.actions.follow_to(f"{code.target} code")
    assert len(bench.done) == 2
    bench.actions.follow_to("#gone nothing")
    assert bench.notice == "the target of this reference is not in the text"
    assert Texts(Document("", (paragraph("See."),))).do("text.follow") == "no reference in view"


def test_what_is_shown_over_the_text_has_its_own_keys() -> None:
    formula, cites, entry = Formula(("a=b",), "(1)", "E1"), "X. arXiv:2404.00009.", "Y. arXiv:2404.00010."
    blocks = formula, Reference("[1]", (Span(cites),), "b1"), Reference("[2]", (Span(entry),), "b2"), *document().blocks
    bench = Texts(Document("", blocks))
    for target, key, is_taken, done, expected in (
        ("#b1", "enter", True, ("show", "2404.00009"), ""),
        ("#b1", "b", True, ("queue", 9), ""),
        ("#b2", "b", True, ("fetch", "2404.00010", True), ""),
        ("#E1", "b", True, None, "! this reference has no arXiv id"),
        ("#E1", "y", True, ("copy", "a=b"), "copied a=b"),
        ("#b1", "j", False, None, ""),
        ("#bib9", "enter", True, None, "esc goes back"),
    ):
        bench.done.clear()
        bench.actions.follow_to(f"{target} x")
        assert bench.view.peek is not None
        bench.do()
        assert bench.type(key) == [is_taken] and bench.view.peek is None
        assert (bench.done, bench.notice) == ([] if done is None else [done], expected)
    assert bench.view.document.blocks[bench.view.marked.block] == blocks[-31]
    # The keys that go back close it by themselves.
    bench.actions.follow_to("#b1 x")
    assert bench.type("escape", "q") == [False, False] and bench.view.peek is not None
    long = Texts(Document("", (Formula((r"a=b\\", "c=d")),)))
    assert long.do("text.follow") == "" and long.type("a", "y") == [True, True] and long.notice == "copied the formula"


def test_matches_are_counted_and_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "MAX_COUNTED_LINES", 30)
    bench = Texts(document())
    assert bench.do("text.next_match") == "/ searches for words"
    assert bench.do("text.search") == "" and bench.type("z", "e", "ctrl+p", "f5", "enter") == [
        *(True, True, False, True, True)
    ]
    assert bench.notice == "1 of 2 · ze"
    assert [bench.do("text.next_match", count=count) for count in (None, 2)] == ["2 of 2 · ze"] * 2
    assert bench.do("text.previous_match") == "1 of 2 · ze"
    bench.actions.scroll(-1)
    bench.do("text.search")
    bench.type(*"measured", "enter")
    assert bench.notice == "measured · 30+"
    bench.actions.move_to_end(last=False)
    assert bench.do("text.next_match") == "1 of 30+ · measured"
    bench.do("text.search")
    bench.type("x", "escape")
    assert bench.view.search.text == "" and bench.do("text.search") == bench.notice == ""
    bench.type(*"xq", "enter")
    assert bench.notice == "! xq is not in this text"


def test_the_ends_of_a_text_are_told_and_pages_move_the_cursor_of_what_is_selected() -> None:
    bench = Texts(document())
    assert bench.do("text.left") == "" and bench.do("text.right") == "nothing is wider than the screen"
    bench.do("text.next_section", count=2)
    assert bench.view.section.heading.number == "2.1"
    bench.do("text.previous_section", "text.right", "text.right")
    assert (bench.view.side, bench.notice) == (16, "")
    bench.do("text.left")
    assert bench.view.side == 8
    bench.actions.move_to_end(last=True)
    bench.do()
    bench.actions.read_on()
    assert bench.notice == "the end of the text · q goes back"
    bench.actions.move_to_end(last=False)
    bench.do("text.select")
    for (direction, share, times), line in (((1, 1, 2), 45), ((-1, 2, 1), 34), ((1, 99, 1), 35), ((-1, 1, 9), 0)):
        bench.actions.move_pages(direction, share, times)
        assert bench.view.selection.cursor == bench.view.layout.down(TextPlace(), line)
    bench.actions.move_to_end(last=True)
    assert bench.view.selection.cursor == bench.view.layout.end
    # An outline has the keys before the text.
    bench.do("text.outline")
    bench.actions.move_pages(-1, 2, 1)
    assert bench.text.outline.cursor == 0 and not any(bench.type("enter"))
    assert Texts(Document("", (paragraph("See."),))).do("text.outline") == "this text has no sections"


async def test_selected_words_are_kept_removed_and_quoted() -> None:
    blocks = document().blocks
    bench = Texts(Document("", (*blocks, paragraph("The zebra runs on."), *blocks)))

    async def kept() -> list[bool]:
        """Store and search what waits; whether each highlight has its place."""
        while bench.works:
            await bench.work()
        bench.actions.show_highlights(bench.model.state)
        return [one.range is not None for one in bench.view.highlights.entries]

    long = Texts(Document("", (paragraph("word " * 30_000),)))
    long.do("text.select")
    long.actions.move_to_end(last=True)
    assert long.do("text.highlight") == "! a highlight has at most 100,000 characters"
    assert bench.do("text.highlight") == "v selects lines to highlight"
    assert bench.do("text.select", "text.highlight") == "there are no words in these lines"
    bench.actions.open_at("zebra runs")
    assert bench.view.marked == TextPlace(29, 1) and bench.actions.passage_to_note() is None
    assert (
        bench.do("text.select", "text.copy") == "copied > The zebra runs only here. (2605.00001, §2.1 Zebra crossing)"
    )
    bench.do("text.select")
    bench.actions.move_lines(-1)
    assert bench.do("text.select", "text.copy") == "there is no text to copy in these lines" and len(bench.done) == 1
    # The same words elsewhere are another highlight, which is drawn before it is stored.
    for block in (29, len(blocks)):
        bench.actions.open_at("zebra runs")
        bench.do(*["text.next_match"] * (block != 29))
        await kept()
        bench.do("text.select")
        passage = bench.actions.passage_to_note()
        assert passage is not None and (passage.quote, bench.view.selection) == (
            "The zebra runs only here." if block == 29 else "The zebra runs on.",
            None,
        )
        assert bench.actions.passage_to_note() == passage and passage not in bench.passages
        assert bench.view.current_highlight.passage == passage
    assert await kept() == [True, True]
    # One that has moved is searched for in the background, and shown when it is found.
    bench.passages = (bench.passages[0]._replace(block=3), bench.passages[1])
    bench.do("text.open")
    bench.actions.show_highlights(bench.model.state)
    assert [one.range is not None for one in bench.view.highlights.entries] == [False, True]
    bench.actions.mark_highlight_by_id(bench.passages[0].id)
    assert bench.view.marked is None and await kept() == [True, True]
    assert bench.view.current_highlight.passage == bench.passages[0]
    bench.actions.mark_highlight_by_id(bench.passages[1].id)
    assert bench.do("text.highlight") == "" and len(bench.view.highlights.entries) == 1
    assert await kept() == [True] and bench.view.current_highlight is None
