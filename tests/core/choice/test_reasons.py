"""Reasons: noun phrases that name a subject, then the most similar marked paper."""

from __future__ import annotations

from collections.abc import Sequence

from reader.core.choice.model import Background, Weighed
from reader.core.choice.reasons import Reasons, Subject, keyword_phrases, learned, short_title, subjects
from reader.core.choice.words import Common, pack, terms_of, unpack
from tests.table import each

DECODING = unpack(pack("Speculative decoding with drafts", "Despite its score, speculative decoding drafts."))
LIKED = [Weighed(1, DECODING), Weighed(2, DECODING), Weighed(3, unpack(pack("Sea ice", "Ice hacking on the sea.")))]
WEIGHTS = {
    term: 1.0 for text in ("speculative decoding", "despite", "score", "sea ice", "hacking") for term in terms_of(text)
}
PHRASES = [("speculative decoding", 9), ("Sea ice", 5), ("hacking", 4), ("draft", 2), ("quantum chess", 8)]


def background(papers: Sequence[str]) -> Background:
    terms = frozenset(term for text, _ in PHRASES for term in terms_of(text))
    return Background(terms, list(enumerate(unpack(pack("", text)) for text in papers)), len(papers), Common())


OTHERS = ["Something else."] * 95
LONG = "in passing among many other words " * 30
RARE = background(["Decoding, decoding and decoding."] * 3 + OTHERS)


def found(phrases: Sequence[tuple[str, int]], known: Background = RARE) -> list[str]:
    return [one.text for one in subjects(phrases, LIKED, WEIGHTS, known)]


def test_a_subject_is_a_keyword_that_two_liked_papers_have() -> None:
    assert found(PHRASES) == ["speculative decoding"], "the others are of one star, without weight, or in no paper"
    assert found([("despite its score", 9), ("deep speculative decoding drafts", 9)]) == []
    assert found([("speculative-decoding", 9)]) == ["speculative-decoding"]
    assert found([("decoding-drafts", 9)]) == [], "an adjective"


def test_a_single_word_is_a_subject_only_if_papers_dwell_on_it() -> None:
    assert found([("Decoding", 3)]) == ["Decoding"]
    assert found([("decoding", 2)]) == [], "too few papers have it as a keyword"
    assert found([("Decoding", 3)], background([f"Decoding, {LONG}."] * 3 + OTHERS)) == []


def test_a_phrase_that_chance_explains_is_no_subject() -> None:
    common = background(["Decoding, decoding and decoding."] * 12 + OTHERS)
    assert found([("Decoding", 3)], common) == []


def test_keywords_are_spelled_as_most_papers_do_and_rare_ones_left_out() -> None:
    keywords = [["KV cache", "Web Agents"], ["KV cache", "web agents"], ["kv cache", "lonely"], ["mine"]]
    assert dict(keyword_phrases(keywords, [["mine"]])) == {"KV cache": 3, "web agents": 2, "mine": 1}


def test_what_was_learned_is_shown_once_for_words_that_subjects_share() -> None:
    texts = ("speculative decoding", "parallel decoding", "sea ice")
    every = [Subject(text, tuple(terms_of(text)), 2, 1.0) for text in texts]
    assert [one.text for one in learned(every)] == ["speculative decoding", "sea ice"]


def reasons_for(title: str, key: int = 9) -> tuple[tuple[str, ...], int | None]:
    every = subjects(PHRASES, LIKED, WEIGHTS, RARE)
    return Reasons(every, LIKED, WEIGHTS).of(key, unpack(pack(title, "Nothing else.")))


def test_a_reason_names_the_subject_and_the_most_similar_marked_paper() -> None:
    assert reasons_for("Speculative decoding despite scores") == (("speculative decoding",), 1)
    assert reasons_for("Ice on the sea") == ((), 3), "one star has no named interest"
    assert reasons_for("Despite a score") == ((), 1), "such words count, but are never shown"
    assert reasons_for("A robot") == ((), None)
    assert reasons_for("Speculative decoding", key=1) == (("speculative decoding",), 2), "not like itself"


@each(
    ("title", "short"),
    [
        ("JetSpec: Drafting in Parallel", "JetSpec"),
        ("A: B", "A: B"),
        ("Words " * 12, "Words Words Words Words Words Words…"),
    ],
)
def test_a_paper_is_known_by_the_beginning_of_its_title(title: str, short: str) -> None:
    assert short_title(title) == short
