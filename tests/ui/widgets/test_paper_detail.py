from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from reader.cache.history import STILL
from reader.core.paper import Paper
from reader.ui.model import Model
from reader.ui.screens.paper_page import PaperPage
from reader.ui.state_parts import Reading
from reader.ui.text.glyphs import ASCII, UNICODE
from reader.ui.text.lines import measure
from reader.ui.text.paper_lines import MEASURE, PEOPLE_LINES, Presentation, compose
from reader.ui.widgets.paper_detail import PaperDetail
from tests.ui.stage import TODAY, Stage, look, paper

LOOK = Presentation(TODAY)
LONG = paper(pk=2, abstract="\n\n".join(f"Paragraph {number} of words. " * 6 for number in range(12)))


class Listener(Stage):
    def __init__(self, detail: PaperDetail) -> None:
        super().__init__(detail)
        self.urls: list[str] = []
        self.topics: list[str] = []

    def on_paper_detail_link_clicked(self, message: PaperDetail.LinkClicked) -> None:
        self.urls.append(message.url)

    def on_paper_detail_topic_clicked(self, message: PaperDetail.TopicClicked) -> None:
        self.topics.append(message.slug)


def stage() -> tuple[Listener, PaperDetail]:
    detail = PaperDetail(today=TODAY)
    return Listener(detail), detail


def texts(one: Paper, width: int = 60, look: Presentation = LOOK) -> list[str]:
    return ["".join(piece.text for piece in line) for line in compose(one, width, look)]


# What is shown


def test_arxiv_is_told_where_it_is_known() -> None:
    lines = texts(paper(version=3, revised="2025-11-22", categories=("cs.CL", "x.Y"), remark="9 pages [/]"))
    assert lines[4:6] == [
        "Mon 24 Nov · arXiv 19 Nov · v3 22 Nov · ▲ 61 · 3 comments",
        "Computation and Language cs.CL · x.Y · 9 pages [/]",
    ]
    assert "x.Y · cs.CL" in texts(paper(categories=("x.Y", "cs.CL")))


def test_a_paper_is_told_whole_in_a_fixed_order() -> None:
    lines = texts(
        paper(starred=True, note="Read again.", tags=("later",)),
        look=Presentation(TODAY, topic_names={"agents": "Agents & tools"}),
    )
    assert lines == [
        "A memory that forgets on purpose",
        "",
        "Ada Byron, Emmy Noether",
        "Some Lab",
        "★ starred · Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments",
        "+later",
        "",
        "[Video generation] [Agents & tools]",
        "memory · kv cache",
        "",
        "✎ Read again.",
        "",
        "AI summary  It forgets well.",
        "",
        "Abstract",
        "What a model keeps is chosen by what it will need.",
        "",
        "The rest is let go.",
        "",
        "   Page     huggingface.co/papers/2511.12345",
        "   PDF      arxiv.org/pdf/2511.12345",
        "   arXiv    arxiv.org/abs/2511.12345",
        "   Code     github.com/someone/forget  ★ 312",
    ]


def test_what_is_not_known_takes_no_room() -> None:
    bare = paper(
        id="page:0123456789ab",
        abstract="",
        authors=(),
        author_count=0,
        organization=None,
        day=None,
        published=None,
        upvotes=0,
        comments=0,
        summary=None,
        keywords=(),
        topics=(),
        code_url=None,
    )
    assert texts(bare) == [
        "A memory that forgets on purpose",
        "",
        "▲ 0",
        "",
        "Abstract",
        "None in the cache yet.",
    ]
    assert "12 authors" in texts(bare._replace(author_count=12))


def test_many_authors_are_folded_and_can_be_named() -> None:
    names = tuple(f"Given Name{number}" for number in range(40))
    many = paper(authors=names, author_count=3_000)
    folded = texts(many, 60)[2 : 2 + PEOPLE_LINES]
    shown = sum(name in " ".join(folded) for name in names)
    assert folded[-1].endswith(f"… and {3_000 - shown:,} more")
    assert texts(many)[2 + PEOPLE_LINES] == "Some Lab"
    everyone = " ".join(texts(many, look=Presentation(TODAY, everyone=True)))
    assert all(name in everyone for name in names) and "… and 2,960 more" in everyone


def test_one_author_too_many_for_a_line_is_still_named() -> None:
    one = paper(authors=("A" * 200, "B" * 200), author_count=2)
    assert "… and 1 more" in " ".join(texts(one, 20))


