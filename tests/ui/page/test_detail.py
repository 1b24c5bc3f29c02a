from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from reader.cache.community import Kept
from reader.cache.history import STILL, Votes
from reader.cache.outputs import Output
from reader.cache.pages import PageTitle
from reader.core.community import Community, Repository
from reader.core.lines import measure
from reader.core.paper import Paper
from reader.core.paper_row import NotCached
from reader.core.similarity import Fit, Shared
from reader.core.titles import Titled
from reader.ui.kit.glyphs import ASCII
from reader.ui.kit.line_widgets import Reported
from reader.ui.page.detail import PaperDetail
from reader.ui.page.lines import MEASURE, compose
from reader.ui.page.presentation import Presentation
from reader.ui.page.screen import PaperPage
from reader.ui.page.state import Reading
from tests.table import each
from tests.ui.stage import TODAY, Stage, paper, services, staged

LOOK = Presentation(TODAY)
LONG = paper(pk=2, abstract="\n\n".join(f"Paragraph {number} of words. " * 6 for number in range(12)))


class Listener(Stage):
    def __init__(self, detail: PaperDetail) -> None:
        super().__init__(detail)
        self.urls: list[str] = []
        self.topics: list[str] = []

    def on_reported(self, message: Reported) -> None:
        {"link": self.urls, "topic": self.topics}[message.kind].append(message.value)


@asynccontextmanager
async def detail_stage(columns: int, lines: int) -> AsyncIterator[tuple[PaperDetail, Pilot[None]]]:
    detail = PaperDetail(today=TODAY)
    async with Listener(detail).run_test(size=(columns, lines)) as pilot:
        yield detail, pilot


def reading(one: Paper) -> Reading:
    return Reading(one.pk, one, (), STILL)


def texts(one: Paper, width: int = 60, look: Presentation = LOOK) -> list[str]:
    return ["".join(piece.text for piece in line) for line in compose(one, width, look)]


# What is shown


def test_arxiv_is_told_where_it_is_known() -> None:
    lines = texts(paper(version=3, revised="2025-11-22", categories=("cs.CL", "x.Y"), remark="9 pages [/]"))
    assert lines[4] == "Mon 24 Nov · arXiv 19 Nov · v3 22 Nov · ▲ 61 · 3 comments"
    assert lines[-2] == "Computation and Language cs.CL · x.Y · 9 pages [/]"
    assert "x.Y · cs.CL" in texts(paper(categories=("x.Y", "cs.CL")))


def test_a_paper_is_told_whole_in_a_fixed_order() -> None:
    lines = texts(
        paper(starred=True, note="Read again.", tags=("later",), categories=("x.Y",)),
        look=Presentation(TODAY, topic_names={"agents": "Agents & tools"}),
    )
    assert lines == [
        "A memory that forgets on purpose",
        "",
        "Ada Byron, Emmy Noether",
        "Some Lab",
        "★ Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments",
        "",
        "Tags later",
        "✎ Read again.",
        "",
        "▎ AI summary",
        "▎ It forgets well.",
        "",
        "Abstract",
        "What a model keeps is chosen by what it will need.",
        "",
        "The rest is let go.",
        "",
        "github.com/someone/forget 312 stars · feed · PDF · arXiv",
        "",
        "Video generation · Agents & tools",
        "x.Y",
        "memory · kv cache",
    ]


