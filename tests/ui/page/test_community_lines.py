"""What belongs to a paper, as lines of its page."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.community import PageData
from reader.core.community import Comment, Community, Repository
from reader.core.document.model import Cell, Figure, Item, Items, Paragraph, Quote, Span, Table, Verbatim
from reader.core.lines import measure
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.page.community_lines import comment_lines, compact, linked_counts, repository_lines, version_lines
from reader.ui.page.presentation import Presentation
from tests.ui.drawings import texts
from tests.ui.stage import paper

LOOK = Presentation(date(2026, 6, 30), link_keys={"m": "Lm", "t": "Lt", "s": "Ls"}, is_page=True)
UNFOLDED = Presentation(date(2026, 6, 30), is_unfolded=True, is_page=True)


def said(id: str, *words: str, parent: str = "", **more: object) -> Comment:
    blocks = tuple(Paragraph((Span(one),)) for one in words)
    return Comment(id, "ana", f"2026-06-{28 + len(id):02}T09:00:00Z", blocks, parent)._replace(**more)  # type: ignore[arg-type]


def discussion(*comments: Comment, look: Presentation = LOOK, width: int = 40) -> list[str]:
    return texts(comment_lines(PageData(Community(comments)), width, look))


# Counts and versions


def test_counts_are_in_words_and_short_numbers() -> None:
    assert linked_counts(paper()._replace(models=1, datasets=0, spaces=1_356)) == ["1 model", "1,356 Spaces"]
    assert linked_counts(paper()) == []
    counts = 7, 999, 1_000, 8_800, 20_345, 10**6, 1_200_000, 10**9
    assert [*map(compact, counts)] == ["7", "999", "1k", "8.8k", "20k", "1M", "1.2M", "1G"]


def test_versions_are_told_if_there_are_several() -> None:
    today = LOOK.today
    assert version_lines(("v1 2026-06-01",), today, 60, UNICODE) == []
    lines = version_lines(("v1 2025-06-01", "v2 2026-06-03"), today, 60, UNICODE)
    assert texts(lines) == ["Versions v1 1 Jun 2025 · v2 3 Jun"]


# Repositories


MODELS = tuple(Repository("model", f"lab/model-{n}", 900 * n, 10**n, "text-generation") for n in range(1, 6))
SPACE = Repository("space", "lab/demo", 1, None, "A [bold]demo[/bold]", "sleeping")


def test_repositories_are_listed_with_their_keys_and_the_growth_of_models() -> None:
    kept = PageData(Community((), (*MODELS, SPACE)), models=(1, 3, 5))
    lines = texts(repository_lines(paper()._replace(models=254, spaces=1), kept, 72, LOOK))
    assert lines == [
        "Linked 254 models ▂▅█ · 1 Space",
        "Lm1  lab/model-1  text-generation · 900 likes · 10 downloads",
        "Lm2  lab/model-2  text-generation · 1.8k likes · 100 downloads",
        "Lm3  lab/model-3  text-generation · 2.7k likes · 1k downloads",
        "     +2",
        "Ls   lab/demo  A [bold]demo[/bold] · 1 like · sleeping",
    ]
    assert len(repository_lines(paper()._replace(models=254), kept, 72, UNFOLDED)) == 7
    clicked = [piece.action for piece in repository_lines(paper()._replace(spaces=1), kept, 72, LOOK)[-1]]
    assert ("link", "https://huggingface.co/spaces/lab/demo") in clicked
    assert repository_lines(paper()._replace(models=0), kept, 72, LOOK) == []
    few = PageData(Community((), (*MODELS[:1], SPACE)), models=(3, 4))
    narrow = [
        texts(repository_lines(paper()._replace(models=1, spaces=1), few, width, LOOK))[-2:] for width in (20, 19, 12)
    ]
    assert narrow == [
        ["Lm   lab/model-1", "Ls   lab/demo  A [b…"],
        ["Lm   lab/model-1", "Ls   lab/demo  A […"],
        ["Lm   lab/mo…", "Ls   lab/de…"],
    ]
    for models, line in (((3,), "Linked 1 model · 1 Space"), ((3, 4), "Linked 1 model ▇█ · 1 Space")):
        assert (
            texts(repository_lines(paper()._replace(models=1, spaces=1), few._replace(models=models), 72, LOOK))[0]
            == line
        )


# Comments


def test_replies_stand_behind_bars_and_what_is_hidden_gone_or_automated_is_told() -> None:
    similar = Items(tuple(Item("•", (Paragraph((Span(title),)),)) for title in ("One", "Two")))
    robot = said("g", "This is an automated message from the bot.")
    robot = robot._replace(blocks=(*robot.blocks, similar))
    told = (
        *(said("a", "First.", reactions=(("🔥", 23),)), said("bb", "Second.", "More.", parent="a", is_edited=True)),
        *(said("c", is_hidden=True), said("dd", "Yes.", parent="c"), said("e", "No.", parent="x"), robot),
    )
    assert discussion(*told, width=60) == [
        *("5 comments", "", "ana · 29 Jun · 🔥 23", "First.", ""),
        *("│ ana · 30 Jun · edited", "│ Second.", "│", "│ More.", ""),
        *("a comment that is hidden", "", "│ ana · 30 Jun", "│ Yes.", ""),
        *("ana · 29 Jun, to a deleted comment", "No.", "", "ana · 29 Jun", "automated, similar papers +2"),
    ]
    assert "• One" in discussion(robot, look=UNFOLDED)
    assert discussion(said("a", is_hidden=True)) == discussion() == []
    deep = [said("a" * n, "Yes.", parent="a" * (n - 1)) for n in range(1, 6)]
    assert [max(line.count("│") for line in discussion(*deep, width=width)) for width in (24, 36, 90)] == [1, 2, 4]
    many = [said(str(n), "Yes.") for n in range(100, 150)]
    folded = discussion(*many)
    assert (folded[0], folded[-1]) == ("50 comments", "+10 more")
    assert discussion(*many, look=UNFOLDED)[-1] == "Yes."


def test_marked_up_text_is_drawn_as_such_and_links_are_clicked() -> None:
    text = (
        Quote((Paragraph((Span("Is it?"),)),)),
        Paragraph((Span("See "), Span("this", "strong", "https://x.example/"), Span(" or "), Span("that", "", "#S1"))),
        Verbatim(((Span("x = [i for i in range(10) if i % 2]  # and so on", "code"),),)),
        Table(((Cell((Span("run"),), is_head=True),), (Cell((Span("84"),)),))),
        Figure("", (), (), ("https://x.example/a.png",)),
    )
    lines = comment_lines(PageData(Community((said("a")._replace(blocks=text),))), 30, LOOK)
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


def test_ascii_draws_with_letters() -> None:
    look = Presentation(LOOK.today, glyphs=ASCII)
    items = Items((Item("•", (Paragraph((Span("x"),)),)),))
    told = (said("a")._replace(blocks=(Quote((items,)), items)), said("bb", "Yes.", parent="a"))
    kept = PageData(Community(told, MODELS), models=(1, 2))
    lines = [*comment_lines(kept, 40, look), *repository_lines(paper()._replace(models=5), kept, 40, look)]
    assert all(line.isascii() for line in texts(lines))


words = st.text(max_size=40) | st.sampled_from(["[/]", "\x1b[2J", "中文标题" * 9, "a" * 300, "\ud800"])


@pytest.mark.parametrize("look", [LOOK, UNFOLDED])
@given(words, words, words, st.integers(12, 90))
def test_whatever_is_said_is_drawn_literally_and_in_its_width(
    look: Presentation, author: str, text: str, about: str, width: int
) -> None:
    told = tuple(said("a" * n, text, parent="a" * (n - 1))._replace(author=author) for n in range(1, 6))
    kept = PageData(Community(told, (Repository("model", f"{author}/x", 3, 4, about),)))
    for line in (*comment_lines(kept, width, look), *repository_lines(paper()._replace(models=1), kept, width, look)):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)