def test_links_are_web_addresses_with_their_letters() -> None:
    one = paper(
        code_url="javascript:alert(1)",
        project_url="file:///etc/passwd",
        media=("https://example.org/a.mp4", "http://[broken", "https://"),
    )
    lines = texts(one, look=Presentation(TODAY, link_keys={"o": "o", "p": "P", "1": "L1"}))
    assert lines[-4:] == [
        "o  Page     huggingface.co/papers/2511.12345",
        "P  PDF      arxiv.org/pdf/2511.12345",
        "   arXiv    arxiv.org/abs/2511.12345",
        "L1 Media 1  example.org/a.mp4",
    ]


def test_searched_words_are_marked_but_not_our_own_labels() -> None:
    look = Presentation(TODAY, words=("memory", "abstract", "byron"))
    found = [piece for line in compose(paper(), 60, look) for piece in line if piece.hit]
    assert [(piece.text, piece.role) for piece in found] == [
        ("memory", "title"),
        ("Byron", "people"),
        ("memory", "keywords"),
    ]


def test_ascii_draws_with_letters() -> None:
    one = paper(starred=True, note="n", authors=tuple("abcdefghij" * 9), author_count=99)
    assert all(line.isascii() for line in texts(one, look=Presentation(TODAY, glyphs=ASCII)))


words = st.text(max_size=60) | st.sampled_from(["[/]", "\x1b[2J", "中文标题" * 9, "e\u0301" * 30, "a" * 300, "\ud800"])


@given(
    st.builds(
        paper()._replace,
        title=words,
        abstract=words,
        authors=st.lists(words, max_size=30).map(tuple),
        author_count=st.integers(0, 5_000),
        organization=st.none() | words,
        day=st.none() | words,
        summary=st.none() | words,
        keywords=st.lists(words, max_size=6).map(tuple),
        topics=st.lists(words, max_size=5).map(tuple),
        project_url=st.none() | words.map(lambda text: f"https://example.org/{text}"),
        note=st.none() | words,
        tags=st.lists(words, max_size=3).map(tuple),
    ),
    st.integers(4, 90),
    st.booleans(),
)
def test_whatever_a_paper_says_is_drawn_literally_and_in_its_width(one: Paper, width: int, everyone: bool) -> None:
    for line in compose(one, width, Presentation(TODAY, words=("a",), everyone=everyone)):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)


# The pane


def drawn(detail: PaperDetail) -> list[str]:
    return [detail.render_line(y).text.rstrip() for y in range(detail.size.height)]


async def test_another_paper_begins_at_its_beginning_and_news_stay_where_one_reads() -> None:
    app, detail = stage()
    async with app.run_test(size=(60, 14)) as pilot:
        detail.show(LONG)
        await pilot.pause()
        assert drawn(detail)[0] == " A memory that forgets on purpose"
        assert not detail.scroll_lines(5)
        detail.show(LONG._replace(upvotes=99))
        await pilot.pause()
        assert detail.scroll_offset.y == 5
        detail.show(paper())
        await pilot.pause()
        assert detail.scroll_offset.y == 0


async def test_pages_keep_the_last_line_and_tell_the_end() -> None:
    app, detail = stage()
    async with app.run_test(size=(60, 14)) as pilot:
        detail.show(LONG)
        await pilot.pause()
        last = drawn(detail)[-1]
        assert not detail.scroll_page(1)
        assert drawn(detail)[0] == last
        pages = 1
        while not detail.scroll_page(1):
            pages += 1
        assert pages > 2
        assert "github.com" in drawn(detail)[-2] and drawn(detail)[-1] == ""
        while not detail.scroll_page(-1):
            pages -= 1
        assert pages == 0 and detail.scroll_offset.y == 0


async def test_a_paper_that_fits_is_read_at_once() -> None:
    app, detail = stage()
    async with app.run_test(size=(80, 40)) as pilot:
        detail.show(paper())
        await pilot.pause()
        assert detail.scroll_page(1) and detail.scroll_lines(1)


async def test_lines_are_at_most_a_measure_wide() -> None:
    app, detail = stage()
    async with app.run_test(size=(200, 40)) as pilot:
        detail.show(LONG)
        await pilot.pause()
        assert max(len(line) for line in drawn(detail)) <= MEASURE + 1