def test_a_page_tells_all_that_belongs_to_a_paper() -> None:
    one = paper(
        **{"version": 3, "revised": "2025-11-22", "venue": "ICLR 2026", "versions": ("v1 2025-11-19", "v3 2025-11-22")},
        **{"models": 2, "spaces": 1, "submitter": "someone", "queued": True, "hidden": True, "remark": "9 pages"},
        abstract="What a model keeps, as https://code.example/memory says.\n\n\n\nThe rest is let go.",
        addresses=("https://www.code.example/memory/",),
        categories=("cs.CL",),
    )
    repositories = tuple(Repository("model", f"lab/{name}", 1, 2, "text") for name in "mn")
    look = Presentation(
        TODAY,
        position="3 of 34",
        suits="like what you starred",
        votes=Votes((50, 55, 61), 11),
        fit=Fit(1, "like:1", Shared(("draft trees",))),
        outputs=(Output("Summary", "2026-11-26T08:00:00Z", "One."),),
        fetching="fetching …",
        link_keys={"o": "o", "p": "P", "a": "La", "c": "Lc", "1": "L1", "m": "Lm"},
        kept=Kept(Community((), repositories), title=PageTitle(1, Titled("A"), (Titled("A page", 2, None, "2511.1"),))),
        is_page=True,
    )
    assert texts(one, 30, look) == [
        *("A memory that forgets on", "purpose", ""),
        *("Ada Byron, Emmy Noether", "Some Lab", "◔ ◌ 24 Nov · arXiv 19 Nov", "v3 22 Nov · ICLR 2026"),
        *("▲ 61 ▇██ +11 since you looked", "3 ❞ · submitted by someone", f"{'':23}3 of 34", ""),
        *("For you: like what you starred", "", "Why here  shares draft trees", ""),
        *("▎ AI summary", "▎ It forgets well.", ""),
        *("Abstract", "What a model keeps, as", "https://code.example/memory", "says.", "", "The rest is let go.", ""),
        *("▎ Summary · by a program,", "▎ 2026-11-26", "▎ One.", ""),
        *("o  Feed     huggingface.co/pa…", "P  PDF      arxiv.org/pdf/251…", "La arXiv    arxiv.org/abs/251…"),
        *("Lc Code     github.… 312 stars", "L1 Link", ""),
        *("It may be this one, by its", "title:", "1  2511.1  A page (2 authors)", ""),
        *("Linked 2 models · 1 Space", "Lm1  lab/m  text · 1 like · 2…", "Lm2  lab/n  text · 1 like · 2…", ""),
        *("Video generation · Agents", "Versions v1 19 Nov · v3 22 Nov", "Computation and Language cs.CL", "9 pages"),
        *("memory · kv cache", "", "fetching …"),
    ]
    wide, pane = texts(one, 78, look), texts(one, 60)
    assert wide[4:6] == [
        "◔ ◌ Mon 24 Nov · arXiv 19 Nov · v3 22 Nov · ICLR 2026",
        "▲ 61 ▇██ +11 since you looked · 3 comments · submitted by someone      3 of 34",
    ]
    assert "L1 Link     code.example/memory  in the text" in wide
    assert pane[-6:-4] == [
        "github.com/someone/forget 312 stars · feed · PDF · arXiv",
        "code.example · 2 models · 1 Space",
    ]
    assert "code.example · 1 dataset" in texts(one._replace(models=0, datasets=1, spaces=0), 60)
    submitter = next(piece for line in compose(one, 60, look) for piece in line if "someone" in piece.text)
    assert submitter.action == ("link", "https://huggingface.co/someone")


def test_marks_and_the_origin_stand_before_the_day() -> None:
    assert texts(paper(starred=True, hidden=True, published=None, comments=0))[4] == "★ ◌ Mon 24 Nov · ▲ 61"
    elsewhere = texts(paper(pk=NotCached("2511.12345"), day=None, published=None, comments=0))[4]
    assert elsewhere == "+ from the feed, not in the cache · ▲ 61"


def test_dates_of_another_year_name_it() -> None:
    lines = texts(paper(day="2024-11-25", published="2023-01-02"))
    assert "Mon 25 Nov 2024 · arXiv 2 Jan 2023 · ▲ 61 · 3 comments" in lines


