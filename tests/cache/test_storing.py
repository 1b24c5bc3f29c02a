"""What storing listings does to the cache."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reader.cache import storing as module
from reader.cache.history import Event
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache, StoreResult, Values, merge_draft
from reader.cache.tables import BLANK
from reader.core.errors import CacheError
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing, SkippedRecord
from reader.core.text import title_hash
from tests.breakage import execute
from tests.cache.conftest import NOW, ByName, derive_again, draft, faults, found, rows, selection, whole
from tests.table import each


def star(path: Path, id: str, *kinds: str) -> None:
    """Star a paper, or make other marks on it."""
    with closing(Events.open(path)) as events:
        for kind in kinds or ("star",):
            events.mark(kind, True, [whole(path, id).pk])


def rebuild(path: Path) -> None:
    with closing(Events.open(path)) as events:
        derive_again(events)


def test_the_same_again_changes_and_writes_nothing(filled: Cache, window: Window) -> None:
    listing = Listing("2026-11-24", (draft(1, upvotes=9), draft(2, upvotes=30), draft(3, upvotes=1)))
    assert filled.store(listing, "2026-11-24T12:00:00Z") == StoreResult(unchanged=3)
    assert not window.has_changed()


def test_a_half_filled_day_replaces_no_fuller_one_and_a_paper_may_be_in_two(
    filled: Cache, path: Path, window: Window
) -> None:
    filled.store(Listing("2026-11-24", (draft(1, upvotes=9),)), NOW)
    # Late keywords give late topics.
    assert filled.store(Listing("2026-11-20", (draft(1, keywords=("video",)),)), NOW) == StoreResult(updated=1)
    assert whole(path, "2611.00001").topics == ("video",)
    assert [(day.day, day.papers) for day in window.days()] == [("2026-11-24", 3), ("2026-11-23", 2), ("2026-11-20", 1)]
    assert whole(path, "2611.00001").day == "2026-11-24"


def test_what_was_stored_adds_up(cache: Cache) -> None:
    twice = Listing("2026-11-24", (draft(1, upvotes=1), draft(1, upvotes=2)), (SkippedRecord("item 2", "no title"),))
    assert cache.store(twice, NOW) == StoreResult(new=1, unchanged=1, skipped=1)
    assert StoreResult(1, 2, 3, 4) + StoreResult(10, 20, 30, 40) == StoreResult(11, 22, 33, 44)


def test_results_of_a_search_are_in_no_list_until_they_are_marked_or_come_by_another_way(
    filled: Cache, path: Path, window: Window
) -> None:
    results = [Listing("2026-12-01", (draft(number, title=f"Found {number}"),)) for number in (7, 1, 8, 9)]
    assert filled.store_found(results, NOW) == [6, 1, 7, 8]
    assert [(row.is_only_found, row.hidden) for row in window.rows([6, 1])] == [(True, False), (False, False)]
    assert window.newest_day() == "2026-11-24"
    assert [found(path, query) for query in ("found", "is:hidden", "found (is:hidden OR -is:hidden)")] == [[], [], []]
    star(path, "2611.00007")
    filled.store(Listing("2026-11-24", (draft(9, title="Found 9"),)), NOW)
    assert found(path, "found") == [8, 6]
    rebuild(path)
    assert found(path, "found") == [8, 6]
    filled.drop_found(NOW)
    assert [row.pk for row in window.rows([6, 7, 8])] == [6, 7, 8]
    filled.drop_found("2027")
    assert [row.pk for row in window.rows([6, 7, 8])] == [6, 8]


PAGE = Draft("A Title: of a Saved Page", author_count=6, published="2023-12-04", comments=2, source="page")
AUTHORS = ("Ada Lovelace", "Emmy Noether", "Mary Jackson", "Grace Hopper", "Lise Meitner", "Rosa Park")


def test_a_paper_gives_its_own_id_up_for_the_arxiv_id_and_keeps_its_marks(cache: Cache, path: Path) -> None:
    cache.store(Listing(None, (PAGE,)), NOW, newer=False)
    star(path, page_id(PAGE.title))
    feed = Draft("A title -- of a saved page", "2312.00001", "Text.", AUTHORS, published="2023-12-04", upvotes=3)
    assert cache.store(Listing("2026-11-24", (feed,)), NOW) == StoreResult(updated=1)
    paper = whole(path, "2312.00001")
    assert (paper.starred, paper.source, paper.authors) == (True, "hf", AUTHORS)
    assert whole(path, page_id(PAGE.title)) == paper
    # The page again: still the same paper, and the log still finds it by its old id.
    assert cache.store(Listing(None, (PAGE,)), NOW, newer=False) == StoreResult(unchanged=1)
    rebuild(path)
    assert whole(path, "2312.00001").starred


def test_a_saved_page_of_a_known_paper_joins_it(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", (draft(1, PAGE.title)._replace(published=PAGE.published),)), NOW)
    assert cache.store(Listing(None, (PAGE,)), NOW, newer=False) == StoreResult(updated=1)
    assert whole(path, "2611.00001").author_count == 6


@pytest.mark.parametrize(
    "other",
    [
        {"author_count": None, "published": None},
        {"author_count": 5, "published": "2023-12-05"},
        {"author_count": 6, "published": "2021-12-04"},
    ],
    ids=["neither known", "both differ", "years between"],
)
@pytest.mark.parametrize("page_first", [True, False])
def test_a_title_alone_does_not_make_a_page_s_paper_another(
    cache: Cache, path: Path, other: dict[str, Any], page_first: bool
) -> None:
    drafts = [PAGE, draft(1, PAGE.title)._replace(**other)]
    for one in drafts if page_first else drafts[::-1]:
        assert cache.store(Listing(None, (one,)), NOW) == StoreResult(new=1)
    assert whole(path, page_id(PAGE.title)).id == page_id(PAGE.title)


def test_papers_with_one_title_on_two_saved_pages_stay_separate(cache: Cache, path: Path) -> None:
    other = PAGE._replace(author_count=2, published="2020-01-01", entry="page:000000000001")
    assert cache.store(Listing(None, (PAGE, other)), NOW, newer=False) == StoreResult(new=2)
    assert cache.store(Listing(None, (PAGE, other)), NOW, newer=False) == StoreResult(unchanged=2)
    feed = Draft(PAGE.title, "2001.00001", authors=("Ada", "Bo"), published="2020-01-01")
    cache.store(Listing(None, (feed,)), NOW)
    assert whole(path, "page:000000000001").id == "2001.00001"
    assert whole(path, page_id(PAGE.title)).author_count == 6


def test_what_becomes_known_of_a_page_s_paper_is_no_news(cache: Cache, path: Path) -> None:
    cache.store(Listing(None, (PAGE._replace(abstract="One text."),)), "2026-11-20T00:00:00Z", newer=False)
    with closing(Events.open(path, now=lambda: 1_795_000_000.0)) as events:
        events.mark("star", True, [whole(path, page_id(PAGE.title)).pk])
    page_paper = Draft(
        PAGE.title, "2312.00001", "Quite another text of many words.", published="2023-12-04", upvotes=80, comments=9,
        code_url="https://github.com/a/b", version=3, remark="Accepted to ICLR 2026",
    )  # fmt: skip
    cache.store(Listing("2026-11-24", (page_paper,)), "2026-11-25T00:00:00Z")
    paper = whole(path, "2312.00001")
    assert (paper.abstract, paper.upvotes, paper.starred) == (page_paper.abstract, 80, True)
    assert rows(path, "SELECT * FROM paper_event") == []
    # What changes after that is.
    cache.store(Listing("2026-11-24", (page_paper._replace(version=4),)), "2026-11-26T00:00:00Z")
    assert rows(path, "SELECT events FROM paper_event") == [(Event.VERSION,)]


def test_a_paper_of_a_saved_page_joins_the_stored_one_with_its_marks(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", (draft(1, "Its new title", upvotes=3),)), NOW)
    cache.store(Listing(None, (PAGE,)), NOW, newer=False)
    own = page_id(PAGE.title)
    star(path, own, "star", "tag:later")
    cache.store(Listing(None, (draft(1, "Its new title")._replace(entry=own),)), NOW, newer=False)
    paper = whole(path, own)
    assert (paper.id, paper.starred, paper.tags, paper.upvotes) == ("2611.00001", True, ("later",), 3)
    # The page again: it is known by its old id, though its title is another one.
    assert cache.store(Listing(None, (PAGE,)), NOW, newer=False) == StoreResult(updated=1)
    assert rows(path, "SELECT count(*) FROM paper") == [(1,)]
    rebuild(path)
    assert whole(path, "2611.00001").starred


def test_days_know_when_the_feed_answered(cache: Cache) -> None:
    cache.store(Listing("2026-11-22", ()), NOW)
    cache.store(Listing("2026-11-20", (draft(1),)), NOW, newer=False)
    days = cache.known_days("2026-11-01", "2026-11-30")
    assert {day: known.papers for day, known in days.items()} == {"2026-11-22": 0}
    later = "2026-12-24T08:00:00Z"
    cache.store(Listing("2026-11-22", ()), later)
    assert cache.known_days("2026-11-01", "2026-11-30")["2026-11-22"].fetched == later


def test_other_rules_change_topics_only_through_reclassify(
    filled: Cache, path: Path, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAPERS_PER_TRANSACTION", 2)
    filled.store(Listing("2026-11-24", (draft(6, "On agents and music"),)), NOW)
    assert not filled.needs_classifying()
    with closing(Cache.open(path, ByName("2", ("agents", "music"), "Arts"))) as other:
        assert rows(path, "SELECT slug, family FROM topic ORDER BY 1") == [("agents", "Arts"), ("music", "Arts")]
        assert other.needs_classifying()
        assert whole(path, "2611.00006").topics == ("agents",)
        assert list(other.reclassify()) == [(2, 6), (4, 6), (6, 6)]
        assert not other.needs_classifying()
    assert whole(path, "2611.00006").topics == ("agents", "music")
    assert {topic.slug: topic.papers for topic in window.topics()} == {"agents": 1, "music": 1}


def test_search_follows_what_changes(filled: Cache, path: Path) -> None:
    def known() -> list[str]:
        words = ("zebras", "stripes", "horses", "manes")
        return [word for word in words if rows(path, "SELECT 1 FROM paper_fts WHERE paper_fts MATCH ?", word)]

    filled.store(Listing("2026-11-24", (draft(1, "Zebras", abstract="They have stripes."),)), NOW)
    assert known() == ["zebras", "stripes"]
    filled.store(Listing("2026-11-24", (draft(1, "Horses", abstract="They have manes."),)), NOW)
    assert (known(), faults(path)) == (["horses", "manes"], {})


def test_a_full_disk_is_one_sentence_and_nothing_is_half_stored(filled: Cache, window: Window) -> None:
    with filled._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.rollback()
    many = tuple(draft(number, abstract=f"word{number} " * 300) for number in range(100, 160))
    with pytest.raises(CacheError, match="disk is full"):
        filled.store(Listing("2026-11-24", many), NOW)
    assert (window.days()[0].papers, window.last_key()) == (3, 5)


def test_the_feed_s_ranking_is_kept_as_it_came(filled: Cache, window: Window) -> None:
    def shown() -> list[str]:
        return [row.id for row in window.rows(window.order(selection("is:trending sort:trending")).pks)]

    first = [Listing("2026-11-24", (draft(3),)), Listing("2025-01-07", (draft(77),)), Listing(None, (draft(5),))]
    assert filled.store_trending(first, NOW).new == 1
    assert shown() == ["2611.00003", "2611.00077", "2611.00005"]
    filled.store_trending([Listing(None, (draft(1),)), Listing(None, (draft(5),))], "2026-11-24T09:00:00Z")
    assert shown() == ["2611.00001", "2611.00005"]
    assert window.meta("trending") == "2026-11-24T09:00:00Z"
    # That a paper of a day is known does not mean that the day was asked for.
    assert filled.known_days("2025-01-01", "2025-12-31") == {}


# What arXiv and feeds say


LONG = "A sufficiently long title that is no other paper's"


def post(title: str = LONG, entry: str = "feed:0123456789ab", source: str = "lab", /, **facts: Any) -> Draft:
    return Draft(title, entry=entry, source=source)._replace(**facts)


def test_arxiv_fills_in_what_the_feed_does_not_say(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", (draft(1, upvotes=9),)), NOW)
    entry = draft(1, categories=("cs.CL", "cs.LG"), version=2, revised="2026-11-23", remark="9 pages", source="arxiv")
    assert cache.store(Listing(None, (entry,)), NOW, newer=False) == StoreResult(updated=1)
    assert cache.store(Listing(None, (entry,)), NOW, newer=False) == StoreResult(unchanged=1)
    paper = whole(path, "2611.00001")
    assert (paper.categories, paper.version, paper.revised, paper.remark) == (
        ("cs.CL", "cs.LG"), 2, "2026-11-23", "9 pages",
    )  # fmt: skip
    assert paper.source == "hf"
    assert rows(path, "SELECT category FROM paper_category ORDER BY 1") == [("cs.CL",), ("cs.LG",)]
    # Categories are replaced whole, and versions only grow.
    cache.store(Listing(None, (draft(1, categories=("cs.RO",), version=1),)), NOW)
    paper = whole(path, "2611.00001")
    assert (paper.categories, paper.version) == (("cs.RO",), 2)
    assert rows(path, "SELECT category FROM paper_category") == [("cs.RO",)]
    # The daily papers are a source of what others brought first.
    cache.store(Listing(None, (draft(3, source="arxiv"),)), NOW)
    cache.store(Listing("2026-11-24", (draft(3), draft(4))), NOW)
    assert rows(path, "SELECT source, pk FROM paper_source ORDER BY 1, 2") == [("arxiv", 1), ("arxiv", 2), ("hf", 2)]


def test_an_entry_is_one_paper_each_time_and_joins_that_of_its_title_if_it_is_long(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", (draft(1, LONG), draft(2, "Week 12"))), NOW)
    one, other = post("Week 12", "feed:ba9876543210"), post("Week 12", "feed:000000000000", "club")
    assert cache.store(Listing(None, (post(), one)), NOW, newer=False) == StoreResult(new=1, unchanged=1)
    assert cache.store(Listing(None, (one, other)), NOW, newer=False) == StoreResult(new=1, unchanged=1)
    assert whole(path, "2611.00001").source == "hf"
    assert rows(path, "SELECT paper_source.source, p.id FROM paper_source JOIN paper AS p USING (pk) ORDER BY pk") == [
        ("lab", "2611.00001"),
        ("lab", "feed:ba9876543210"),
        ("club", "feed:000000000000"),
    ]


def test_an_entry_takes_its_arxiv_id_and_is_still_found_by_its_own(cache: Cache, path: Path) -> None:
    cache.store(Listing(None, (post(url="https://lab.example.org/1"),)), NOW, newer=False)
    star(path, "feed:0123456789ab")
    assert cache.store(Listing("2026-11-24", (draft(1, LONG),)), NOW) == StoreResult(updated=1)
    paper = whole(path, "2611.00001")
    assert (paper.starred, paper.url) == (True, "https://lab.example.org/1")
    assert whole(path, "feed:0123456789ab") == paper
    for title in (LONG, "Another title of the same entry"):
        assert cache.store(Listing(None, (post(title),)), NOW, newer=False) == StoreResult(unchanged=1)


def test_new_and_changed_papers_count_for_the_planner_until_it_has_counted(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPTIMIZE_CHANGES", 2)
    for stored, is_much in ((draft(1), False), (draft(1, upvotes=3), True), (draft(1, upvotes=4), False)):
        cache.store(Listing("2026-11-24", (stored,)), NOW)
        cache.rest()
        assert bool(rows(path, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")) == is_much
        execute(path, "DROP TABLE IF EXISTS sqlite_stat1")


def test_an_unchanged_day_counts_its_papers(filled: Cache) -> None:
    same = Listing("2026-11-24", (), is_unchanged=True)
    assert filled.store(same, NOW) == StoreResult(unchanged=3)
    assert filled.store(Listing("2026-11-24", ()), NOW) == StoreResult()
    assert filled.store(same._replace(day="2026-11-01"), NOW) == StoreResult()


def test_the_etags_of_days_are_kept_until_they_settle(cache: Cache) -> None:
    def store(day: str, now: str, validator: str | None = "1", *, newer: bool = True, noted: bool = True) -> set[str]:
        listing = Listing(day, (), validator=validator)
        cache.store(listing, f"{now}T08:00:00Z", newer=newer, noted=noted)
        return set(cache.validators())

    assert store("2026-11-11", "2026-11-24", newer=False) == set()
    assert store("2026-11-11", "2026-11-24", noted=False) == set()
    assert store("2026-11-11", "2026-11-24", None) == set()
    assert store("2026-11-10", "2026-11-24") == set()
    assert store("2026-11-11", "2026-11-24") == {"2026-11-11"}
    assert store("2026-11-24", "2026-11-24") == {"2026-11-11", "2026-11-24"}
    assert cache.validators()["2026-11-24"] == "1"
    store("2026-11-24", "2026-11-24", "2")
    assert cache.validators()["2026-11-24"] == "2"
    assert store("2026-11-25", "2026-11-25") == {"2026-11-24", "2026-11-25"}


def test_a_title_of_25_letters_identifies_a_paper_unless_two_papers_of_arxiv_share_it(cache: Cache) -> None:
    for number, (letters, new) in enumerate([(24, 1), (25, 0)], 1):
        title = "a1 " * (letters // 2) + "é" * (letters % 2)
        cache.store(Listing("2026-11-24", (draft(number, title),)), NOW)
        assert cache.store(Listing(None, (post(title),)), NOW, newer=False).new == new
    for number in (3, 4, 5):
        assert cache.store(Listing("2026-11-24", (draft(number, LONG),)), NOW) == StoreResult(new=1)


DAY = "2026-05-12"

KNOWN: Values = {
    **BLANK,
    "title": "A title",
    "title_hash": title_hash("A title"),
    "authors": "Ada\nBo\nCy",
    "author_count": 3,
    "organization": "A lab",
    "upvotes": 5,
    "comments": 2,
    "version": 2,
    "revised": "2026-05-10",
    "day": "2026-05-11",
    "first_day": "2026-05-10",
    "sort_day": "2026-05-11",
}


def test_a_new_paper_gets_what_its_draft_has() -> None:
    draft = Draft("A title", authors=("Ada", "Bo"), upvotes=0, comments=3, code_url="https://x.example", media=("m",))
    assert merge_draft(BLANK, draft, DAY, newer=True) == {
        "title": "A title",
        "title_hash": title_hash("A title"),
        "authors": "Ada\nBo",
        "author_count": 2,
        "upvotes": 0,
        "comments": 3,
        "code_url": "https://x.example",
        "has_code": 1,
        "media": "m",
        "has_media": 1,
        "day": DAY,
        "first_day": DAY,
        "sort_day": DAY,
    }


@each(
    ("facts", "by_feed", "by_file"),
    [
        ({"upvotes": 6}, {"upvotes": 6}, {"upvotes": 6}),
        ({"upvotes": 4}, {"upvotes": 4}, {}),
        ({"upvotes": 0}, {"upvotes": 0}, {}),
        ({"version": 3}, {"version": 3}, {"version": 3}),
        ({"revised": "2026-05-09"}, {}, {}),
        ({"revised": "2026-05-11"}, {"revised": "2026-05-11"}, {"revised": "2026-05-11"}),
        ({"organization": "B lab"}, {"organization": "B lab"}, {}),
        ({"abstract": "Text."}, {"abstract": "Text."}, {"abstract": "Text."}),
        ({"project_url": "p"}, {"project_url": "p", "has_project": 1}, {"project_url": "p", "has_project": 1}),
        ({"authors": ("Zed",)}, {"authors": "Zed", "author_count": 1}, {}),
        ({"author_count": 7}, {}, {}),
        ({"announced": "2026-05-01"}, {}, {}),
        ({"published": "2026-05-01"}, {"published": "2026-05-01"}, {"published": "2026-05-01"}),
        ({"title": "Another"}, {"title": "Another", "title_hash": title_hash("Another")}, {}),
    ],
)
def test_a_feed_replaces_and_a_file_only_fills_gaps_and_raises_counts(
    facts: dict[str, Any], by_feed: Values, by_file: Values
) -> None:
    draft = Draft("A title")._replace(**facts)
    assert merge_draft(KNOWN, draft, None, newer=True) == by_feed
    assert merge_draft(KNOWN, draft, None, newer=False) == by_file


def test_versions_are_joined() -> None:
    known = {**KNOWN, "versions": "v1 2026-05-01\nv3 2026-05-10"}
    page_paper = Draft("A title", versions=("v2 2026-05-05", "v3 2026-05-11", "v10 2026-06-01"))
    joined = {"versions": "v1 2026-05-01\nv2 2026-05-05\nv3 2026-05-11\nv10 2026-06-01"}
    assert (
        merge_draft(known, page_paper, None, newer=True) == merge_draft(known, page_paper, None, newer=False) == joined
    )


def test_a_remark_from_arxiv_replaces_the_stored_one_and_names_the_venue() -> None:
    known = {**KNOWN, "remark": "12 pages"}
    accepted = Draft("Another", remark="Accepted to ICLR 2026 (Oral)")
    assert merge_draft(known, accepted, None, newer=False) == {}
    now = {"remark": accepted.remark, "venue": "ICLR 2026 oral"}
    assert merge_draft(known, accepted._replace(by_arxiv=True), None, newer=False) == now
    journal = Draft("A title", journal="Example J. 7 (2027) 1-9")
    assert merge_draft({**known, **now}, journal, None, newer=False)["venue"] == "Example J 2027"


def test_the_number_of_authors_is_shown_where_no_names_are_known() -> None:
    nobody = {**KNOWN, "authors": "", "author_count": 0}
    assert merge_draft(nobody, Draft("A title", author_count=7), None, newer=False) == {"author_count": 7}
    named = {"authors": "Ada\nBo", "author_count": 2}
    assert merge_draft(nobody, Draft("A title", authors=("Ada", "Bo"), author_count=9), None, newer=False) == named
    counted = {**nobody, "author_count": 4}
    assert merge_draft(counted, Draft("A title", author_count=7), None, newer=True) == {}
    assert merge_draft(counted, Draft("A title", authors=("Ada", "Bo")), None, newer=True) == named


@each(
    ("day", "changes"),
    [
        ("2026-05-12", {"day": "2026-05-12", "sort_day": "2026-05-12"}),
        ("2026-05-11", {}),
        ("2026-05-10", {}),
        ("2026-05-09", {"first_day": "2026-05-09"}),
    ],
)
def test_a_paper_keeps_its_first_and_its_newest_day(day: str, changes: Values) -> None:
    assert merge_draft(KNOWN, Draft("A title"), day, newer=True) == changes
    assert merge_draft(KNOWN, Draft("A title"), day, newer=False) == changes


def test_a_paper_without_a_day_is_sorted_by_its_dates() -> None:
    unlisted = {**KNOWN, "day": None, "first_day": None, "sort_day": ""}
    assert merge_draft(unlisted, Draft("A title"), None, newer=True) == {}
    announced = Draft("A title", announced="2026-05-02")
    assert merge_draft(unlisted, announced, None, newer=True) == {"sort_day": "2026-05-02"}
    assert merge_draft({**unlisted, "sort_day": "2026-05-01"}, announced, None, newer=True) == {}
    published = announced._replace(published="2026-04-30")
    both = {"published": "2026-04-30", "sort_day": "2026-04-30"}
    assert merge_draft({**unlisted, "sort_day": "2026-05-01"}, published, None, newer=True) == both
    assert merge_draft(unlisted, published, DAY, newer=True) == {
        "published": "2026-04-30", "day": DAY, "first_day": DAY, "sort_day": DAY,
    }  # fmt: skip
