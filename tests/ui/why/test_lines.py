"""The reasons as lines, at every width and in ASCII."""

from __future__ import annotations

from reader.cache.choice import Learned, Suits
from reader.cache.marks.agents import ProgramMark
from reader.cache.watching import Act
from reader.core.choice.wishes import Wish
from reader.core.lines import measure
from reader.core.topics.scorer import TopicReason
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.why.lines import Explanation, explanation_rows, suits_lines
from tests.table import each
from tests.ui.drawings import text, texts

LEARNED = Learned(
    (("speculative decoding", 5), ("KV cache", 3)),
    (Wish("author", "Ada Lovelace", -1), Wish("word", "KV caches", 2), Wish("topic", "agents", None)),
    9,
)
SUITS = Suits(0.8, ("speculative decoding",), "JetSpec, which you starred")
NAMES = {"agents": "Agents & tools", "video": "Video"}
KNOWN = Explanation(LEARNED, SUITS, NAMES, has_paper=True)


def drawn(known: Explanation, width: int = 80) -> list[str]:
    return texts(row.line for row in explanation_rows(known, width, UNICODE))


def test_a_paper_has_its_reason_then_what_was_learned_and_asked_for() -> None:
    assert drawn(KNOWN) == [
        "For you",
        "speculative decoding; like JetSpec, which you starred.",
        "speculative decoding",
        "",
        "What For you has learned",
        "speculative decoding                              in 5 papers that you marked",
        "KV cache                                  more ┃  in 3 papers that you marked",
        "",
        "What you asked for",
        "Ada Lovelace                              less",
        "Agents & tools                            muted",
    ]
    assert [row.about.step if row.about else 0 for row in explanation_rows(KNOWN, 80, UNICODE)][6] == 2


def test_without_stars_topics_are_offered_to_begin_with() -> None:
    known = Explanation(Learned((), (Wish("topic", "video", 1),)), None, NAMES)
    assert drawn(known) == [
        "To begin, pick three topics, or star a paper",
        "Agents & tools",
        "Video                                     more",
    ]
    assert drawn(Explanation()) == []


def test_one_star_is_no_subject_with_a_name() -> None:
    assert drawn(Explanation(Learned(papers=1), None, NAMES))[1:] == [
        "It learns from 1 paper that you marked, and names a subject that several share."
    ]


def test_a_paper_like_no_marked_one_says_so() -> None:
    assert drawn(KNOWN._replace(suits=None))[:2] == ["For you", "None of the other papers that you marked is like it."]


def test_rules_topics_and_programs_say_what_they_went_by() -> None:
    known = Explanation(
        topics=(TopicReason("agents", ("tool use",)), TopicReason("long", ())),
        topic_names={"agents": "Agents", "long": "A name that is longer than the line"},
        rules=(Act("Cats", "title:cat", ("star",), False), Act("Dogs", "title:dog", ("hide",), True)),
        muted=("finance",),
        programs=(ProgramMark("star", "starred", "claude"), ProgramMark("read", "read", "claude")),
    )
    assert drawn(known, 45) == [
        "Rules",
        "Cats: star, because title:cat",
        "Dogs: hide, because title:dog; you took that",
        "back",
        "muted, because finance",
        "",
        "Why these topics",
        "Agents                  tool use",
        "A name that is longer…",
        "",
        "Marked by programs",
        "starred by claude; read by claude",
    ]


@each("width", [16, 20, 40, 60])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        assert max(measure(row.line) for row in explanation_rows(KNOWN, width, glyphs)) <= width


@each(
    ("width", "shown"),
    [
        (80, "For you: draft models, speculative decoding; like JetSpec, which you starred"),
        (60, "For you: draft models, speculative decoding"),
        (30, "For you: draft models"),
    ],
)
def test_the_most_useful_part_of_a_reason_is_never_cut(width: int, shown: str) -> None:
    (line,) = suits_lines("draft models, speculative decoding; like JetSpec, which you starred", width)
    assert text(line) == shown
    assert suits_lines("", width) == []
