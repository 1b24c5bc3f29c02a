"""For you: terms of papers, the model learned from marks, and its reasons; wishes and follows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.choice import (
    BREAK,
    COMMON_PAPERS,
    IN_TITLE,
    TITLE,
    Background,
    Common,
    Reasons,
    Subject,
    WeighedPaper,
    candidates,
    keyword_phrases,
    learn,
    numbers,
    pack,
    read_common,
    score,
    short_title,
    subjects,
    subjects_to_show,
    terms_of,
    unpack,
)
from reader.core.follows import (
    Follow,
    from_view,
    name_slug,
    offers,
    parse_follow,
    venue_name,
)
from reader.core.query import parse
from reader.core.wishes import (
    MAX_NAME_CHARACTERS,
    Wish,
    event_label,
    newest_wishes,
    parse_wish,
)
from tests.table import each
from tests.ui.stage import paper as paper_of


def test_pairs_of_words_cross_hyphens_but_not_punctuation_or_stop_words() -> None:
    assert len(terms_of("key-value cache")) == 5
    assert [term & 1 for term in terms_of("cache. Robot")] == [0, 0]
    assert numbers("cache of a robot, 12 x") == [
        *numbers("cache"), BREAK, BREAK, *numbers("robot"), BREAK, BREAK, BREAK,
    ]  # fmt: skip
    assert terms_of("Caches") == terms_of("cache") and terms_of("ﬁlm") == terms_of("film")


def test_a_packed_paper_has_title_terms_and_higher_values_for_repeated_words() -> None:
    terms = unpack(pack("Draft models", "We draft. Models of speed; speed, speed."))
    (draft, models, both), (speed,) = terms_of("draft models"), terms_of("speed")
    assert terms.keys() == {draft, models, both, speed, *(term | TITLE for term in (draft, models, both))}
    assert terms[both | TITLE] == IN_TITLE
    assert terms[both] < terms[draft] < terms[speed]
    assert terms[draft] > unpack(pack("", "draft " + "word " * 200))[draft]


@given(st.binary(max_size=200))
def test_damaged_bytes_unpack_without_an_error(packed: bytes) -> None:
    assert all(value > 0 for value in unpack(packed).values())


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_text_can_be_packed(title: str, abstract: str) -> None:
    found = unpack(pack(title, abstract))
    assert {term for term in found if term < TITLE} == {*terms_of(title), *terms_of(abstract)}


def test_shipped_counts_are_read_back() -> None:
    packed = zlib.compress(struct.pack("<5I", 2_000, 5, 6, 40, 60))
    assert read_common(packed) == (2_000, {5: 40, 6: 60})


FILLER = (
    "we train large networks on many tokens and measure accuracy on long benchmarks of several languages",
    "our agents plan steps and call tools to finish tasks in browsers with fewer errors than before",
    "images are edited by text prompts while details of faces and backgrounds stay the same throughout",
    "a theory explains why gradients vanish in deep layers and how normalization helps them converge",
)
SUBJECTS = (
    *("speculative decoding", "sea ice", "protein folding", "bird songs", "city maps"),
    *("chess openings", "tidal power", "roman roads", "jazz harmony", "glass fibre"),
)


def paper(subject: str, number: int = 0, more: str = "") -> dict[int, float]:
    filler = FILLER[number % len(FILLER)]
    return unpack(pack(f"On {subject}", f"{filler}. We survey {subject} and {subject}. {more}"))


CORPUS = [(at, paper(SUBJECTS[at % 10], at // 10)) for at in range(200)]


def scores(liked: Sequence[int], passed: Sequence[int] = (), muted: Sequence[int] = ()) -> list[float]:
    good = [WeighedPaper(at, CORPUS[at][1]) for at in liked]
    wanted = candidates(good, muted)
    weights = learn(good, [WeighedPaper(at, CORPUS[at][1]) for at in passed], wanted, background(wanted))
    return [score(weights, terms) for _, terms in CORPUS]


def background(wanted: Sequence[int], common: Common = Common()) -> Background:  # noqa: B008  # immutable
    return Background(frozenset(wanted), CORPUS, len(CORPUS), common)


def first(found: Sequence[float], count: int) -> set[int]:
    """The subjects of the best papers."""
    return {at % 10 for at in sorted(range(len(found)), key=lambda at: -found[at])[:count]}


def test_one_star_ranks_papers_of_its_subject_first() -> None:
    assert first(scores([0]), 20) == {0}


def test_of_a_single_star_the_words_repeated_in_other_papers_count_most() -> None:
    texts = ["Glaciers melt; glaciers and glaciers"] * 20 + ["Chefs begin at dawn"] * 20 + ["Robots"] * 160
    papers = [unpack(pack("", text + " word" * 200)) for text in texts]
    star = [WeighedPaper(999, unpack(pack("", "At dawn, glaciers")))]
    wanted = candidates(star)
    weights = learn(star, [], wanted, Background(frozenset(wanted), enumerate(papers), len(papers), Common()))
    (glaciers,), (dawn,) = terms_of("glaciers"), terms_of("dawn")
    assert weights[glaciers] > weights[dawn]


def test_two_interests_both_come_first() -> None:
    assert first(scores([0, 10, 20, 1]), 40) == {0, 1}


def test_liked_papers_score_one_on_average() -> None:
    found = scores([0, 10, 1])
    assert sum(found[at] for at in (0, 10, 1)) / 3 == pytest.approx(1.0)


def test_papers_read_without_a_mark_count_against_what_they_share() -> None:
    # The liked papers are on two subjects; the papers read without a mark are on one of the two.
    liked, passed = [0, 10, 20, 1, 11, 31], [21, 41, 51, 61, 71, 81]
    without, with_passed = scores(liked), scores(liked, passed)
    assert with_passed[91] < without[91]
    assert first(with_passed, 20) == {0}


def test_a_muted_term_is_not_learned_nor_in_titles() -> None:
    muted = terms_of("speculative decoding")
    good = [WeighedPaper(0, CORPUS[0][1])]
    assert not {*muted, *(term | TITLE for term in muted)} & {*candidates(good, muted)}
    assert {*muted} <= {*candidates(good)}


def test_nothing_is_learned_without_liked_papers_or_shared_terms() -> None:
    assert learn([], [], [], background([])) == {}
    alone = [WeighedPaper(999, unpack(pack("Unheard", "Unheard words")))]
    assert learn(alone, [], candidates(alone), background(candidates(alone))) == {}


def test_a_small_cache_uses_the_shipped_word_counts() -> None:
    ice = terms_of("sea ice")[0]
    known = background([ice, ice | TITLE], Common(10, {ice: 5, 4: 9}))
    assert known.papers == len(CORPUS) + COMMON_PAPERS
    assert known.have[ice] == 20 + 500
    assert 20 < known.have[ice | TITLE] < 120 and 4 not in known.have


def test_a_term_of_nearly_all_papers_is_not_learned() -> None:
    survey, ice = terms_of("survey"), terms_of("sea ice")
    known = background([*survey, *ice])
    assert [known.says_something(term) for term in (*survey, *ice)] == [False, True, True, True]


DECODING = unpack(pack("Speculative decoding with drafts", "Despite its score, speculative decoding drafts."))
LIKED = [
    WeighedPaper(1, DECODING),
    WeighedPaper(2, DECODING),
    WeighedPaper(3, unpack(pack("Sea ice", "Ice hacking on the sea."))),
]
WEIGHTS = {
    term: 1.0 for text in ("speculative decoding", "despite", "score", "sea ice", "hacking") for term in terms_of(text)
}
PHRASES = [("speculative decoding", 9), ("Sea ice", 5), ("hacking", 4), ("draft", 2), ("quantum chess", 8)]


def papers_with(papers: Sequence[str]) -> Background:
    terms = frozenset(term for text, _ in PHRASES for term in terms_of(text))
    return Background(terms, list(enumerate(unpack(pack("", text)) for text in papers)), len(papers), Common())


OTHERS = ["Something else."] * 95
RARE = papers_with(["Decoding, decoding and decoding."] * 3 + OTHERS)


def found(
    phrases: Sequence[tuple[str, int]], known: Background = RARE, liked: Sequence[WeighedPaper] = LIKED
) -> list[str]:
    return [subject.text for subject in subjects(phrases, liked, WEIGHTS, known)]


def test_a_subject_is_a_keyword_that_two_liked_papers_have() -> None:
    assert found(PHRASES) == ["speculative decoding"], (
        "other phrases are in a single liked paper, without weight, or in no paper"
    )
    assert found([("despite its score", 9), ("deep speculative decoding drafts", 9)]) == []
    assert found([("speculative-decoding", 9)]) == ["speculative-decoding"]
    assert found([("decoding-drafts", 9)]) == [], "an adjective"


def test_a_single_word_is_a_subject_if_a_tenth_of_its_papers_or_a_third_of_the_liked_ones_have_it() -> None:
    known, others = papers_with(["Decoding."] * 11 + OTHERS * 9), [WeighedPaper(4, {})] * 4
    assert found([("Decoding", 1)], known) == ["Decoding"]
    assert found([("Decoding", 1)], known, [*LIKED, *others]) == []
    assert found([("Decoding", 2)], known, [*LIKED, *others]) == ["Decoding"]


def test_a_phrase_that_chance_explains_is_no_subject() -> None:
    common = papers_with(["Decoding, decoding and decoding."] * 12 + OTHERS)
    assert found([("Decoding", 3)], common) == []


def test_keywords_of_a_single_paper_are_left_out() -> None:
    keywords = [["KV cache", "web agents"], ["KV cache", "lonely"], ["KV cache", "web agents"], ["mine"]]
    assert keyword_phrases(keywords) == [("KV cache", 3), ("web agents", 2)]


def test_subjects_with_a_common_word_are_shown_once() -> None:
    texts = ("speculative decoding", "parallel decoding", "sea ice")
    every = [Subject(text, tuple(terms_of(text)), 2, 1.0) for text in texts]
    assert [subject.text for subject in subjects_to_show(every)] == ["speculative decoding", "sea ice"]


def reasons_for(title: str, key: int = 9) -> tuple[list[str], int | None]:
    every = subjects(PHRASES, LIKED, WEIGHTS, RARE)
    return Reasons(every, LIKED, WEIGHTS, RARE).of(key, unpack(pack(title, "Nothing else.")))


def test_a_reason_names_the_subject_and_the_most_similar_marked_paper() -> None:
    assert reasons_for("Speculative decoding despite scores") == (["speculative decoding"], 1)
    assert reasons_for("Ice on the sea") == ([], 3), "a single liked paper names no subject"
    assert reasons_for("Despite a score") == ([], 1), "general words count, but are never shown"
    assert reasons_for("A robot") == ([], None)
    assert reasons_for("Speculative decoding", key=1) == (["speculative decoding"], 2), (
        "a paper is not similar to itself"
    )


@each(
    ("title", "short"),
    [
        ("JetSpec: Drafting in Parallel", "JetSpec"),
        ("A: B", "A: B"),
        ("Words " * 12, "Words Words Words Words Words Words…"),
    ],
)
def test_a_short_title_is_the_beginning_of_the_title(title: str, short: str) -> None:
    assert short_title(title) == short


# Wishes


@each(
    ("step", "value", "label", "added"),
    [
        *((2, "2", "more of a b", 0.5), (1, "1", "more of a b", 0.25), (0, "0", "no wish about a b", 0.0)),
        *((-3, "-3", "less of a b", -1.0), (None, "mute", "muted a b", 0.0)),
    ],
)
def test_a_wish_has_an_event_a_label_and_a_score_change(step: int | None, value: str, label: str, added: float) -> None:
    wish = Wish("word", "a b", step)
    assert (wish.value, wish.label, wish.score_change) == (value, label, added)
    assert parse_wish(wish.kind, wish.value) == wish
    assert event_label(wish.kind, wish.value) == label


def test_a_muted_topic_counts_against_its_papers() -> None:
    assert Wish("topic", "agents", None).score_change == -1.0


def test_steps_are_limited_and_unmute() -> None:
    wish = Wish("word", "cache")
    for _ in range(5):
        wish = wish.after_step("raise")
    assert wish.step == 3
    assert [wish.after_step(way).step for way in ("lower", "mute", "reset")] == [2, None, 0]
    assert wish.after_step("mute").after_step("lower").step == -1


@each(
    ("kind", "value"),
    [
        *(("weigh:author:Ada", "1"), ("weigh:word:", "1"), ("weigh:word:x", "4"), ("weigh:word:x", "+1")),
        *(("star", "1"), ("weigh:word:x", "9" * 5_000), (f"weigh:word:{'x' * (MAX_NAME_CHARACTERS + 1)}", "1")),
        *(("weigh:word:a\x1b[2J", "1"), ("interest:x", "{}")),
    ],
)
def test_malformed_wishes_are_refused(kind: str, value: str) -> None:
    assert parse_wish(kind, value) is None


def test_the_newest_wish_counts_in_any_spelling() -> None:
    events = [("weigh:word:KV caches", "1"), ("weigh:topic:agents", "1"), ("weigh:word:kv cache", "-1")]
    assert newest_wishes(events) == (Wish("topic", "agents", 1), Wish("word", "kv cache", -1))
    assert newest_wishes([*events, ("weigh:topic:agents", "0")]) == (Wish("word", "kv cache", -1),)


# Follows


@each(
    ("text", "follow"),
    [
        ("author:Kaiming He", Follow("author", "Kaiming He")),
        ('organization:"Some Lab"', Follow("org", "Some Lab")),
        ("topic:Video generation", Follow("topic", "video-generation")),
        ("venue:ICLR", Follow("venue", "ICLR")),
        ("keyword:kv cache", Follow("word", "kv cache")),
        ("world model", Follow("word", "world model")),
        ("Olmo:3 again", Follow("word", "Olmo:3 again")),
    ],
)
def test_a_follow_is_parsed_like_a_query_term(text: str, follow: Follow) -> None:
    assert parse_follow(text) == follow
    assert from_view(follow.view) == follow and parse(follow.query).root is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("author:...", "no letters"),
        ("at", "too short"),
        (121 * "x", "longer"),
        ("auther:Yue Ma", "but the field is author:"),
    ],
)
def test_unfollowable_terms_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_follow(text)


def test_a_name_in_a_query_needs_no_field() -> None:
    follow = Follow("author", "Aäron van den Oord")
    assert follow.query == "follow:author:aaron-van-den-oord"
    assert name_slug("author:Aäron van den Oord") == name_slug("author:aaron-van-den-oord") == follow.query[7:]
    assert name_slug("aaron VAN den oord") == follow.slug
    assert from_view("follow:mood:glad") is from_view("saved:x") is from_view("follow:author:") is None


def test_a_paper_offers_its_values_to_follow() -> None:
    whole = paper_of(authors=("Ada Byron", "..."), keywords=("memory", "kv", "Memory"))._replace(venue="ICLR 2026 oral")
    assert {field: [follow.name for follow in follows] for field, follows in offers(whole).items()} == {
        "author": ["Ada Byron"],
        "org": ["Some Lab"],
        "venue": ["ICLR"],
        "topic": ["video-generation", "agents"],
        "word": ["memory"],
    }
    assert "org" not in offers(paper_of(organization=None))
    assert venue_name("Journal of Odd Things 2025 oral") == "Journal of Odd Things" and venue_name("2025") == "2025"
