"""The reasons as lines, at every width and in ASCII."""

from __future__ import annotations

from reader.cache.marks.event_log import Made
from reader.cache.reads.opinions import Reasons
from reader.cache.watching import Act
from reader.core.choice.taste import Interest, Likeness, TasteTerm
from reader.core.choice.wishes import Held, Wish
from reader.core.lines import measure
from reader.core.topics.scorer import Cause, Why
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.why.lines import Explanation, explanation_rows, suits_lines
from tests.table import each
from tests.ui.drawings import text, texts

SERVING = Held("2401.00001", "KV cache", 2, ("2401.00001",), "raise")
PAPERS = (Likeness("JetSpec: Drafts at Speed", "starred"), Likeness("Ada " + "of a long name " * 9, "queued"))
LEARNED = Reasons(
    "like JetSpec, which you starred: KV cache",
    (
        TasteTerm(1, "KV cache", 0.62, 3),
        TasteTerm(2, "base", 0.1, 2, is_vague=True),
        TasteTerm(0, "Ada", -0.2, 2, "author", "Ada", is_hidden=True),
        TasteTerm(4, "pages", -0.03, 1),
        TasteTerm(5, "asked", 0.01, 0),
        TasteTerm(3, "faint", 0.001, 1),
    ),
    (Interest(SERVING, PAPERS, 0.75), Interest(Held("2401.00002", "robots", None), PAPERS[:1], 0.0)),
    (Wish("word", "finance", -1),),
    (("agents", "Agents & tools"), ("video", "Video")),
)
FIRST = (("a", "A paper"), ("b", "Another paper"), ("c", "A third one"))
KNOWN = Explanation((), reasons=LEARNED, first=FIRST)


def drawn(known: Explanation, width: int = 80) -> list[str]:
    return texts(row.line for row in explanation_rows(known, width, UNICODE))


def test_a_paper_has_its_own_sum_then_the_interests_that_it_comes_from() -> None:
    assert drawn(KNOWN) == [
        "For you  50 points; the best 20 average 100",
        "like JetSpec, which you starred: KV cache",
        "  +62  KV cache      from 3 papers",
        "  +10  base          from 2 papers",
        "  -20  Ada           from 2 hidden papers",
        "   -3  pages         more often in papers that you did not mark",
        "   +1  asked         because you said so",
        "",
        "Your interests",
        "KV cache                                 ++    ┃┃┃┃┃┃┃┃┃    2 papers",
        "  JetSpec · Ada of a long name of a long name of a…",
        "robots                                   muted              1 paper",
        "  JetSpec",
        "",
        "Changed by you",
        "finance                                  -",
        "",
        "First in For you",
        " 1  A paper",
        " 2  Another paper",
        " 3  A third one",
        "",
        "Why these topics",
        "No phrase gives this paper a topic.",
    ]
    # What can be changed is a word, a person or an interest.
    assert [row.about for row in explanation_rows(KNOWN, 80, UNICODE) if row.about is not None] == [
        *(Wish("word", "KV cache"), Wish("word", "base"), Wish("author", "Ada"), Wish("word", "pages")),
        Wish("word", "asked"),
        *(SERVING, LEARNED.interests[1].wish, Wish("word", "finance", -1)),
    ]
    narrow = drawn(KNOWN, 46)
    assert narrow[0] == "For you  50 points; the best 20 average 100"
    assert narrow[5] == "   -3  pages         more often in papers tha…"
    assert narrow[9:11] == [f"{'KV cache':39}++", "  JetSpec · Ada of a long name of a long name…"]


def test_a_paper_like_none_that_was_marked_says_so_once_something_was_learned() -> None:
    for terms in (LEARNED.terms[-1:], ()):
        told = drawn(Explanation((), reasons=LEARNED._replace(terms=terms)))
        assert told[:3] == ["For you", "No paper that you marked is like it.", ""]
    assert drawn(Explanation((), reasons=Reasons()))[0] == "To begin, pick three topics, or star a paper"


def test_topics_rules_and_programs_tell_what_they_went_by() -> None:
    causes = (Cause("tool use", "title", 90), Cause("web of a long name", "abstract", -3))
    told = Explanation(
        (Why("agents", "Agents", 87, causes, 2),),
        (Act("Cats", "title:cat", ("star",), False), Act("Dogs", "title:dog", ("hide",), True)),
        ("finance",),
        (Made("star", "starred", "claude"), Made("read", "read", "claude")),
    )
    assert drawn(told, 45) == [
        "Rules",
        "Cats: star, because title:cat",
        "Dogs: hide, because title:dog; you took that",
        "back",
        "muted, because finance",
        "",
        "Why these topics",
        "Agents  87",
        "  +90  tool use            title",
        "   -3  web of a long name  abstract",
        "       and 2 weaker",
        "",
        "Marked by programs",
        "starred by claude; read by claude",
    ]
    long = Why("", "A name that is longer than the line", 5, (), 0)
    assert drawn(Explanation((*(told.topics or ()), long)), 30) == [
        "Why these topics",
        "Agents  87",
        "  +90  tool use         title",
        "   -3  web of a long…   abstr…",
        "       and 2 weaker",
        "A name that is longer than…  5",
    ]


@each(
    ("why", "width", "lines"),
    [
        ("", 60, []),
        ("like A, which you starred: one, two, three", 80, ["For you: like A, which you starred: one, two, three"]),
        ("like A, which you starred: one, two, three", 45, ["For you: like A, which you starred: one, two"]),
        ("like A, which you starred: one, two, three", 44, ["For you: like A, which you starred: one, two"]),
        ("like A, which you starred: one, two, three", 43, ["For you: like A, which you starred: one"]),
        ("like A, which you starred: one, two, three", 30, ["For you: like A, which you", "starred: one"]),
    ],
)
def test_a_sentence_keeps_the_reasons_that_fit_a_line_but_at_least_one(why: str, width: int, lines: list[str]) -> None:
    assert texts(suits_lines(why, width)) == lines


def test_a_change_shows_how_the_first_papers_moved() -> None:
    after = KNOWN._replace(before=(("b", "Another paper"), ("a", "A paper"), ("d", "One that left")))
    told = drawn(after, 60)
    at = told.index("First in For you, and where they were before")
    assert told[at + 1 : at + 4] == [
        " 1  A paper                                            was 2",
        " 2  Another paper                                      was 1",
        " 3  A third one                                          new",
    ]


def test_before_anything_is_learned_topics_are_offered() -> None:
    nothing = Reasons(topics=LEARNED.topics, wishes=(Wish("topic", "video", 1),))
    assert drawn(Explanation(reasons=nothing)) == [
        "To begin, pick three topics, or star a paper",
        "Agents & tools",
        "Video                                    +",
    ]


@each("width", [16, 20, 46, 60, 100, 200])
def test_no_line_is_wider_than_its_room(width: int) -> None:
    for row in explanation_rows(KNOWN._replace(before=FIRST[::-1]), width, ASCII):
        assert measure(row.line) <= max(width, 26) and text(row.line).isascii()
