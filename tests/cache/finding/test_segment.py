"""A segment has all words of its papers, and says where they stand."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.finding.segment import FIRST_OF_ABSTRACT, PLACE_BITS, Segment, Text, build_segment
from reader.cache.finding.splitter import Splitter

LETTERS = st.text("abcé -xyz", max_size=40)


def build(folder: Path, *texts: tuple[str, str]) -> Segment:
    last = build_segment(folder, 0, (Text(pk, f"id-{pk}", *text) for pk, text in enumerate(texts, 1)))
    assert last == len(texts)
    return Segment.open(folder / f"0-{last}")


def places(segment: Segment, word: str) -> list[tuple[int, int]]:
    """(paper, place) of a word."""
    number = segment.number(word)
    if number is None:
        return []
    return [(int(place) >> PLACE_BITS, int(place) & (1 << PLACE_BITS) - 1) for place in segment.places_of(number)]


def test_words_are_counted_on_without_stop_words(tmp_path: Path) -> None:
    segment = build(tmp_path, ("Scaling of the laws", "A pre-trained model"), ("", "Models scale"))
    first = FIRST_OF_ABSTRACT
    assert places(segment, "scale") == [(0, 0), (1, first + 1)]
    assert places(segment, "law") == [(0, 1)]
    assert places(segment, "train") == [(0, first + 1)]
    assert places(segment, "model") == [(0, first + 2), (1, first)]
    assert [paper for paper, _ in places(segment, "pretrain")] == [0]
    assert places(segment, "the") == []
    assert segment.lengths.tolist() == [3 + 3 + 4, 2]
    assert segment.ends_with == "id-2"


@settings(max_examples=25)
@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=4))
def test_every_word_is_found_and_no_other(texts: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        segment = build(Path(folder), *texts)
        splitter = Splitter()
        wanted: dict[str, set[int]] = {}
        for word, text, _, _ in splitter.split(texts):
            wanted.setdefault(word, set()).add(text)
        splitter.close()
        words = [segment.word(number).decode() for number in range(len(segment.ends))]
        assert words == sorted(wanted, key=str.encode)
        for number, word in enumerate(words):
            assert segment.number(word) == number
            assert {paper for paper, _ in places(segment, word)} == wanted[word]
            assert segment.papers[number] == len(wanted[word])
            assert all(one <= other for one, other in pairwise(segment.places_of(number).tolist()))
        for word in ("", "zzzz", "\U0010ffff", *(f"{word}q" for word in words)):
            assert segment.number(word) == (words.index(word) if word in words else None)


def test_long_texts_have_all_words(tmp_path: Path) -> None:
    long = " ".join(f"w{number}" for number in range(2_000))
    segment = build(tmp_path, (long, long))
    assert {paper for paper, _ in places(segment, "w1999")} == {0}
    assert len(segment.ends) == 2_000
    assert all(segment.number(f"w{number}") is not None for number in range(0, 2_000, 37))


def test_a_segment_of_another_version_is_not_opened(tmp_path: Path) -> None:
    build(tmp_path, ("a title", ""))
    (tmp_path / "0-1" / "about.json").write_text('{"version": 0, "ends_with": "id-1"}', encoding="utf-8")
    with pytest.raises(ValueError, match="another version"):
        Segment.open(tmp_path / "0-1")


def test_without_papers_there_is_no_segment(tmp_path: Path) -> None:
    assert build_segment(tmp_path, 0, ()) is None
    assert list(tmp_path.iterdir()) == []