@each(
    ("width", "facts"),
    [
        (45, ["Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments"]),
        (44, ["24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments"]),
        (40, ["24 Nov · arXiv 19 Nov · ▲ 61 · 3 ❞"]),
        (33, ["Mon 24 Nov · arXiv 19 Nov · ▲ 61", "3 comments"]),
    ],
)
def test_the_facts_lose_the_weekday_and_then_a_word_where_that_saves_a_line(width: int, facts: list[str]) -> None:
    lines = texts(paper(), width)
    at = next(number for number, line in enumerate(lines) if "24 Nov · arXiv" in line)
    assert lines[at : at + len(facts) + 1] == [*facts, ""]


@each(
    ("width", "end"),
    [
        (60, ["Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments        3 of 34"]),
        (50, ["Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments", " " * 43 + "3 of 34"]),
        (6, []),
    ],
)
def test_the_place_in_the_list_stands_at_the_right_of_the_facts(width: int, end: list[str]) -> None:
    lines = texts(paper(), width, Presentation(TODAY, position="3 of 34"))
    assert [line for line in lines if "comments" in line or "of 34" in line][-2:] == end or width == 6
    assert any("of 34" in line for line in lines) == bool(end)


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
    assert texts(bare) == ["A memory that forgets on purpose", "", "▲ 0", "", "Abstract", "None in the cache yet."]
    assert "12 authors" in texts(bare._replace(author_count=12))


def test_people_take_one_line_until_they_are_unfolded() -> None:
    names = tuple(f"Given Name{number}" for number in range(40))
    many = paper(authors=names, author_count=3_000)
    folded = texts(many, 60)
    assert folded[2:4] == ["Given Name0, Given Name1, Given Name2, Given Name3 +2,996", "Some Lab"]
    unfolded = " ".join(texts(many, look=Presentation(TODAY, is_unfolded=True)))
    assert all(name in unfolded for name in names) and "Name39 and 2,960 more · less Some Lab" in unfolded


def test_one_author_too_many_for_a_line_is_still_named() -> None:
    one = paper(authors=("A" * 200, "B" * 200), author_count=2)
    assert "A +1" in " ".join(texts(one, 20))


def test_keywords_take_two_lines_until_they_are_unfolded() -> None:
    one = paper(keywords=tuple(f"long keyword {letter}" for letter in "abcdefghi"))
    folded = texts(one, 40)[-2:]
    assert folded == ["long keyword a · long keyword b", "long keyword c · long keyword d +5"]
    unfolded = texts(one, 40, Presentation(TODAY, is_unfolded=True))
    assert unfolded[-1] == "long keyword i · less" and "less" not in "".join(unfolded[:5])


def test_what_fits_is_not_folded_and_offers_nothing() -> None:
    for shown in (LOOK, Presentation(TODAY, is_unfolded=True)):
        actions = [piece.action for line in compose(paper(), 60, shown) for piece in line]
        assert ("unfold", "") not in actions


def test_a_searched_name_that_is_folded_marks_the_number_of_the_others() -> None:
    one = paper(authors=(*(f"Given Name{number}" for number in range(9)), "Emmy Noether"), author_count=10)
    look = Presentation(TODAY, words=("noether",))
    assert [piece.text for line in compose(one, 60, look) for piece in line if piece.hit] == ["+6"]


def test_the_summary_stands_upright_behind_a_bar() -> None:
    lines = compose(paper(summary="word " * 40), 30, LOOK)
    barred = [line for line in lines if line and line[0].role == "quote"]
    assert len(barred) == 1 + 8
    assert all(line[0].text == "▎ " and measure(line) <= 30 for line in barred)


def test_on_the_page_each_link_has_a_line_with_its_key() -> None:
    one = paper(
        code_url="javascript:alert(1)",
        project_url="file:///etc/passwd",
        media=("https://example.org/a.mp4", "http://[broken", "https://"),
    )
    keys = {"o": "o", "p": "P", "1": "L1"}
    lines = texts(one, look=Presentation(TODAY, link_keys=keys, is_page=True))
    at = lines.index("o  Feed     huggingface.co/papers/2511.12345")
    assert lines[at : at + 5] == [
        "o  Feed     huggingface.co/papers/2511.12345",
        "P  PDF      arxiv.org/pdf/2511.12345",
        "   arXiv    arxiv.org/abs/2511.12345",
        "L1 Media 1  example.org/a.mp4",
        "",
    ]
    assert "   Code     github.com/someone/forget 312 stars" in texts(paper(), look=Presentation(TODAY, is_page=True))


