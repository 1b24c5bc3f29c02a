"""What is learned from marked papers, and what it makes of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reader.core.choice import interests
from reader.core.choice.interests import Parts
from reader.core.choice.learned import Learned, explain
from reader.core.choice.taste import (
    Interest,
    Likeness,
    Marked,
    Taste,
    TasteTerm,
    learn,
    named,
    with_wishes,
    without_parts,
)
from reader.core.choice.wishes import Held, Wish
from reader.core.choice.words import COUNT_FOR, ENOUGH, Papers, Saying, codes, count, number, pack, survey
from tests.table import each

SUBJECTS = (
    *("speculative decoding", "gaussian splatting", "protein folding", "stock markets", "web agents", "sea ice"),
    *("chess endings", "bird songs", "city maps", "old scripts", "robot hands", "medical scans"),
)
EACH = 8
"""Papers of each subject."""
FILLER = ("A quick look at {}.", "We measure {} with care, and {} again.", "Large tables show that {} helps many.")
PAPERS = [
    (f"{subject.title()} in part {at}", f"{FILLER[at % 3].replace('{}', subject)} It closes a gap.")
    for at in range(EACH)
    for subject in SUBJECTS
]
PACKED = [pack(*paper) for paper in PAPERS]


def papers() -> Papers:
    return enumerate(PACKED)


def scores_of(taste: Taste) -> dict[int, float]:
    return {fit.key: fit.score for fit in taste.fits(papers())}


def marked(subject: str, count: int, weight: float = 1.0) -> list[Marked]:
    found = [at for at, (title, _) in enumerate(PAPERS) if title.lower().startswith(subject)]
    return [Marked(*PAPERS[at], PACKED[at], weight) for at in found[:count]]


def best(taste: Taste, count: int) -> list[str]:
    scores = scores_of(taste)
    assert set(scores) == set(range(len(PAPERS)))
    chosen = sorted(scores, key=lambda key: -scores[key])[:count]
    return [" ".join(PAPERS[at][0].lower().split()[:2]) for at in chosen]


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([], papers) == Taste()
    assert scores_of(Taste()) == {}
    assert Taste().reasons(PACKED[0]) == () and Taste().nearest(PACKED[0]) is None


@each(
    "count",
    [
        3,
    ],
)
def test_papers_like_the_liked_ones_come_first_and_the_words_are_the_reason(count: int) -> None:
    taste = learn(marked("gaussian", count), papers)
    assert best(taste, EACH) == ["gaussian splatting"] * EACH
    reason = taste.reasons(PACKED[1 - len(SUBJECTS)])[0]
    assert (reason.text.lower(), reason.papers) == ("gaussian splatting", 3)
    like = taste.nearest(PACKED[1 - len(SUBJECTS)])
    assert like is not None and like.title.startswith("Gaussian Splatting")


def test_the_reasons_of_a_paper_sum_to_its_score() -> None:
    taste = learn([*marked("gaussian", 4), *marked("protein", 3), *marked("stock", 3, -1.0)], papers)
    taste = with_wishes(taste, [Wish("word", "sea ice", 2), Wish("word", "gaussian splatting", -1)])
    scores = scores_of(taste)
    for key, packed in enumerate(PACKED):
        assert sum(reason.weight for reason in taste.reasons(packed)) == pytest.approx(scores[key])


def test_a_wish_alone_makes_a_term_or_a_trait() -> None:
    taste = with_wishes(Taste(), [Wish("word", "sea ice", 2), Wish("topic", "rl", 1)], {"rl": "Learning"})
    word, topic = Wish("word", "", 2).added, Wish("topic", "", 1).added
    [code] = codes("sea ice") - codes("sea", "ice")
    assert taste == Taste(
        (TasteTerm(code, "sea ice", word, 0, added=word),),
        traits=(TasteTerm(0, "Learning", topic, 0, "topic", "rl", added=topic),),
    )


def near(expected: Any) -> Any:
    """Figures of four digits."""
    return pytest.approx(expected, abs=6e-5)


def test_all_that_is_learned_of_a_few_marks() -> None:
    """The figures follow from the constants, which `tests/bench/foryou.py` measures: a change of these changes them."""
    liked = [*marked("gaussian", 5), *marked("protein", 3, 0.8), *marked("sea", 1, 0.5), *marked("web", 2)]
    passed = [paper.packed for subject in ("city maps", "robot hands") for paper in marked(subject, EACH)]
    muted = frozenset({number("tables")})
    taste = learn([*liked, *marked("stock", 3, -1.0)], papers, muted, passed=passed)
    names = ["gaussian splatting, measure gaussian", "protein folding, folding helps", "web agents, measure web"]
    assert [(one.wish.name, len(one.papers)) for one in taste.subjects] == list(zip(names, (5, 3, 2), strict=True))
    assert [one.share for one in taste.subjects] == near([0.5319, 0.2553, 0.2128])
    assert [fit.interest for fit in taste.fits(papers())] == [0, 0, 1, 0, 2, *[0] * 7] * EACH
    scores = [fit.score for fit in taste.fits(papers())]
    assert scores[:6] == near([0, 1.4392, 1.4203, -0.5418, 1.3648, 0])
    assert scores[-12:-6] == near([0, 1.5205, 1.5002, -0.5629, 1.4450, 0])
    of_all = pack(
        "Web agents fold proteins", "Folding proteins by gaussian splatting helps markets; web agents of stock."
    )
    assert next(taste.fits([(0, of_all)])) == (0, near(1.7971), 2)
    for packed, words, weights in (
        (PACKED[1], "gaussian splatting/splatting/gaussian", [0.8168, 0.3580, 0.2644]),
        (PACKED[2], "protein folding/protein/folding", [0.8199, 0.3372, 0.2632]),
        (PACKED[3], "stock markets/stock/markets", [-0.3818, -0.1106, -0.0494]),
        (PACKED[4], "web agents/web/agents", [0.7931, 0.3185, 0.2531]),
        (PACKED[5], "", []),
        (
            of_all,
            "web agents/web/agents/gaussian splatting/protein/folding/splatting/gaussian/stock/markets/splatting helps",
            [0.6713, 0.2717, 0.2175, 0.1915, 0.1676, 0.1658, 0.1083, 0.0957, -0.0655, -0.0292, 0.0025],
        ),
    ):
        reasons = taste.reasons(packed)
        assert "/".join(one.text for one in reasons) == words
        assert [one.weight for one in reasons] == near(weights)
        assert {one.papers for one in reasons} <= {5, 3, 2, 1}


def test_an_interest_with_few_marks_is_lifted_but_not_one_of_a_handful(monkeypatch: pytest.MonkeyPatch) -> None:
    def lifts(many: float, few: float) -> float:
        found = []
        for power in (interests.WEAKER, 0.0):
            with monkeypatch.context() as patch:
                patch.setattr(interests, "WEAKER", power)
                taste = learn([*marked("gaussian", EACH, many), *marked("protein", EACH, few)], papers)
            best = [0.0, 0.0]
            for fit in taste.fits(papers()):
                best[fit.interest] = max(best[fit.interest], fit.score)
            found.append(best[1] / best[0])
        return found[0] / found[1]

    assert lifts(4.0, 1.0) == pytest.approx(4**interests.WEAKER, rel=0.1)
    assert lifts(0.9, 0.3) == pytest.approx(1)


def of_the_users() -> list[Marked]:
    liked = [*marked("gaussian", 3), *marked("protein", 2), *marked("sea", 1)]
    return [one._replace(pk=at, id=f"2401.0000{at}") for at, one in enumerate(liked, 1)]


def test_an_interest_is_joined_and_split_again() -> None:
    liked = of_the_users()
    ids = tuple(one.id for one in liked)
    splats = Held(ids[0], "gaussian splatting, splatting helps", 0, ids[:3])
    proteins = Held(ids[3], "protein folding, measure protein", 0, ids[3:5])
    learned = learn(liked, papers)
    assert [one.wish for one in learned.subjects] == [splats, proteins]
    assert learned.split(proteins) == [
        proteins._replace(name="Protein Folding in part 0", papers=ids[3:4], did="split"),
        Held(ids[4], "measure protein", 0, ids[4:5], "make"),
    ]
    both = Held(ids[1], "Both", 1, ids[:5], "join")
    taste = learn(liked, papers, held=[both])
    assert [one.wish for one in taste.subjects] == [both]
    # One that shares words with an interest of the user's joins it.
    few = learn(liked, papers, held=[splats._replace(papers=ids[:2])])
    assert [one.wish.papers for one in few.subjects] == [ids[:3], ids[3:5]]
    own = [splats._replace(key=ids[at], name=f"Mine {at}", papers=ids[at : at + 1]) for at in (0, 1)]
    assert [one.wish.name for one in learn(liked[:3], papers, held=own[:1]).subjects] == ["Mine 0"]
    assert sorted(one.wish.name for one in learn(liked[:3], papers, held=own).subjects) == ["Mine 0", "Mine 1"]
    made = proteins._replace(did="make")
    assert taste.split(both) == [both._replace(papers=ids[:3], did="split"), made]
    reset = both._replace(did="reset")
    assert taste.split(reset) == [both._replace(name=splats.name, papers=ids[:3], did="split"), made]
    assert taste.split(Held("another", "Both")) == []
    other = splats._replace(key="x", name="splatting rest", papers=ids[5:])
    found = [Interest(one, (), 0.5) for one in (splats, proteins, other)]
    for name, of in (
        ("Protein", 1),
        ("splatting", None),
        ("gaussian splatting", 0),
        ("splatting rest", 2),
        ("ice", None),
    ):
        assert named(found, name) == (None if of is None else found[of])


def test_a_marked_paper_is_said_to_be_like_another_one() -> None:
    learned = Learned(learn(of_the_users(), papers))
    said = [f"like Gaussian Splatting in part {at}, which you marked: gaussian splatting" for at in (1, 0, 1)]
    assert [learned.why(pk, PACKED[key]) for pk, key in ((1, 1), (2, 13), (9, 25), (6, 5))] == [*said, ""]
    # A word that no other marked paper has is no likeness.
    alone = Learned(learn(of_the_users()[:1], papers))
    assert alone.why(1, PACKED[1]) == ""
    assert alone.why(9, PACKED[13]).endswith("in part 0, which you marked: gaussian splatting")
    assert learned.taste.is_empty is False
    assert Taste().is_empty and not Taste(traits=(term("x", 1, 1),)).is_empty and not Taste((term("x", 1, 1),)).is_empty


@each(("weight", "count"), [(1.0, 1), (1.5, 2)])
def test_an_interest_has_a_share_of_the_marks(weight: float, count: int) -> None:
    taste = learn([*marked("gaussian", EACH, 4.0), *marked("protein", 2, weight)], papers)
    assert len(taste.subjects) == count


def test_three_marks_are_one_interest_and_four_may_be_two() -> None:
    assert [len(learn([*marked("gaussian", 2), *marked("protein", few)], papers).subjects) for few in (1, 2)] == [1, 2]
    alone, passed = marked("gaussian", EACH), [paper.packed for paper in marked("city", EACH)] * 3
    broad = [
        learn(alone, papers, passed=passed[:some]).parts.broad for some in (interests.PASSED - 1, interests.PASSED)
    ]
    says = EACH**2 / (EACH**2 + interests.HALF_BROAD)
    assert broad == [interests.ALONE, says] and learn([*alone, *marked("sea", 2)], papers).parts.broad > says


def test_a_paper_is_nearest_to_the_interest_that_both_parts_together_name() -> None:
    parts = Parts(broad=0.25, linear={3: 2.0}, picked=({1: 1.0}, {2: 1.0}), pulls={3: [0.0, 9.0]})
    said = {1: Saying(0.8, 0.8), 3: Saying(0.3, 0.3)}
    assert parts.fit(said) == (near(0.75), 1)
    assert parts.fit({1: said[1]}) == (near(0.6), 0)


def test_a_frequent_word_that_few_papers_dwell_on_says_nothing_alone() -> None:
    # How many of 400 papers have each word, and how many have it three times.
    words = {"dynamic": (40, 0), "static": (40, 11), "sparse": (40, 13), "pruning": (40, 40), "active": (29, 5)}
    words |= {"robots": (32, 2), "rare": (30, 10)}
    texts = [
        "".join(
            f"The {word} of thing. " + f"A {word}, a {word}. " * (at < dwell)
            for word, (have, dwell) in words.items()
            if at < have
        )
        for at in range(400)
    ]
    packed = [pack("", text) for text in texts]
    liked = [Marked("", texts[at], packed[at], 1.0) for at in range(20, 24)]
    taste = learn(liked, lambda: enumerate(packed))
    vague = {one.text for one in taste.words.values() if one.is_vague}
    assert (vague, {one.text for one in taste.words.values()}) == ({"dynamic", "static", "robots"}, {"thing", *words})


def test_an_adverb_or_a_cut_compound_says_nothing_alone() -> None:
    own = [
        ("Strikingly frozen lakes", "Lakes that are strikingly frozen. Low-level causal."),
        ("Strikingly frozen rivers", "Rivers are strikingly frozen. Token-level causal."),
        ("Frozen ponds, strikingly", "Ponds; strikingly frozen. Frame-level causal."),
    ]
    packed = [pack(*paper) for paper in own]
    liked = [Marked(*paper, words, 1.0) for paper, words in zip(own, packed, strict=True)]
    taste = learn(liked, lambda: enumerate([*PACKED, *packed]))
    vague = {one.text: one.is_vague for one in taste.words.values()}
    plain = dict.fromkeys(("strikingly frozen", "frozen", "level", "causal"), False)
    assert vague == {**plain, "strikingly": True, "-level causal": True}
    assert [one.wish.name for one in taste.subjects] == ["strikingly frozen, level"]


def test_what_the_user_hides_counts_against_papers_unless_they_like_it_more() -> None:
    taste = learn([*marked("gaussian", 3), *marked("stock", 3, -1.0)], papers)
    scores = scores_of(taste)
    assert min(scores, key=scores.__getitem__) % len(SUBJECTS) == SUBJECTS.index("stock markets")
    assert "you hid 3 on" in explain(taste.reasons(PACKED[3]))
    both = learn([*marked("gaussian", 5), *marked("gaussian", 2, -1.0)], papers)
    assert not [term for term in both.terms if term.weight < 0 and "plat" in term.text]


def test_one_hidden_paper_counts_against_no_other() -> None:
    assert all(term.weight > 0 for term in learn([*marked("gaussian", 2), *marked("stock", 1, -1.0)], papers).terms)
    assert learn(marked("stock", 1, -1.0), papers).terms == ()


def test_few_papers_of_any_size_are_enough() -> None:
    empty = Marked("", "", pack("", ""), 1.0)
    assert learn([empty], list).terms == ()
    assert learn([empty], lambda: [(1, pack("", ""))]).terms == ()
    one = Marked("Tiny cats", "", pack("Tiny cats", ""), 1.0)
    assert learn([one], lambda: [(1, one.packed)]).terms == ()


def test_terms_are_counted_as_often_as_they_come() -> None:
    counts, words = count(pack("World models", "A world of a model; the world model."), codes("world models"))
    assert counts[number("world")] == 4
    assert (sorted(counts.values()), words) == ([3, 4, 4], 8)
    assert count(pack("", "nothing"), codes("world models")) == ({}, 1)


def term(text: str, weight: float, papers: int) -> TasteTerm:
    return TasteTerm(number(text), text, weight, papers)


JET = Likeness("JetSpec: Drafts at Speed", "starred")


@each(
    ("reasons", "like", "said"),
    [
        ([], JET, ""),
        (
            [
                term("sparse attention", 1, 3),
                term("Attentions", 0.5, 3),
                term("KV cache", 0.4, 1),
                term("old", 0.01, 1),
            ],
            JET,
            "like JetSpec, which you starred: sparse attention, KV cache",
        ),
        (
            [
                term("agents", 0.3, 2),
                term("finance", -0.5, 4)._replace(is_hidden=True),
                term("tables", -0.4, 4),
                term("robots", 0.2, 0),
            ],
            None,
            "like what you marked: agents; you want more of robots; you hid 4 on finance",
        ),
        (
            [
                term("ants", -1, 4)._replace(is_hidden=True),
                term("bees", -0.9, 2)._replace(is_hidden=True),
                term("cats", -0.8, 4)._replace(is_hidden=True),
                term("dogs", -0.7, 3)._replace(added=-0.7),
                term("eels", 1, 0),
                term("foxes", 0.1, 0),
                term("goats", 0.09, 0),
                term("hens", 0, 3),
            ],
            JET,
            "you want more of eels, foxes; you hid 4 on ants, cats; you hid 2 on bees; you want less of dogs",
        ),
        (
            [
                term(name, 1 - at / 100, 3)._replace(is_vague=not at)
                for at, name in enumerate(("x1", "a1", "a2", "a3", "a4", "a5"))
            ],
            None,
            "like what you marked: x1, a1, a2, a3, a4",
        ),
    ],
)
def test_reasons_are_said_in_words(reasons: Sequence[TasteTerm], like: Likeness | None, said: str) -> None:
    assert explain(reasons, like) == said


def test_a_word_that_says_nothing_is_never_alone_nor_is_another_first_in_its_place() -> None:
    vague = term("dynamic", 1, 3)._replace(is_vague=True)
    assert explain([vague], JET) == explain([vague, term("drafts", 0.05, 3)], JET) == "like JetSpec, which you starred"
    assert explain([vague, term("drafts", 0.5, 3)], JET) == "like JetSpec, which you starred: dynamic, drafts"
    assert explain([vague, term("drafts", 2, 3)], JET) == "like JetSpec, which you starred: drafts"


@each(
    ("terms", "left"),
    [
        ([("models", 1.0), ("draft model", 0.8)], ["draft model"]),
        ([("models", 1.0), ("draft model", 0.79)], ["models"]),
        ([("draft", -1.0), ("drafts model", -0.8), ("speed", 0.1)], ["drafts model", "speed"]),
        ([("a star", 1.0), ("star", 0.5)], ["a star"]),
        ([("draft", 1.0), ("drafts", 0.7)], ["draft"]),
    ],
)
def test_a_word_is_not_named_beside_a_pair_that_has_it(terms: list[tuple[str, float]], left: list[str]) -> None:
    assert [one.text for one in without_parts(term(text, weight, 1) for text, weight in terms)] == left
    trait = term("draft", 1.0, 1)._replace(what="topic", name="Drafts")
    assert without_parts([trait, term("draft", 1.0, 1)]) == [trait, term("draft", 1.0, 1)]
    assert (trait.key, term("drafts", 1.0, 1).key) == (("topic", "drafts"), ("word", str(number("draft"))))


@each(
    ("title", "name"),
    [
        ("A: B", "A: B"),
        ("Ab: C", "Ab"),
        ("word " * 20, "word word word word word word word…"),
        ("x" * 90, "x" * 39 + "…"),
        ("x" * 40, "x" * 40),
    ],
)
def test_a_paper_is_named_by_the_beginning_of_its_title(title: str, name: str) -> None:
    assert str(Likeness(title, "queued")) == f"{name}, which you queued"


def test_in_a_small_cache_the_words_that_ship_tell_which_are_common() -> None:
    from reader.cache.choice import common_words

    paper = (
        "Speculative decoding in practice",
        "Extensive experiments primarily show scenarios of speculative decoding.",
    )
    other = ("Sea ice", "Waves of the north.")
    here = [*enumerate([pack(*paper), pack(*other), pack(*paper)])]
    stars = [Marked(*paper, pack(*paper), 1.0)] * 2
    alone, told = (learn(stars, lambda: here, common=said) for said in (lambda: None, common_words))
    assert alone.subjects
    first, *others = told.reasons(pack(*paper))
    assert first.text.lower() == "speculative decoding"
    weights = {term.text.lower(): term.weight / first.weight for term in others}
    assert all(weights.get(word, 0) < 0.2 for word in ("primarily", "scenarios", "experiments"))


def test_a_large_cache_tells_by_itself_which_words_are_common() -> None:
    sea = number("sea")
    packed = [pack("Sea ice", "")] * ENOUGH
    few, many = (survey([sea], enumerate(packed[:size]), {sea: (9, 3)}) for size in (ENOUGH - 1, ENOUGH))
    assert (few.papers, few.have, few.dwell) == (ENOUGH - 1 + COUNT_FOR, {sea: ENOUGH + 8}, {sea: 3})
    assert (many.papers, many.have) == (ENOUGH, {sea: ENOUGH})


BY_WORD = {1: {0, 1, 2, 6}, 2: {3, 4, 5}, 9: {0, 1, 2, 3, 4, 5}}
"""The papers that have each word: two subjects with a word in common, and a paper of the first without it."""


def test_halves_are_two_subjects_and_not_one_stranger() -> None:
    marks = {word: [(paper, 3.0 if word == 1 and paper < 6 else 2.0) for paper in sorted(having)]
             for word, having in BY_WORD.items()}  # fmt: skip
    marks[7] = [(6, 9.0)]
    (first, words), (other, _) = Parts(marks=marks).halves(range(7))
    assert {frozenset(first), frozenset(other)} == {frozenset({0, 1, 2, 6}), frozenset({3, 4, 5})}
    assert words[0] in {1, 2, 7}


def test_halves_of_papers_that_are_the_same_have_a_paper_each() -> None:
    groups = Parts(marks={1: [(0, 1.0), (1, 1.0), (2, 1.0)]}).halves([0, 1, 2])
    assert all(papers for papers, _ in groups)
    assert sorted(paper for papers, _ in groups for paper in papers) == [0, 1, 2]
