"""Flags of papers, and what programs said about them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.community import KeptOutput, drop_outputs, keep_output, outputs_of
from reader.cache.flags import clear_flag, flagged, set_flag
from reader.cache.reads.window import Window
from reader.cache.storing.batch import drop
from reader.cache.storing.papers import Cache
from reader.core.paper_row import Flag, flag_to_show
from reader.database.connections import connect, transaction
from tests.cache.conftest import NOW, faults, found


def test_flags_are_set_and_cleared_apart_from_each_other(filled: Cache, path: Path, window: Window) -> None:
    def flags() -> dict[int, int]:
        return {int(str(row.pk)): row.flags for row in window.rows([1, 2, 3])}

    assert flags() == {1: 0, 2: 0, 3: 0}
    with closing(connect(path)) as cache, transaction(cache):
        set_flag(cache, Flag.FOLLOWED, [1, 2, 999])
        set_flag(cache, Flag.HIGHLIGHTED, [2])
        set_flag(cache, Flag.HIGHLIGHTED, [2, 3])
        clear_flag(cache, Flag.FOLLOWED, [1])
        clear_flag(cache, Flag.FOLLOWED, [3])
    assert flags() == {1: 0, 2: Flag.FOLLOWED | Flag.HIGHLIGHTED, 3: Flag.HIGHLIGHTED}
    with closing(connect(path)) as cache, transaction(cache):
        clear_flag(cache, Flag.FOLLOWED, [2])
        set_flag(cache, Flag.FOLLOWED, [1, 3])
        clear_flag(cache, Flag.HIGHLIGHTED)
        assert flagged(cache, Flag.FOLLOWED) == {1, 3} and not flagged(cache, Flag.HIGHLIGHTED)
        assert cache.execute("SELECT count(*) FROM paper_flags").fetchone() == (2,)
        drop(cache, "2026-12-01", 10)
        assert not flagged(cache, Flag.FOLLOWED)


def test_a_followed_paper_s_sign_comes_first() -> None:
    assert flag_to_show(3) is Flag.FOLLOWED
    assert flag_to_show(2) is Flag.HIGHLIGHTED and flag_to_show(0) is None


# What a program said


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