def test_links_stand_side_by_side_in_the_pane() -> None:
    lines = texts(paper(code_url="https://github.com/" + "long/" * 20), 30)
    at = next(at for at, line in enumerate(lines) if line.startswith("github"))
    assert lines[at : at + 2] == ["github.com/long/lon… 312 stars", "feed · PDF · arXiv"]


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
    st.booleans(),
)
def test_whatever_a_paper_says_is_drawn_literally_and_in_its_width(
    one: Paper, width: int, is_unfolded: bool, is_page: bool
) -> None:
    look = Presentation(TODAY, words=("a",), is_unfolded=is_unfolded, is_page=is_page, position="3 of 34")
    for line in compose(one, width, look):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)


# The pane


def drawn(detail: PaperDetail) -> list[str]:
    return [detail.render_line(y).text.rstrip() for y in range(detail.size.height)]


async def test_another_paper_begins_at_its_beginning_and_news_stay_where_one_reads() -> None:
    async with detail_stage(60, 14) as (detail, pilot):
        detail.show(reading(LONG))
        await pilot.pause()
        assert drawn(detail)[0] == "▌A memory that forgets on purpose"
        assert not detail.scroll_lines(5)
        detail.show(reading(LONG._replace(upvotes=99)))
        await pilot.pause()
        assert detail.scroll_offset.y == 5
        detail.show(reading(LONG)._replace(votes=Votes((50, 99), 49)))
        detail.show(reading(LONG)._replace(votes=Votes((50, 99))))
        assert "+49 since you looked" in detail.text
        await pilot.resize_terminal(60, 7)
        await pilot.pause()
        assert detail.scroll_offset.y == 5 and detail.virtual_size.height == 63
        detail.show(reading(paper()))
        await pilot.pause()
        assert detail.scroll_offset.y == 0 and "since you looked" not in detail.text
        low = ["▌A memory that forgets on purpose", " Ada Byron, Emmy Noether", " Some Lab"]
        assert drawn(detail)[:3] == low
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert drawn(detail)[:4] == [low[0], "", *low[1:]]


async def test_pages_keep_the_last_line_and_tell_the_end() -> None:
    async with detail_stage(60, 14) as (detail, pilot):
        detail.show(reading(LONG))
        await pilot.pause()
        last = drawn(detail)[-1]
        assert not detail.scroll_page(1)
        assert drawn(detail)[0][1:] == last[1:]
        pages = 1
        while not detail.scroll_page(1):
            pages += 1
        assert pages > 2
        assert "kv cache" in drawn(detail)[-2] and drawn(detail)[-1] == ""
        while not detail.scroll_page(-1):
            pages -= 1
        assert pages == 0 and detail.scroll_offset.y == 0


async def test_a_paper_that_fits_is_read_at_once() -> None:
    async with detail_stage(80, 40) as (detail, pilot):
        detail.show(reading(paper()))
        await pilot.pause()
        assert detail.scroll_page(1) and detail.scroll_lines(1)


async def test_hostile_text_is_drawn_literally() -> None:
    async with detail_stage(60, 30) as (detail, pilot):
        hostile = paper(title="[/] and [bold]bold[/bold]", abstract="\x1b[31mred\x1b[0m and \x9b2J")
        detail.show(reading(hostile))
        await pilot.pause()
        assert drawn(detail)[0] == "▌[/] and [bold]bold[/bold]"
        assert all(line.isprintable() for line in drawn(detail))


