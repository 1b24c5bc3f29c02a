"""A paper as lines: the whole paper, the user's own, its community, and where a search found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.community import PageData
from reader.core.community import Comment, Community, Repository
from reader.core.document.model import (
    Cell,
    Figure,
    Item,
    Items,
    Paragraph,
    Quote,
    Span,
    Table,
    Verbatim,
)
from reader.core.follows import Follow, FollowReason
from reader.core.lines import Line, measure
from reader.core.paper import Paper
from reader.core.passages import Passage
from reader.core.text import clean_note
from reader.ui.kit.glyphs import ASCII
from reader.ui.page.lines import (
    MAX_NOTE_LINES,
    Presentation,
    ShownPaper,
    comment_lines,
    compact,
    compose,
    linked_counts,
    own_lines,
    repository_lines,
)
from tests.table import each
from tests.ui.stage import TODAY, paper, text, texts

# The paper

LOOK = Presentation(TODAY)


def read(one: Paper, **more: Any) -> ShownPaper:
    """A paper with more that is known of it."""
    return ShownPaper(one.pk, one, **more)


def own_texts(width: int = 40, *, is_page: bool = False, tags: tuple[str, ...] = (), note: str = "") -> list[str]:
    return texts_of(own_lines(read(paper(tags=tags, note=note)), width, replace(LOOK, is_page=is_page)))


def texts_of(lines: Sequence[Line]) -> list[str]:
    return [text(line) for line in lines]


def test_follows_come_first_and_lines_break_between_tags() -> None:
    follows = (FollowReason(Follow("topic", "agents")), FollowReason(Follow("author", "Ke Li"), "LI Ke"))
    look = replace(LOOK, topic_names={"agents": "Agents & tools"})
    lines = own_lines(read(paper(tags=("later", "to cite")), follows=follows), 70, look)
    assert texts_of(lines) == ["◆ Followed Agents & tools · Ke Li: LI Ke", "Tags later · to cite"]
    ways = [*(("view", one.follow.view) for one in follows), ("tag", "later"), ("tag", "to cite")]
    assert [piece.action for line in lines for piece in line if piece.action] == ways
    assert [line.rstrip() for line in own_texts(14, tags=("later", "to cite"))] == ["Tags later ·", "to cite"]
    assert own_texts() == []


def test_a_note_is_drawn_as_it_was_typed_and_addresses_are_links() -> None:
    note = "# Why\nOne **two** three four five six\n\n- an item that is longer than it\n  - x\n\x1b[2J"
    assert own_texts(24, note=note) == [
        "✎ # Why",
        "  One **two** three four",
        "  five six",
        "  ",
        "  - an item that is",
        "  longer than it",
        "    - x",
        "  [2J",
    ]
    lines = own_lines(read(paper(note="see https://example.org/x")), 40, LOOK)
    assert lines[0][-1].action == ("link", "https://example.org/x")


@each("lines", [0, 1, MAX_NOTE_LINES, MAX_NOTE_LINES + 1, 40])
def test_a_long_note_is_cut_in_the_pane(lines: int) -> None:
    whole = [f"{'  ' if number else '✎ '}line {number}" for number in range(lines)]
    note, most = "\n".join(line[2:] for line in whole), MAX_NOTE_LINES - 1
    assert own_texts(note=note) == (whole if lines <= MAX_NOTE_LINES else [*whole[:most], "  + more lines"])
    assert own_texts(note=note, is_page=True) == whole
    assert (own_texts(note="word " * 400)[-1], own_texts(10, note="word " * 400)[-1]) == (
        "  + more lines",
        "  + more…",
    )


def test_the_page_lists_the_first_highlights_with_their_sections_and_notes() -> None:
    words = "A passage that takes more than a line of the page, and is cut after three lines, of which the rest is lost"
    long = Passage("", words, section="§3 Method", note="why\nso?").as_text("2511.12345")
    highlights = (long, Passage("", "Short").as_text("2511.12345"), "of another program", *[long] * 3)
    drawn = [
        *("▎ A passage that takes more than a line", "▎ of the page, and is cut after three"),
        *("▎ lines, of which the rest is lost", "  §3 Method", "  ✎ why so?"),
    ]
    look = replace(LOOK, link_keys={"places": "i"})
    head = ["Highlights  6  i reads there", *drawn, "▎ Short", "▎ of another program"]
    pane, page = (
        own_lines(read(paper(highlights=highlights)), 40, replace(look, is_page=is_page)) for is_page in (False, True)
    )
    assert texts_of(pane) == [*head, *drawn, *drawn, "+1 more"]
    assert texts_of(page) == [*head, *drawn, *drawn, *drawn]
    assert [line[1].action for line in pane if line[0].text == "▎ "][2:5] == [("passage", str(n)) for n in (0, 1, 2)]
    narrow = texts_of(own_lines(read(paper(highlights=highlights[:5])), 30, LOOK))
    assert narrow[:2] == ["Highlights  5", "▎ A passage that takes more"]
    assert narrow[3:6] == ["▎ is cut after three lines, of", "  §3 Method", "  ✎ why so?"] and len(narrow) == 18


MADE = "2026-11-26T08:00:00Z"


# The whole paper


def whole(one: Paper, width: int = 60, look: Presentation = LOOK, **more: Any) -> list[str]:
    return texts_of(compose(read(one, **more), width, look))


def test_a_preview_begins_with_what_the_list_does_not_say() -> None:
    look = Presentation(TODAY, is_preview=True)
    about = ["Ada Byron, Emmy Noether", "Some Lab", "arXiv 19 Nov · 3 comments"]
    summarized, plain = whole(paper(), look=look), whole(paper(summary=None), look=look)
    assert summarized[:5] == ["▎ It forgets well.", *about, ""]
    assert plain[0] == "What a model keeps is chosen by what it will need."
    assert not any("A memory that forgets on purpose" in line for line in (*summarized, *plain))


def test_the_detail_shows_a_paper_in_a_fixed_order() -> None:
    lines = whole(
        paper(starred=True, note="Read again.", tags=("later",), categories=("x.Y", "cs.CL"), remark="9 pages [/]"),
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
        "code 312 stars · feed · PDF · arXiv",
        "",
        "Video generation · Agents & tools",
        "x.Y · cs.CL · 9 pages [/]",
        "memory · kv cache",
    ]


def test_the_page_shows_everything_about_a_paper() -> None:
    one = paper(
        **{"version": 3, "revised": "2025-11-22", "venue": "ICLR 2026", "versions": ("v1 2025-11-19", "v3 2025-11-22")},
        **{"models": 2, "spaces": 1, "submitter": "someone", "queued": True, "hidden": True, "remark": "9 pages"},
        abstract="What a model keeps, as https://code.example/memory says.\n\n\n\nThe rest is let go.",
        addresses=("https://www.code.example/memory/",),
        categories=("cs.CL",),
    )
    repositories = tuple(Repository("model", f"lab/{name}", 1, 2, "text") for name in "mn")
    look = Presentation(TODAY, link_keys={"o": "o", "p": "P", "a": "La", "c": "Lc", "1": "L1", "m": "Lm"}, is_page=True)
    found = read(
        one,
        position="3 of 34",
        suits="like what you starred",
        fetching="fetching …",
        kept=PageData(Community((), repositories)),
    )
    assert texts_of(compose(found, 30, look)) == [
        *("A memory that forgets on", "purpose", ""),
        *("Ada Byron, Emmy Noether", "Some Lab", "◔ ◌ Mon 24 Nov · arXiv 19 Nov", "v3 22 Nov · ICLR 2026 · ▲ 61"),
        *("3 comments", "submitted by someone   3 of 34", ""),
        *("For you: like what you starred", ""),
        *("▎ AI summary", "▎ It forgets well.", ""),
        *("Abstract", "What a model keeps, as", "https://code.example/memory", "says.", "", "The rest is let go.", ""),
        *("o  Feed     huggingface.co/pa…", "P  PDF      arxiv.org/pdf/251…", "La arXiv    arxiv.org/abs/251…"),
        *("Lc Code     github.… 312 stars", "L1 Link", ""),
        *("Linked 2 models · 1 Space", "Lm1  lab/m  text · 1 like · 2…", "Lm2  lab/n  text · 1 like · 2…", ""),
        *("Video generation · Agents", "Computation and Language cs.CL", "9 pages"),
        *("memory · kv cache", "", "fetching …"),
    ]
    wide, pane = texts_of(compose(found, 78, look)), whole(one, 60)
    assert wide[4:6] == [
        "◔ ◌ Mon 24 Nov · arXiv 19 Nov · v3 22 Nov · ICLR 2026 · ▲ 61 · 3 comments",
        f"{'submitted by someone':71}3 of 34",
    ]
    assert "L1 Link     code.example/memory  in the text" in wide
    assert pane[-6:-4] == ["code 312 stars · feed · PDF · arXiv · code.example", "2 models · 1 Space"]
    assert "1 dataset" in whole(one._replace(models=0, datasets=1, spaces=0), 60)
    submitter = next(piece for line in compose(found, 60, look) for piece in line if "someone" in piece.text)
    assert submitter.action == ("link", "https://huggingface.co/someone")


FAR = paper(day="2024-11-25", published="2023-01-02", version=3, revised="2025-11-22")
FACTS = "Mon 24 Nov · arXiv 19 Nov · ▲ 61 · 3 comments"
ALONE = {"published": None, "comments": 0}


@each(
    ("one", "width", "position", "facts"),
    [
        (paper(), 45, "", [FACTS]),
        (paper(), 44, "", ["Mon 24 Nov · arXiv 19 Nov · ▲ 61", "3 comments"]),
        # The place in the list stands at the right, if there is room.
        (paper(), 60, "3 of 34", [f"{FACTS}        3 of 34"]),
        (paper(), 50, "3 of 34", [FACTS, f"{'':43}3 of 34"]),
        (paper(**ALONE), 6, "3 of 34", ["Mon 24", "Nov", "▲ 61"]),
        # Dates of another year name it, marks and the origin stand before the day.
        (FAR, 70, "", ["Mon 25 Nov 2024 · arXiv 2 Jan 2023 · v3 22 Nov · ▲ 61 · 3 comments"]),
        (paper(starred=True, hidden=True, **ALONE), 60, "", ["★ ◌ Mon 24 Nov · ▲ 61"]),
    ],
)
def test_the_facts_stand_below_the_people(one: Paper, width: int, position: str, facts: list[str]) -> None:
    lines = whole(one, width, position=position)
    at = next(number for number, line in enumerate(lines) if line.endswith("Lab")) + 1
    assert lines[at : at + len(facts) + 1] == [*facts, ""]


def test_unknown_facts_take_no_room() -> None:
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
    assert whole(bare) == [
        *("A memory that forgets on purpose", "", "▲ 0", "", "Abstract", "None in the cache yet.", ""),
        "Its arXiv id is not known yet: refreshes look up its title.",
    ]
    assert "12 authors" in whole(bare._replace(author_count=12))


def test_people_take_one_line_and_keywords_two_in_the_pane_and_the_end_of_the_page_has_all() -> None:
    names = tuple(f"Given Name{number}" for number in range(40))
    words = tuple(f"long keyword {letter}" for letter in "abcdefghi")
    many = paper(authors=names, author_count=3_000, keywords=words)
    pane, page = (whole(many, 60, replace(LOOK, is_page=is_page)) for is_page in (False, True))
    assert pane[2:4] == ["Given Name0, Given Name1, Given Name2, Given Name3, +2,996", "Some Lab"]
    assert pane[-2:] == [
        "long keyword a · long keyword b · long keyword c",
        "long keyword d · long keyword e · long keyword f · +3",
    ]
    assert page[2:6] == [
        "Given Name0, Given Name1, Given Name2, Given Name3,",
        "Given Name4, Given Name5, Given Name6, Given Name7,",
        "Given Name8, Given Name9, Given Name10, Given Name11, +2,988",
        "Some Lab",
    ]
    at = page.index("Authors")
    assert page[at - 2] == "long keyword g · long keyword h · long keyword i"
    everybody = " ".join(page[at + 1 :])
    assert all(name in everybody for name in names) and everybody.endswith("Given Name39, and 2,960 more")
    assert ", +1" in " ".join(whole(paper(authors=("A" * 200, "B" * 200), author_count=2), 20))


def test_a_searched_name_that_is_folded_marks_the_number_of_the_others() -> None:
    one = paper(authors=(*(f"Given Name{number}" for number in range(9)), "Emmy Noether"), author_count=10)
    lines = compose(read(one, words=("noether",)), 60, LOOK)
    assert [piece.text for line in lines for piece in line if piece.hit] == ["+6"]


def test_on_the_page_each_link_has_a_line_with_its_key() -> None:
    one = paper(
        code_url="javascript:alert(1)",
        project_url="file:///etc/passwd",
        media=("https://example.org/a.mp4", "http://[broken", "https://"),
    )
    keys = {"o": "o", "p": "P", "1": "L1"}
    lines = whole(one, look=Presentation(TODAY, link_keys=keys, is_page=True))
    at = lines.index("o  Feed     huggingface.co/papers/2511.12345")
    assert lines[at : at + 5] == [
        "o  Feed     huggingface.co/papers/2511.12345",
        "P  PDF      arxiv.org/pdf/2511.12345",
        "   arXiv    arxiv.org/abs/2511.12345",
        "L1 Media 1  example.org/a.mp4",
        "",
    ]
    assert "   Code     github.com/someone/forget 312 stars" in whole(paper(), look=Presentation(TODAY, is_page=True))


def test_searched_words_are_marked_but_not_our_own_labels() -> None:
    lines = compose(read(paper(), words=("memory", "abstract", "byron")), 60, LOOK)
    found = [piece for line in lines for piece in line if piece.hit]
    assert [(piece.text, piece.role) for piece in found] == [
        ("memory", "title"),
        ("Byron", "people"),
        ("memory", "keywords"),
    ]


def test_ascii_draws_with_letters() -> None:
    one = paper(starred=True, note="n", authors=tuple("abcdefghij" * 9), author_count=99)
    assert all(line.isascii() for line in whole(one, look=Presentation(TODAY, glyphs=ASCII)))


words = st.text(max_size=60) | st.sampled_from(["[/]", "\x1b[2J", "中文标题" * 9, "e\u0301" * 30, "a" * 300, "\ud800"])


@settings(max_examples=20)
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
        note=st.none() | words.map(clean_note),
        tags=st.lists(words, max_size=3).map(tuple),
    ),
    words.map(clean_note),
    st.integers(4, 90),
    st.booleans(),
)
def test_any_paper_is_drawn_literally_within_the_width(one: Paper, others: str, width: int, is_page: bool) -> None:
    known = read(one, words=("a",), position="3 of 34")
    for line in compose(known, width, replace(LOOK, is_page=is_page)):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)


# Its community

PAGE_LOOK = Presentation(date(2026, 6, 30), link_keys={"m": "Lm", "t": "Lt", "s": "Ls"}, is_page=True)


def reply(id: str, *words: str, parent: str = "", **more: object) -> Comment:
    blocks = tuple(Paragraph((Span(one),)) for one in words)
    return Comment(id, "ana", f"2026-06-{28 + len(id):02}T09:00:00Z", blocks, parent)._replace(**more)  # type: ignore[arg-type]


def discussion(*comments: Comment, look: Presentation = PAGE_LOOK, width: int = 40) -> list[str]:
    return texts(comment_lines(read(paper(), kept=PageData(Community(comments))), width, look))


# Counts and versions


def test_counts_are_in_words_and_short_numbers() -> None:
    assert linked_counts(paper()._replace(models=1, datasets=0, spaces=1_356)) == ["1 model", "1,356 Spaces"]
    assert linked_counts(paper()) == []
    counts = 7, 999, 1_000, 8_800, 20_345, 10**6, 1_200_000, 10**9
    assert [*map(compact, counts)] == ["7", "999", "1k", "8.8k", "20k", "1M", "1.2M", "1G"]


# Repositories


MODELS = tuple(Repository("model", f"lab/model-{n}", 900 * n, 10**n, "text-generation") for n in range(1, 6))
SPACE = Repository("space", "lab/demo", 1, None, "A [bold]demo[/bold]", "sleeping")


def test_repositories_are_listed_with_their_keys() -> None:
    kept = PageData(Community((), (*MODELS, SPACE)))
    lines = texts(repository_lines(read(paper()._replace(models=254, spaces=1), kept=kept), 72, PAGE_LOOK))
    assert lines == [
        "Linked 254 models · 1 Space",
        "Lm1  lab/model-1  text-generation · 900 likes · 10 downloads",
        "Lm2  lab/model-2  text-generation · 1.8k likes · 100 downloads",
        "Lm3  lab/model-3  text-generation · 2.7k likes · 1k downloads",
        "Lm4  lab/model-4  text-generation · 3.6k likes · 10k downloads",
        "Lm5  lab/model-5  text-generation · 4.5k likes · 100k downloads",
        "Ls   lab/demo  A [bold]demo[/bold] · 1 like · sleeping",
    ]
    clicked = [
        piece.action for piece in repository_lines(read(paper()._replace(spaces=1), kept=kept), 72, PAGE_LOOK)[-1]
    ]
    assert ("link", "https://huggingface.co/spaces/lab/demo") in clicked
    assert repository_lines(read(paper()._replace(models=0), kept=kept), 72, PAGE_LOOK) == []
    few = PageData(Community((), (*MODELS[:1], SPACE)))
    narrow = [
        texts(repository_lines(read(paper()._replace(models=1, spaces=1), kept=few), width, PAGE_LOOK))[-2:]
        for width in (20, 19, 12)
    ]
    assert narrow == [
        ["Lm   lab/model-1  t…", "Ls   lab/demo  A [b…"],
        ["Lm   lab/model-1…", "Ls   lab/demo  A […"],
        ["Lm   lab/mo…", "Ls   lab/de…"],
    ]


# Comments


def test_replies_are_indented_and_hidden_deleted_or_automated_comments_are_named() -> None:
    robot = reply("g", "This is an automated message from the bot.")
    comments = (
        *(reply("a", "First.", reactions=(("🔥", 23),)), reply("bb", "Second.", "More.", parent="a", is_edited=True)),
        *(reply("c", is_hidden=True), reply("dd", "Yes.", parent="c"), reply("e", "No.", parent="x"), robot),
    )
    assert discussion(*comments, width=60) == [
        *("5 comments", "", "ana · 29 Jun · 🔥 23", "First.", ""),
        *("│ ana · 30 Jun · edited", "│ Second.", "│", "│ More.", ""),
        *("a comment that is hidden", "", "│ ana · 30 Jun", "│ Yes.", ""),
        *("ana · 29 Jun, to a deleted comment", "No.", "", "ana · 29 Jun", "an automated list of similar papers"),
    ]
    assert discussion(reply("a", is_hidden=True)) == discussion() == []
    deep = [reply("a" * n, "Yes.", parent="a" * (n - 1)) for n in range(1, 6)]
    assert [max(line.count("│") for line in discussion(*deep, width=width)) for width in (24, 36, 90)] == [1, 2, 4]
    many = discussion(*(reply(str(n), "Yes.") for n in range(100, 410)))
    assert (many[0], many[-1]) == ("310 comments", "+10 more")


def test_markup_in_comments_is_drawn_and_links_can_be_clicked() -> None:
    text = (
        Quote((Paragraph((Span("Is it?"),)),)),
        Paragraph((Span("See "), Span("this", "strong", "https://x.example/"), Span(" or "), Span("that", "", "#S1"))),
        Verbatim(((Span("x = [i for i in range(10) if i % 2]  # and so on", "code"),),)),
        Table(((Cell((Span("run"),), is_head=True),), (Cell((Span("84"),)),))),
        Figure("", (), (), ("https://x.example/a.png",)),
    )
    lines = comment_lines(read(paper(), kept=PageData(Community((reply("a")._replace(blocks=text),)))), 30, PAGE_LOOK)
    drawn = texts(lines)
    assert drawn[3:] == [
        *("│ Is it?", "", "See this or that", "", "  x = [i for i in range(10) i…", ""),
        *("───", "run", "───", "84", "───", "", "[picture]"),
    ]
    roles = [piece.role for line in lines for piece in line]
    assert roles == [
        *("label", "people", "muted", "quote", "text", "text", "link", "text", "text", "text", "keywords"),
        *("quote", "label", "quote", "text", "quote", "link"),
    ]
    links = [piece for line in lines for piece in line if piece.action]
    assert [(piece.text, piece.role, piece.action) for piece in links] == [
        ("this", "link", ("link", "https://x.example/")),
        ("[picture]", "link", ("link", "https://x.example/a.png")),
    ]


def test_the_community_is_drawn_in_ascii() -> None:
    look = Presentation(PAGE_LOOK.today, glyphs=ASCII)
    items = Items((Item("•", (Paragraph((Span("x"),)),)),))
    comments = (reply("a")._replace(blocks=(Quote((items,)), items)), reply("bb", "Yes.", parent="a"))
    kept = PageData(Community(comments, MODELS))
    known = read(paper()._replace(models=5), kept=kept)
    lines = [*comment_lines(known, 40, look), *repository_lines(known, 40, look)]
    assert all(line.isascii() for line in texts(lines))
