"""Vectors beside the cache: made in batches, gone on with, found by, and dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import numpy as np
import pytest

from reader.cache.finding import vectors
from reader.cache.finding.door import Door, install
from reader.cache.finding.index import update
from reader.cache.finding.ranker import found_by, rank
from reader.cache.finding.vectors import (
    Meaning,
    NewPaper,
    PaperVectors,
    add,
    alone,
    append,
    count,
    drop,
    open_vectors,
    read_lacking,
)
from reader.cache.search.similar import rank_similar
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheBusy, CacheError, ConfigError, FeedUnreachable, ReaderError
from reader.core.settings.tables import Vectors
from reader.database import connections
from reader.paths import vectors_folder
from reader.refresh.vectors import lacks_vectors, make_vectors, open_door, open_encoder
from tests.cache.conftest import rows
from tests.cache.finding.test_index import store
from tests.embeddings_server import EmbeddingsServer, vector

TITLES = ["Washing shirts", "Songs of whales", "Galaxies far away", "Melody of machines", "Shoes"]


class FakeEncoder:
    """A model that fails or waits as it is told."""

    key, at_once, trust = "fake", 2, 1.0

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: ReaderError | None = None
        self.wait = 0.0

    async def encode(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        await asyncio.sleep(self.wait)
        if self.error is not None:
            raise self.error
        rows = np.array([vector(text) for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    async def aclose(self) -> None:
        pass


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer() as server:
        yield server


@pytest.fixture
def stored(cache: Cache, path: Path) -> Path:
    """A cache with the papers of these titles, whose keys are 1 to 5."""
    store(cache, 24, TITLES)
    return path


@pytest.fixture(autouse=True)
def _closed(path: Path) -> Iterator[None]:
    yield
    install(path, None)


def make(path: Path, settings: Vectors) -> list[tuple[int, int, int]]:
    async def run() -> list[tuple[int, int, int]]:
        return [step async for step in make_vectors(path, settings)]

    return asyncio.run(run())


def titles(path: Path, text: str) -> list[str]:
    known = dict(rows(path, "SELECT pk, title FROM paper"))
    with closing(connections.connect(path)) as connection:
        return [known[pk] for pk in rank(connection, path, text).pks]


def test_papers_are_like_one_by_its_vector_too(stored: Path, connection: Connection, server: EmbeddingsServer) -> None:
    update(stored)
    settings = Vectors("small", server.url)

    make(stored, settings)
    assert rank_similar(connection, stored, [2]).pks[:1] != [4]
    open_door(settings, stored, patience=5)
    asked = len(server.texts)
    assert rank_similar(connection, stored, [2]).pks[0] == 4
    # The vectors are here: no server is asked.
    assert len(server.texts) == asked


def test_papers_with_other_words_are_found(
    cache: Cache, path: Path, connection: Connection, server: EmbeddingsServer
) -> None:
    store(cache, 24, TITLES)
    update(path)
    settings = Vectors("small", server.url, before_query="find: ", before_paper="read: ")
    assert make(path, settings) == [(0, 5, 0), (5, 5, 5)]
    assert make(path, settings) == [(5, 5, 0)]
    assert server.texts[0].startswith("read: Washing shirts. ")
    assert titles(path, "music") == []
    open_door(settings, path, patience=5)
    assert titles(path, "music")[:2] == ["Songs of whales", "Melody of machines"]
    assert server.texts[-1] == "find: music"
    # What has the words stays first.
    assert titles(path, "melody")[:2] == ["Melody of machines", "Songs of whales"]
    said = [found_by(connection, path, text, 4).said for text in ("music", "melody")]
    assert said[0] == "near in meaning by its vector" and said[1].startswith("has melody")
    # New papers come after the others.
    store(cache, 25, ["Telescope for clothes"], first=6)
    assert lacks_vectors(path, settings)
    assert make(path, settings) == [(5, 6, 0), (6, 6, 1)]
    assert not lacks_vectors(path, settings)


def test_making_goes_on_where_it_was_stopped(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = FakeEncoder()
    monkeypatch.setattr("reader.refresh.vectors.open_encoder", lambda *_: encoder)

    async def stop() -> None:
        steps = make_vectors(stored, Vectors("any"))
        # The first two are stored as the next two are asked for.
        assert [(await anext(steps)).done for _ in range(2)] == [0, 2]
        await steps.aclose()

    asyncio.run(stop())
    encoder.error = FeedUnreachable("away")
    with pytest.raises(FeedUnreachable):
        make(stored, Vectors("any"))
    encoder.asked, encoder.error = [], None
    assert make(stored, Vectors("any")) == [(2, 5, 0), (4, 5, 2), (5, 5, 3)]
    assert [text.partition(".")[0] for text in encoder.asked] == TITLES[2:]
    with alone(stored), pytest.raises(CacheBusy):
        make(stored, Vectors("any"))


def test_other_models_and_no_model_drop_what_was_made(stored: Path, server: EmbeddingsServer) -> None:
    assert not lacks_vectors(stored, Vectors())
    make(stored, Vectors("one", server.url))
    made = {one.name for one in vectors_folder(stored).iterdir() if one.is_dir()}
    make(stored, Vectors("two", server.url))
    assert len({one.name for one in vectors_folder(stored).iterdir() if one.is_dir()} - made) == 1
    assert not any((vectors_folder(stored) / name).exists() for name in made)
    assert lacks_vectors(stored, Vectors())
    assert make(stored, Vectors()) == []
    assert not vectors_folder(stored).exists()
    assert drop(stored) == 0


def test_settings_that_name_no_model(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for made, said in (
        (Vectors("", "http://localhost:1"), "Also name the model"),
        (Vectors("some/model"), "'dailypapers vectors fetch some/model' fetches it"),
        (Vectors(str(tmp_path / "none")), "There is no folder"),
        (Vectors("small", "https://example.org"), "is not this machine"),
    ):
        with pytest.raises(ConfigError, match=said):
            open_encoder(made, path)
    assert open_encoder(Vectors(), path) is None
    monkeypatch.setattr("reader.refresh.vectors.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="Vectors need the extra meaning"):
        open_encoder(Vectors("a", "http://localhost:1"), path)


def test_a_subject_that_papers_name_is_left_to_the_words(
    cache: Cache, path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(cache, 24, ["Whales by the sea and their long journeys north"] * 30)
    update(path)
    shares: list[float] = []
    counted = Meaning.counted

    def note(self: Meaning, keys: Any, share: float) -> Any:
        shares.append(share)
        return counted(self, keys, share)

    monkeypatch.setattr(Meaning, "counted", note)
    encoder = FakeEncoder()
    append(connection, path, "fake", read_lacking(connection, path, "fake", 99), made(30))
    install(path, Door(encoder, patience=5))
    assert len(titles(path, "whales")) == 30
    assert titles(path, "whales of nowhere")
    # All have all words that there are, and lend further ones, which say nothing of that.
    assert shares == [pytest.approx(1.0)] * 2


def papers(*pks: int) -> list[NewPaper]:
    return [NewPaper(pk, f"2501.{pk:05}", "") for pk in pks]


def made(count: int, width: int = 4) -> Any:
    return np.eye(width, dtype=np.float32)[np.arange(count) % width]


def test_what_is_half_written_is_written_again(stored: Path, connection: Connection) -> None:
    lacking = read_lacking(connection, stored, "m", 9)
    append(connection, stored, "m", lacking[:2], made(2))
    [folder] = [one for one in vectors_folder(stored).iterdir() if one.is_dir()]
    # As after a kill: rows that no paper names, and the half of a name.
    for file, data in (("vectors", b"\x01" * 13), ("papers", b"\x01" * 7)):
        with (folder / file).open("ab") as opened:
            opened.write(data)
    assert count(connection, stored, "m") == (2, 5)
    append(connection, stored, "m", lacking[2:4], made(2, 4)[::-1])
    found = open_vectors(connection, stored, "m")
    assert found is not None
    assert found.pks.tolist() == [1, 2, 3, 4]
    assert found.rows.argmax(axis=1).tolist() == [0, 1, 1, 0]
    assert [paper.pk for paper in read_lacking(connection, stored, "m", 9)] == [5]
    with pytest.raises(CacheError, match=r"vectors of 3 numbers, not 4.*vectors drop"):
        append(connection, stored, "m", lacking[4:], made(1, 3))


def test_vectors_of_another_cache_or_version_are_made_anew(stored: Path, connection: Connection) -> None:
    append(connection, stored, "m", papers(1, 2), made(2))
    assert open_vectors(connection, stored, "m") is None
    # Of a paper that was dropped, nothing is known.
    append(connection, stored, "m", read_lacking(connection, stored, "m", 9), made(5))
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM paper WHERE pk = 5")
    assert count(connection, stored, "m") == (4, 4)
    connection.execute("UPDATE sqlite_sequence SET seq = 4 WHERE name = 'paper'")
    assert count(connection, stored, "m") == (0, 4)
    [folder] = [one for one in vectors_folder(stored).iterdir() if one.is_dir()]
    for about in ("{}", '{"version": 0}', "["):
        (folder / "about.json").write_text(about)
        assert open_vectors(connection, stored, "m") is None
    append(connection, stored, "m", read_lacking(connection, stored, "m", 2), made(2))
    (folder / "papers").write_bytes(b"")
    assert open_vectors(connection, stored, "m") is None


def test_what_can_not_be_written_is_said(stored: Path, connection: Connection) -> None:
    vectors_folder(stored).write_text("in the way")
    with pytest.raises(CacheError, match="can't be written"), alone(stored):
        pass
    with pytest.raises(CacheError, match="can't be written"):
        append(connection, stored, "m", papers(1), made(1))


def test_a_door_waits_a_moment_and_keeps_what_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, said, now = FakeEncoder(), list[str](), [0.0]
    encoder.wait = 0.05
    door = Door(encoder, "find: ", patience=0.01, warn=said.append, clock=lambda: now[0])
    assert door.vector("songs") is None
    while door.vector("songs") is None:
        pass
    assert encoder.asked == ["find: songs"]
    encoder.error, encoder.wait = FeedUnreachable("away."), 0.0
    while not said:
        assert door.vector("stars") is None
    assert said == ["Found by words alone: away."]
    asked = len(encoder.asked)
    # It is left alone for a while, but for what is known.
    assert door.vector("clothes") is None and door.vector("songs") is not None
    assert len(encoder.asked) == asked
    now[0], encoder.error = 31.0, None
    while door.vector("clothes") is None:
        pass
    # Texts that were long ago are forgotten.
    monkeypatch.setattr("reader.cache.finding.door.KEPT", 1)
    encoder.asked = []
    for text in ("galaxies", "stars", "galaxies"):
        while door.vector(text) is None:
            pass
    assert encoder.asked == [f"find: {text}" for text in ("galaxies", "stars", "galaxies")]
    encoder.wait = 60.0
    assert door.vector("a hang") is None
    door.close()
    door.close()


def test_a_door_for_another_model_finds_nothing(stored: Path, connection: Connection) -> None:
    update(stored)
    install(stored, Door(FakeEncoder(), patience=5))
    assert titles(stored, "music") == []
    append(connection, stored, "fake", read_lacking(connection, stored, "fake", 9), made(5, 3))
    # Another size: it is another model under the same name.
    assert titles(stored, "music") == []


def test_meaning_counts_the_more_the_less_words_are_there() -> None:
    meaning = Meaning(np.array([2, 3, 5]), np.array([0.1, 0.9, 0.2], np.float32))
    keys = np.array([1, 2, 3, 4, 5])
    none, all_words = meaning.counted(keys, 0.0), meaning.counted(keys, 1.0)
    assert none[[0, 3]].tolist() == [0, 0] and none[2] == none.max() > 4
    assert np.allclose(none * 0.03 / 3.03, all_words, atol=1e-6)
    scores = np.array([0, 8, 0, 4, 2], np.float32)
    assert (add(scores, all_words) > 0).tolist() == [False, True, True, True, True]
    assert add(scores, all_words).argmax() == 1 and add(scores, none).argmax() == 2
    assert Meaning(np.empty(0, np.int64), np.empty(0, np.float32)).counted(keys, 0.5).tolist() == [0] * 5
    assert vectors.size(Path("/none")) == 0


def test_cosines_are_those_of_the_halved_floats() -> None:
    rows = np.random.default_rng(1).normal(0, 0.1, (1_300, 24)).astype(np.float16)
    rows[:4, 0] = (0.0, -0.0, 6e-8, -1.0)
    asked = np.linspace(-1, 1, 24, dtype=np.float32)
    found = PaperVectors(np.arange(1_300), np.arange(1_300), rows).cosines(asked)
    np.testing.assert_allclose(found, rows.astype(np.float64) @ asked, atol=1e-6)
