"""Which papers are like others, and what they share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.cache.search import similar
from reader.cache.search.similar import nearest
from reader.cache.storing.papers import Cache
from reader.cache.texts import Texts
from reader.core.document.model import Document, Paragraph, Reference, Span
from reader.core.paper import Listing
from reader.core.similarity import Shared
from tests.breakage import execute
from tests.cache.conftest import NOW, SCOPE, draft, selection

FILLER = [draft(number, f"Paper {number} on nothing at all", authors=("Wei Wang",)) for number in range(50, 75)]
PAPERS = (
    draft(1, "Speculative decoding with draft trees", abstract="Draft trees: see https://a.example/x.", upvotes=1),
    draft(2, "Draft trees made smaller", abstract="We use speculative decoding.", upvotes=9),
    draft(3, "Robots that fold the laundry", authors=("Ada Example", "Bo Sample"), upvotes=5),
    draft(4, "Agents in a kitchen", authors=("Ada Example", "Bo Sample", "Cy"), upvotes=7),
    draft(5, "Video of a kitchen by agents", upvotes=3),
    draft(6, "On the theory of everything quaint", upvotes=2),
    draft(7, "A survey of everything", upvotes=2),
)


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    cache.store(Listing("2026-11-24", (*PAPERS, *FILLER)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def found(window: Window, text: str) -> list[int]:
    """The last digits of the ids that a query finds, in order."""
    order = window.order(selection(text))
    return [int(row.id[5:]) for row in window.rows(order.pks)]


def shared(window: Window, like: str, id: str) -> Shared:
    pk = window.pk_of(id)
    assert pk is not None
    return window.read(
        lambda connection: similar.shared(connection, window._path, similar.keys_of(connection, [like]), pk)
    )


def near(window: Window, id: str) -> dict[int, float]:
    """How near papers are to one, by the last digits of their ids."""
    like = [window.pk_of(id) or 0]
    ranked = window.read(lambda connection: similar.rank_similar(connection, window._path, like))
    return {int(row.id[5:]): nearness for row, nearness in zip(window.rows(ranked.pks), ranked.nearness, strict=True)}


def text_with(*references: str) -> Document:
    spans = [Reference("[1]", (Span(one),)) for one in references]
    return Document("T", (Paragraph((Span("We build on others."),)), *spans))


def test_words_authors_and_topics_make_papers_alike(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(window, "like:2611.00001") == [2]
    # Each of two authors of two papers counts a little less than one of whom there is no other paper.
    assert near(window, "2611.00003") == {4: pytest.approx(similar.AUTHOR * 2 * 20 / 22)}
    assert found(window, "like:2611.00005")[0] == 4
    # All of several count, and none of them is in the list.
    assert found(window, "like:2611.00001,2611.00003") == found(window, "like:2611.00003 like:2611.00001") == [2, 4]
    assert found(window, "like:2611.00001,2611.00003 sort:-upvotes") == [4, 2]
    assert found(window, "like:2611.00001,2611.00003 topic:agents") == [4]
    assert found(window, "like:2611.00003,2611.00001 ~speculative") == [2, 4]
    assert found(window, "like:2611.00003,2611.00001 ~kitchen") == [4, 2]
    assert found(window, "like:2611.00099") == []
    monkeypatch.setattr(similar, "AT_ONCE", 1)
    assert found(window, "like:2611.00001,2611.00003") == [2, 4]
    # What is much less near than the nearest one is left out, unless it is near enough.
    monkeypatch.setattr(similar, "NEAR", 1.9)
    for enough, left in ((9, [2]), (similar.ENOUGH, [2, 4])):
        monkeypatch.setattr(similar, "ENOUGH", enough)
        assert found(window, "like:2611.00001,2611.00003") == left
    assert shared(window, "2611.00001", "2611.00002") == Shared(("draft trees", "speculative decoding"))
    assert shared(window, "2611.00003", "2611.00004") == Shared((), ("Ada Example", "Bo Sample"))
    assert shared(window, "2611.00005", "2611.00004").topics == ("Agents",)
    assert shared(window, "2611.00099", "2611.00004") == Shared()
    assert window.read(lambda one: similar.shared(one, window._path, [window.pk_of("2611.00001") or 0], 99)) == Shared()


def test_full_texts_tell_who_cites_whom(window: Window, path: Path) -> None:
    with closing(Texts.open(path)) as texts:
        for id, document in (
            (
                "2611.00007",
                text_with("Cy. On the Theory of Everything Quaint. Agents in a Kitchen. 2025.", "arXiv:2611.00003"),
            ),
            ("2611.00005", Document("T", (Paragraph((Span("See arXiv:2611.00007v2 for all of it."),)),))),
        ):
            texts.put(window.pk_of(id) or 0, document, "feed", NOW)
    assert found(window, "like:2611.00006")[0] == 7
    assert shared(window, "2611.00006", "2611.00007").cites and shared(window, "2611.00004", "2611.00007").cites
    whom = {number for number in range(1, 8) if shared(window, "2611.00007", f"2611.0000{number}").cited}
    assert whom == {3, 4, 6}
    cited = near(window, "2611.00007")
    further = cited.pop(6)
    assert cited == {3: similar.CITATION, 5: similar.CITATION} and further > similar.CITATION
    assert shared(window, "2611.00007", "2611.00005").cites
    execute(path, "UPDATE full_text SET body = x'00ff'")
    assert not shared(window, "2611.00007", "2611.00006").cited


def test_within_a_view_that_is_left_out_like_is_the_paper_itself(window: Window) -> None:
    scope = SCOPE._replace(views=(("near", "like:2611.00001"),))
    order = window.order(selection("-view:near is:unread", scope))
    assert len(order.pks) == len(PAPERS) + len(FILLER) - 1
    near = selection("view:near", scope)
    assert near.near is not None
    assert len(window.order(near).pks) == 1
    plain = selection("agents")
    assert window.read(lambda connection: nearest(connection, plain)) is plain
