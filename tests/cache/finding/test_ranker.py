"""Which papers fit a text best."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest

from reader.cache.finding import ranker
from reader.cache.finding.index import Index, Stemmer, add_papers, make_tables
from reader.cache.finding.ranker import Ranker, Ranking
from reader.core.similarity import FoundBy
from tests.table import each

FILLER = [(f"Paper {number}", "We train a model on common data and report what it does.") for number in range(30)]


@contextmanager
def ranking(texts: Sequence[tuple[str, str]]) -> Iterator[Ranker]:
    """A ranker of papers with the keys 0, 1, 2 …"""
    with closing(sqlite3.connect(":memory:")) as connection, closing(Stemmer()) as stemmer:
        make_tables(connection)
        add_papers(connection, [(pk, str(pk), *text) for pk, text in enumerate(texts)])
        yield Ranker(Index(connection), stemmer, lambda pks: [texts[pk] for pk in pks])


def ranked(texts: Sequence[tuple[str, str]], text: str) -> Ranking:
    with ranking(texts) as found:
        return found.rank(text)


@each(
    ("text", "texts"),
    [
        # The best first.
        (
            "robot laundry",
            [("x", "A robot folds the laundry."), ("x", "A robot walks far away."), ("x", "Cats sleep.")],
        ),
        ("sparse attention", [("x", "Sparse attention helps."), ("x", "Attention to a sparse set.")]),
        ("attention sinks", [("Attention sinks", "We look."), ("We look", "Attention sinks.")]),
        ("folding robots", [("x", "The robot folds."), ("x", "The robot runs.")]),
        ("pretraining", [("x", "Pre-training on images."), ("x", "Training on images.")]),
        # The share of what is rare counts: twice one rare word is less than both.
        ("zebra quagga", [("x", "A zebra and some quagga."), ("zebra zebra", "A zebra, a zebra and a zebra.")]),
    ],
)
def test_what_fits_better_comes_first(text: str, texts: list[tuple[str, str]]) -> None:
    found = ranked([*FILLER, *reversed(texts)], text).pks
    order = [len(FILLER) + len(texts) - 1 - at for at in range(len(texts))]
    assert found[: len(texts)] == [pk for pk in order if pk in found]
    assert found[0] == order[0]


def test_papers_are_in_the_order_of_what_their_words_say() -> None:
    """By the formulas: BM25 of the words and the pairs of words, times the share of what is rare in the text."""
    chance, words = random.Random(4), [f"{letter}q" for letter in "abcdefghij"]
    sizes = [(chance.randint(1, 3), chance.randint(4, 14)) for _ in range(90)]
    texts = [tuple(" ".join(chance.choices(words, range(10, 0, -1), k=size)) for size in both) for both in sizes]
    asked = ["jq", "cq", "iq"]
    split = [[column.split() for column in text] for text in texts]
    having = {word: sum(any(word in column for column in paper) for paper in split) for word in asked}
    mean = sum(len(column) for paper in split for column in paper) / 90
    rarity = {word: math.log1p((90 - count + 0.5) / (count + 0.5)) for word, count in having.items()}

    def score(title: list[str], abstract: list[str]) -> float:
        bm25 = share = pairs = 0.0
        for word in asked:
            if count := 3 * title.count(word) + abstract.count(word):
                length = 1.2 * (0.25 + 0.75 * (len(title) + len(abstract)) / mean)
                weight = max(1e-6, math.log((90 - having[word] + 0.5) / (having[word] + 0.5)))
                bm25 += weight * 2.2 * count / (count + length)
                share += rarity[word] / sum(rarity.values())
        for pair in pairwise(asked):
            if any(pair in pairwise(column) for column in (title, abstract)):
                pairs += ranker.PAIR * min(rarity[word] for word in pair)
        return (bm25 + pairs) * share

    scores = [score(*paper) for paper in split]
    expected = sorted((pk for pk in range(90) if scores[pk]), key=lambda pk: (-round(scores[pk], 14), pk))
    assert ranked([(title, text) for title, text in texts], " ".join(asked)).pks == expected
    assert 60 < len(expected) < 90 and len(set(scores)) > 60


@each(
    ("typed", "stem"),
    [("difusion", "diffus"), ("transfomers", "transform"), ("reinfrocement", "reinforc"), ("diffusoin", "diffus")],
)
def test_words_that_are_spelled_wrong_are_found(typed: str, stem: str) -> None:
    texts = [*FILLER, *[("x", "Diffusion transformers and reinforcement.")] * 3]
    found = ranked(texts, typed)
    assert list(found.corrected.values()) == [stem]
    assert sorted(found.pks) == [len(FILLER), len(FILLER) + 1, len(FILLER) + 2]


def test_the_longer_a_word_the_more_of_it_may_be_wrong() -> None:
    texts = [*FILLER, *[("x", "quaz zentrix kentripo")] * 3, *[("x", "rovd")] * 2]
    meant = {"quax": "quaz", "qaz": None, "rovx": None, "zantrux": None, "kantripu": "kentripo"}
    meant |= {"kentripoqqqq": "kentripo", "kentripoqqqqq": None}
    assert {typed: ranked(texts, typed).corrected.get(typed) for typed in meant} == meant


def test_of_equally_near_words_the_one_with_the_same_letters_is_meant_and_all_are_corrected_or_none() -> None:
    with ranking([*FILLER, *[("x", "An agent.")] * 9, *[("x", "Attention and diffusion.")] * 3]) as found:
        assert found.corrections("Atention difusion") == {"atention": "attention", "difusion": "diffusion"}
        assert found.corrections("atention qqqqqq") == found.corrections("attention diffusion") == {}
        # Texts without any known word find nothing.
        for text in ("", "the of and", "qqq", "zyzzyvaqq", "…", "qqq\x00zzz " * 500):
            assert found.rank(text).pks == []


def test_papers_on_a_common_subject_lend_their_words() -> None:
    many = [("Vision pretraining", "Pretraining of vision by masked images.")] * 25
    further = [("Vision pretraining", "By masked fog."), ("Vision pretraining", "By wild dogs.")]
    found = ranked([*FILLER, *many, *reversed(further)], "vision pretraining")
    assert found.lent == ("pretrain", "vision", "imag", "mask")
    assert found.pks == [*range(len(FILLER), len(FILLER) + 25), len(FILLER) + 26, len(FILLER) + 25]


def test_common_words_are_looked_for_among_the_papers_with_rare_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranker, "ENOUGH", 2)
    monkeypatch.setattr(ranker, "BEST", 2)
    other = [("Cats", "Cats sleep.")] * 60
    texts = [*FILLER, ("x", "A zebra model"), ("x", "Zebra data are common data"), ("x", "One zebra"), *other]
    found = ranked(texts, "common zebra data").pks
    assert found[0] == len(FILLER) + 1
    assert sorted(found) == [len(FILLER), len(FILLER) + 1, len(FILLER) + 2]


def test_it_is_said_by_what_a_text_has_found_a_paper() -> None:
    many = [("Vision pre-training", "Diffusion of masked images.")] * 25
    texts = [*FILLER, *many, ("Vision", "Masked images and difusion models.")]
    with ranking(texts) as found:

        def said(text: str, paper: tuple[str, str]) -> FoundBy:
            return found.explain(text, found.rank(text), 0, paper)

        corrected = (("diffusoin", "diffusion"),)
        by = FoundBy(("vision", "diffusion"), 2, ("pre", "training", "images", "masked"), corrected)
        assert said("Visions of diffusoin", many[0]) == by
        # A paper without the word says the same word, not its stem.
        assert said("Visions of diffusoin", texts[-1]) == FoundBy(("vision",), 2, ("images", "masked"), corrected)
        by = FoundBy(("pretraining",), 2, ("vision", "diffusion", "images", "masked"))
        assert said("pretraining of zyzzyvas", many[0]) == by
        assert said("vision", FILLER[0]).words == ()


def test_papers_like_others_share_words_and_phrases() -> None:
    texts = [
        *FILLER,
        ("Draft Trees for speculative decoding", "We draft trees (draft, trees) by SpecDec."),
        ("Decoding", "With draft-trees, speculative decoding and SpecDec are quick."),
        ("Trees", "A draft of trees."),
        ("中文標題 draft trees", "ﬁne draft\u00adtrees draft trees"),
    ]
    first = len(FILLER)
    with ranking(texts) as found:
        like = found.rank_similar([texts[first]], 3)
        assert like.pks == [first, first + 1, first + 3]
        assert like.scores == pytest.approx([1, 0.692506, 0.445050], abs=1e-6)
        both = found.rank_similar([texts[first], texts[first + 2]], 9)
        assert both.pks == [first, first + 3, first + 1, first + 2]
        assert both.scores == pytest.approx([1, 0.722243, 0.681859, 0.661217], abs=1e-6)
        shared = found.shared_phrases([texts[first]], texts[first + 1], 3)
        assert shared == ("speculative decoding", "draft-trees", "SpecDec")
        assert found.shared_phrases([texts[first]], texts[first + 1], 2) == shared[:2]
        assert found.shared_phrases([texts[first]], texts[first + 3], 1)[0].endswith("draft trees")
        assert found.shared_phrases([texts[first]], ("Cats", "Sleep."), 3) == ()
        # However rare, such words say nothing.
        assert found.shared_phrases([("Toward", "Toward, whereas.")], ("Towards", "Whereas toward."), 3) == ()
        assert found.rank_similar([("", "")], 3).pks == []


@each(
    ("text", "paper", "words"),
    [
        ("pretraining", "A model that is pre-trained on images.", ("pre-trained",)),
        ("pretraining", "A pretraining of models, pre-trained twice.", ("pretraining",)),
        ("robots", "A robot folds the laundry.", ("robot",)),
    ],
)
def test_the_word_that_is_named_is_one_that_the_paper_has(text: str, paper: str, words: tuple[str, ...]) -> None:
    texts = [("x", paper), *FILLER]
    with ranking(texts) as found:
        assert found.explain(text, found.rank(text), 0, texts[0]).words == words