async def test_hostile_text_is_drawn_literally() -> None:
    app, detail = stage()
    async with app.run_test(size=(60, 30)) as pilot:
        detail.show(paper(title="[/] and [bold]bold[/bold]", abstract="\x1b[31mred\x1b[0m and \x9b2J"))
        await pilot.pause()
        assert drawn(detail)[0] == " [/] and [bold]bold[/bold]"
        assert all(line.isprintable() for line in drawn(detail))


async def test_addresses_are_links_without_anything_that_a_terminal_obeys() -> None:
    for shown in (False, True):
        detail = PaperDetail(today=TODAY, shows_links=shown)
        async with Listener(detail).run_test(size=(90, 40)) as pilot:
            detail.show(
                paper(code_url="https://code.example/a\x1b]8;;https://evil.example\x07b c;d", project_url="x:y")
            )
            await pilot.pause()
            segments = [one for y in range(detail.size.height) for one in detail.render_line(y)]
            links = {style.link for _, style, _ in segments if style and style.link}
            assert (len(links) > 2) == shown
            assert all(link.isascii() and link.isprintable() and link.startswith("https://") for link in links)
            assert ("https://code.example/ab%20c;d" in links) == shown


async def test_an_empty_pane_says_what_it_is_told() -> None:
    app, detail = stage()
    async with app.run_test(size=(40, 9)) as pilot:
        detail.clear("Nothing is highlighted.\n`j` the first paper")
        await pilot.pause()
        assert drawn(detail)[3].strip() == "Nothing is highlighted."
        assert drawn(detail)[4].strip() == "j the first paper"
        assert detail.paper is None
        detail.show(paper())
        assert detail.paper == paper() and "AI summary" in detail.text


async def click(pilot: Pilot[None], detail: PaperDetail, text: str) -> None:
    await pilot.pause()
    y, x = next((y, line.index(text)) for y, line in enumerate(drawn(detail)) if text in line)
    await pilot.click(PaperDetail, offset=(x + 1, y))
    await pilot.pause()


async def test_links_topics_and_folded_authors_can_be_clicked() -> None:
    app, detail = stage()
    names = tuple(f"Given Name{number}" for number in range(40))
    async with app.run_test(size=(60, 40)) as pilot:
        detail.show(paper(authors=names, author_count=40))
        await click(pilot, detail, "github.com/someone")
        await click(pilot, detail, "Video generation")
        await click(pilot, detail, "It forgets well")
        assert app.urls == ["https://github.com/someone/forget"]
        assert app.topics == ["video-generation"]
        assert "Name39" not in detail.text
        await click(pilot, detail, "more")
        assert "Name39" in detail.text
        detail.toggle_people()
        assert "Name39" not in detail.text


async def test_a_resize_wraps_anew() -> None:
    app, detail = stage()
    async with app.run_test(size=(80, 20)) as pilot:
        detail.show(LONG)
        await pilot.resize_terminal(30, 20)
        await pilot.pause()
        assert max(len(line) for line in drawn(detail)) <= 29


async def test_names_keys_and_signs_may_come_later() -> None:
    app, detail = stage()
    async with app.run_test(size=(80, 40)) as pilot:
        detail.show(paper())
        await pilot.pause()
        detail.configure(topic_names={"agents": "Agents & tools"}, link_keys={"o": "O"})
        assert "[Agents & tools]" in detail.text and "O  Page" in detail.text
        detail.configure(glyphs=ASCII)
        assert UNICODE.upvotes not in detail.text and "[Agents & tools]" in detail.text


# The page


@pytest.mark.parametrize(("size", "margin"), [((140, 42), 30), ((60, 20), 1), ((200, 60), 60)])
async def test_the_page_stands_in_the_middle(size: tuple[int, int], margin: int) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        page = PaperPage(Model(app.state), look())
        await app.push_screen(page)
        page.show(Reading(1, LONG, ("memory",), STILL))
        await pilot.pause()
        lines = [line for line in drawn(page.detail) if line]
        assert lines[0].lstrip() == "A memory that forgets on purpose"
        assert {len(line) - len(line.lstrip()) for line in lines if "Paragraph 0" in line} == {margin}
        assert max(len(line.strip()) for line in lines) <= MEASURE


async def test_the_page_may_be_shown_before_it_is_on_screen() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        page = PaperPage(Model(app.state), look())
        page.show(Reading(1, paper(), (), STILL))
        await app.push_screen(page)
        await pilot.pause()
        assert "A memory that forgets on purpose" in " ".join(drawn(page.detail))