async def test_addresses_are_links_without_anything_that_a_terminal_obeys() -> None:
    for shown in (False, True):
        detail = PaperDetail(today=TODAY, shows_links=shown)
        async with Listener(detail).run_test(size=(90, 40)) as pilot:
            code = "https://code.example/a\x1b]8;;https://evil.example\x07b c;d"
            detail.show(reading(paper(code_url=code, project_url="x:y")))
            await pilot.pause()
            segments = [one for y in range(detail.size.height) for one in detail.render_line(y)]
            links = {style.link for _, style, _ in segments if style and style.link}
            assert (len(links) > 2) == shown
            assert all(link.isascii() and link.isprintable() and link.startswith("https://") for link in links)
            assert ("https://code.example/ab%20c;d" in links) == shown


async def test_a_pane_is_cleared_and_shows_a_paper_again() -> None:
    async with detail_stage(40, 9) as (detail, pilot):
        detail.show(reading(paper()))
        detail.clear()
        await pilot.pause()
        assert not any(drawn(detail)) and not detail.is_at_end
        assert (detail.paper, detail.virtual_size.height) == (None, 0)
        detail.show(reading(paper()))
        assert detail.paper == paper() and "AI summary" in detail.text


async def click(pilot: Pilot[None], detail: PaperDetail, text: str) -> None:
    await pilot.pause()
    y, x = next((y, line.index(text)) for y, line in enumerate(drawn(detail)) if text in line)
    await pilot.click(PaperDetail, offset=(x + 1, y))
    await pilot.pause()


async def test_links_topics_and_folded_authors_can_be_clicked() -> None:
    names = tuple(f"Given Name{number}" for number in range(40))
    detail = PaperDetail(today=TODAY)
    async with staged(Listener(detail), 60, 40) as (app, pilot):
        detail.show(reading(paper(authors=names, author_count=40)))
        await click(pilot, detail, "github.com/someone")
        await click(pilot, detail, "Video generation")
        await click(pilot, detail, "It forgets well")
        assert app.urls == ["https://github.com/someone/forget"]
        assert app.topics == ["video-generation"]
        assert "Name39" not in detail.text
        await click(pilot, detail, "+36")
        assert "Name39" in detail.text
        await click(pilot, detail, "less")
        assert "Name39" not in detail.text


async def test_a_resize_wraps_anew() -> None:
    async with detail_stage(80, 20) as (detail, pilot):
        detail.show(reading(LONG))
        await pilot.resize_terminal(30, 20)
        await pilot.pause()
        assert max(len(line) for line in drawn(detail)) <= 29


async def test_names_may_come_later() -> None:
    async with detail_stage(80, 40) as (detail, pilot):
        detail.show(reading(paper()))
        await pilot.pause()
        detail.configure(topic_names={"agents": "Agents & tools"})
        assert "Agents & tools" in detail.text


# The page


async def test_the_page_stands_in_the_middle() -> None:
    async with staged(Stage(), 140, 42) as (app, pilot):
        reading = Reading(1, LONG, ("memory",), STILL)
        page = PaperPage(services(app), reading)
        await app.push_screen(page)
        page.show(reading)
        for size, margin, top in (
            ((140, 42), 30, 1),
            ((200, 60), 60, 1),
            ((60, 20), 1, 1),
            ((60, 14), 1, 1),
            ((60, 13), 1, 0),
        ):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            composed = texts(LONG, min(MEASURE, size[0] - 3), Presentation(TODAY, is_page=True))
            lines = [f"{' ' * margin}{line}".rstrip() for line in ["", *composed][1 - top : 40]]
            assert drawn(page.pane)[:40] == lines[: size[1] - 1]
            assert page.pane.virtual_size.height == top + len(composed) + 1


async def test_the_page_may_be_shown_before_it_is_on_screen() -> None:
    async with staged(Stage(), 80, 24) as (app, pilot):
        reading = Reading(1, paper(), (), STILL)
        page = PaperPage(services(app), reading)
        page.show(reading)
        await app.push_screen(page)
        await pilot.pause()
        assert "A memory that forgets on purpose" in " ".join(drawn(page.pane))
