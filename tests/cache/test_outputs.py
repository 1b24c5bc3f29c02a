"""What a program said about a paper is kept beside it, found by its words, and goes with it."""

from __future__ import annotations

from pathlib import Path

from reader.cache.outputs import KeptOutput, drop_outputs, keep_output, outputs_of
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from tests.cache.conftest import NOW, faults, found


def kept(window: Window, pk: int) -> list[tuple[str, str]]:
    return [(one.name, one.text) for one in window.read(lambda connection: outputs_of(connection, pk))]


def test_a_later_output_of_a_command_replaces_the_earlier_one(window: Window, path: Path) -> None:
    assert keep_output(path, 1, KeptOutput("summary", NOW, "A weak baseline."))
    assert keep_output(path, 1, KeptOutput("critique", NOW, "No ablation."))
    assert kept(window, 1) == [("summary", "A weak baseline."), ("critique", "No ablation.")]
    assert keep_output(path, 1, KeptOutput("summary", "2026-11-25T00:00:00Z", "A strong one."))
    assert kept(window, 1) == [("critique", "No ablation."), ("summary", "A strong one.")]
    assert (found(path, "output:weak"), found(path, "output:strong")) == ([], [1])


def test_its_words_are_searched_apart_from_those_of_papers_and_notes(filled: Cache, path: Path) -> None:
    keep_output(path, 2, KeptOutput("summary", NOW, "The Fréchet distance grows."))
    for query in ("output:frechet", "output:frech", 'output:"frechet distance"', "has:output", "has:output id:2611"):
        assert found(path, query) == [2], query
    for query in ('output:"distance frechet"', "frechet", "has:note"):
        assert found(path, query) == [], query
    for query in ("-has:output", "-output:frechet"):
        assert sorted(found(path, query)) == [1, 3, 4, 5], query


def test_an_output_goes_if_it_is_empty_or_dropped_or_with_its_paper(filled: Cache, path: Path) -> None:
    for pk in (1, 2, 4):
        assert keep_output(path, pk, KeptOutput("summary", NOW, "Words."))
    assert not keep_output(path, 99, KeptOutput("summary", NOW, "Words."))
    keep_output(path, 1, KeptOutput("summary", NOW, ""))
    assert sorted(found(path, "output:words")) == [2, 4]
    assert drop_outputs(path, [1, 2, 3], "critique") == 0
    assert drop_outputs(path, [1, 2, 3], "summary") == 1
    assert found(path, "output:words") == [4]
    assert sum(filled.drop_before("2026-11-24")) > 0
    assert (found(path, "output:words"), faults(path)) == ([], {})
