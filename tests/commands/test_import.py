"""Papers and marks from files: saved pages, libraries, and our own exports."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.storing import Cache
from reader.core.marks import first_place
from reader.core.paper import Draft, Listing
from reader.data import shipped_topics
from reader.database import connections
from tests.cache.conftest import NOW
from tests.commands.conftest import DAYS, IDS, Run, Session, write_days
from tests.feed_server import FeedServer, item
from tests.feeds.test_papers_file import newsboat

TODAY = datetime.now(UTC).date().isoformat()
HERE, THERE = "2606.26740", "2401.00001"


def wanted(papers: Path) -> list[str]:
    with closing(Feeds.open(papers)) as feeds:
        return feeds.missing_papers(date(2026, 1, 8), 100)


def test_days_are_imported_once_from_plain_packed_or_piped_files(
    session: Session, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write_days(tmp_path / "days.jsonl", DAYS | {"2026-07-01": [{"paper": {"id": 7}}, *[5] * 4]})
    (tmp_path / "days.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "notes.txt").write_text("nothing of the sort")
    session(
        """
        $ import nowhere.json days.jsonl
        6 new, 0 updated, 0 unchanged, 5 skipped.
        1! days.jsonl: line 3, item 1: no arXiv id; skipped
        1! days.jsonl: line 3, item 2: not a record; skipped
        1! days.jsonl: line 3, item 3: not a record; skipped
        1! days.jsonl: 2 more skipped
        1! dailypapers: nowhere.json can't be read: No such file or directory.
        $ import days.jsonl.gz --jsonl
        {"new": 0, "updated": 0, "unchanged": 6, "skipped": 5, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "broken": [], "labels": {}, "feeds": {"added": [], "known": 0}, "titles": null, "failed": []}
        ! days.jsonl.gz: line 3, item 1: no arXiv id; skipped
        ! days.jsonl.gz: line 3, item 2: not a record; skipped
        ! days.jsonl.gz: line 3, item 3: not a record; skipped
        ! days.jsonl.gz: 2 more skipped
        $ import notes.txt --jsonl
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "broken": [], "labels": {}, "feeds": {"added": [], "known": 0}, "titles": null, "failed": ["notes.txt has no papers, or no known format: see 'dailypapers import --help'."]}
        1! {"error": "notes.txt has no papers, or no known format: see 'dailypapers import --help'.", "kind": "feed", "hint": null}
        """  # noqa: E501
    )
    lines = json.dumps({"date": "2026-06-30", "items": DAYS["2026-06-30"]})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert run("import", "-").out == "0 new, 0 updated, 3 unchanged.\n"


BIB = f"""\
@misc{{a, eprint={{{HERE}}}, keywords={{To Read, thesis, ⭐}}, annote={{A thought.}}}}
@article{{b, title={{Two}}, journal={{arXiv preprint arXiv:{THERE}}}, keywords={{thesis}}}}
@misc{{e, title={{Two again}}, url={{https://arxiv.org/abs/{THERE}v2}}}}
@inproceedings{{f, title={{Agents that write their own tools}}, annote={{Not taken.}}}}
@book{{c, title={{A book}}}}
@misc{{d, title={{Half a title"""


def test_a_library_is_imported_once(session: Session, run: Run, papers: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(BIB)
    run("note", IDS[1], "--text", "Mine.")
    run("tag", "add", "Thesis", IDS[2])
    session(
        """
        $ import refs.bib --star --jsonl
        {"new": 1, "updated": 0, "unchanged": 2, "skipped": 2, "marks": 4, "papers": 3, "here": 2, "coming": 1, "marked": {"starred": 3, "noted": 1}, "without_id": [{"where": "entry c", "title": "A book"}], "broken": [{"where": "line 6", "title": "Half a title"}], "labels": {"thesis": 2, "To Read": 1, "⭐": 1}, "feeds": {"added": [], "known": 0}, "titles": null, "failed": []}
        $ import refs.bib --keep-tags --star --tag THESIS
        3 papers named, 2 of them here, 1 to come with the next refresh. 3 tagged Thesis, 1 tagged To Read, 1 tagged ⭐. 'dailypapers undo' takes it back.
        ! 1 entry names no arXiv paper:
        !   entry c: A book
        ! 1 entry has a syntax error:
        !   line 6: Half a title
        $ note 2606.26740
        A thought.
        $ note 2606.30616
        Mine.
        $ tags
        Thesis	3
        To Read	1
        ⭐	1
        $ import refs.bib --keep-tags --star --jsonl
        {"new": 0, "updated": 0, "unchanged": 3, "skipped": 2, "marks": 0, "papers": 3, "here": 2, "coming": 1, "marked": {}, "without_id": [{"where": "entry c", "title": "A book"}], "broken": [{"where": "line 6", "title": "Half a title"}], "labels": {}, "feeds": {"added": [], "known": 0}, "titles": null, "failed": []}
        """  # noqa: E501
    )
    assert wanted(papers) == [THERE]
    assert run("undo").out == "Taken back: 3 papers tagged Thesis, To Read, ⭐.\n"
    assert run("undo").out == "Taken back: 3 papers to be fetched, starred, noted.\n"
    assert run("count", "is:starred OR tag:thesis").out == "1\n"
    assert wanted(papers) == []


def test_an_import_of_several_files_reports_papers_marks_and_feeds(
    session: Session, papers: Path, tmp_path: Path
) -> None:
    entries = [f"@misc{{k{n}, title={{Book {n}}}, keywords={{tag {n}}}}}" for n in range(12)]
    tags = ", ".join(f"tag {n}" for n in range(9))
    (tmp_path / "books.bib").write_text("\n".join([*entries, f"@misc{{a, eprint={{{HERE}}}, keywords={{{tags}}}}}"]))
    (tmp_path / "feeds.opml").write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://example.org/a.xml"/>'
        '<outline text="B" xmlUrl="ftp://example.org"/></body></opml>'
    )
    (tmp_path / "broken.opml").write_text("<opml")
    (tmp_path / "text.txt").write_text("see https://arxiv.org/abs/2606.30616 and 2401.00002")
    items = [item(THERE, "Two", "2026-07-01"), item("2401.00003", "Three", "2026-07-01")]
    write_days(tmp_path / "days.jsonl", {"2026-07-01": items})
    session(
        """
        $ import
        2! dailypapers import: FILE is missing. See 'dailypapers import --help'.
        $ import books.bib --tag " "
        2! dailypapers: A tag needs a name with letters.
        $ import books.bib --keep-tags
        1 paper named, 1 of them here. 1 tagged tag 0, 1 tagged tag 1, 1 tagged tag 2, 1 tagged tag 3, 1 tagged tag 4, 1 tagged tag 5, 1 tagged tag 6, 1 tagged tag 7 and 1 more tag. 'dailypapers undo' takes it back.
        ! 12 entries name no arXiv paper:
        !   entry k0: Book 0
        !   entry k1: Book 1
        !   entry k2: Book 2
        !   entry k3: Book 3
        !   entry k4: Book 4
        !   entry k5: Book 5
        !   entry k6: Book 6
        !   entry k7: Book 7
        !   entry k8: Book 8
        !   entry k9: Book 9
        !   and 2 more, which --json lists
        $ import days.jsonl --star --queue
        2 new, 0 updated, 0 unchanged.
        2 starred, 2 queued. 'dailypapers undo' takes it back.
        $ import text.txt --liked
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 liked. 'dailypapers undo' takes it back.
        $ import text.txt --liked
        2 papers named, 1 of them here, 1 to come with the next refresh.
        $ import feeds.opml broken.opml text.txt nowhere.bib
        2 papers named, 1 of them here, 1 to come with the next refresh.
        1 feed added, 0 already known; 'dailypapers refresh' fetches them.
        1! feeds.opml: outline 2: no web address: ftp://example.org; skipped
        1! dailypapers: nowhere.bib can't be read: No such file or directory.
        1! dailypapers: broken.opml: The file is cut off or is not XML; export it again.
        $ import feeds.opml --jsonl
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "broken": [], "labels": {}, "feeds": {"added": [], "known": 1}, "titles": null, "failed": []}
        ! feeds.opml: outline 2: no web address: ftp://example.org; skipped
        $ undo
        Taken back: followed the feed a.
        """  # noqa: E501
    )


def test_wanted_papers_survive_an_export_and_the_next_refresh_brings_them_with_their_marks(
    run: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ids.txt").write_text(THERE)
    run("import", str(tmp_path / "ids.txt"), "--tag", "thesis")
    run("export", "--all", "-o", str(tmp_path / "all.json"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "new"))
    run("import", str(tmp_path / "all.json"))
    cache = tmp_path / "new" / "papers.db"
    assert wanted(cache) == [THERE]
    with FeedServer({TODAY: [item(THERE, "Two", TODAY, upvotes=7)]}, today=TODAY) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        assert run("show", THERE).code == 1
        assert run("refresh", "--days", "1").code == 0
    assert run("show", THERE, "--json=title,upvotes,tags").json == {"title": "Two", "upvotes": 7, "tags": ["thesis"]}
    assert wanted(cache) == []


def test_newsboat_read_and_flagged_papers_are_imported(session: Session, papers: Path, tmp_path: Path) -> None:
    newsboat(
        tmp_path / "cache.db",
        ("g", f"https://arxiv.org/abs/{IDS[0]}", 1, "s"),
        (f"oai:arXiv.org:{IDS[0]}v1", "", 0, None),
        ("g", f"https://arxiv.org/abs/{IDS[1]}", 1, "t"),
        ("g", f"https://arxiv.org/abs/{THERE}", 0, None),
        ("g", "https://arxiv.org/abs/2401.00002", 1, "s"),
    )
    session(
        """
        $ import cache.db
        4 papers named, 2 of them here. 2 read, 2 starred. 'dailypapers undo' takes it back.
        ! Tags and flags of the files were left out, such as t: --keep-tags imports them as tags.
        $ import cache.db --keep-tags
        4 papers named, 2 of them here. 1 tagged t. 'dailypapers undo' takes it back.
        $ list is:read is:starred --jsonl=id
        {"id": "2606.26740"}
        $ list tag:t --jsonl=id
        {"id": "2606.30616"}
        """
    )
    # A feed reader has seen thousands of papers: only a flag asks for one.
    assert wanted(papers) == ["2401.00002"]


# Saved pages


TITLES = ("Small verifiers, long horizons", "Nobody has this one", "A memory that forgets")


def page(*titles: str, footer: str = "  • 2 authors\n·\nMay 8, 2026") -> str:
    sentence = (
        "This text says at some length what others did before, why that is not enough, and what is proposed instead."
    )
    blocks = "\n\n".join(f"{title}\n\n{sentence}\n\n{footer}" for title in titles)
    return f"Daily Papers\n\nbyAK and the research community\n\n{blocks}\n"


@pytest.fixture
def feed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    days = {
        "2026-05-11": [
            item("2605.00001", "Small Verifiers, Long Horizons", "2026-05-11", upvotes=3),
            item("2605.00002", "A memory that forgets on purpose", "2026-05-11"),
        ]
    }
    with FeedServer(days, today=TODAY) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        yield feed


@pytest.fixture
def saved(tmp_path: Path) -> str:
    file = tmp_path / "page.txt"
    file.write_text(page(*TITLES))
    return str(file)


def test_a_page_is_looked_up_as_it_is_imported(run: Run, feed: FeedServer, saved: str) -> None:
    found = run("import", saved, "--star")
    assert found.out == (
        "3 new, 0 updated, 0 unchanged.\n3 starred. 'dailypapers undo' takes it back.\n1 paper found by its title.\n"
        "2 papers not found, and kept as on the page; asked for again after 7 days.\n"
    )
    assert found.err == ""
    listed = run("list", "source:page sort:page is:starred", "--json").records
    assert [one["title"] for one in listed] == ["Small Verifiers, Long Horizons", *TITLES[1:]]
    assert listed[0]["id"] == "2605.00001"
    # Once more: nothing changes, and nothing is asked.
    asked = len(feed.requests)
    assert run("import", saved).out == "0 new, 0 updated, 3 unchanged.\n"
    assert len(feed.requests) == asked


def test_without_a_network_a_saved_page_is_looked_up_at_the_next_refresh(
    session: Session, feed: FeedServer, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        session(
            """
        $ import page.txt
        3 new, 0 updated, 0 unchanged.
        ! 3 titles will be looked up with the next refresh: Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.
        """  # noqa: E501
        )
    feed.faults.append("refuse:403")
    session(
        """
        $ import page.txt --jsonl
        {"new": 0, "updated": 0, "unchanged": 3, "skipped": 0, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "broken": [], "labels": {}, "feeds": {"added": [], "known": 0}, "titles": {"found": 0, "left": 3}, "failed": []}
        $ refresh --day today
        0 new, 0 updated, 0 unchanged in 0 days.
        $ refresh --jsonl=titles
        {"titles": {"found": 1, "left": 0}}
        """  # noqa: E501
    )


# Our own exports


BOTH = "is:hidden OR -is:hidden"


@pytest.fixture
def marked(papers: Path) -> Path:
    """The user's cache with marks of every kind, a paper of a saved page, and marks of a paper that is gone."""
    with closing(Cache.open(papers, shipped_topics())) as cache:
        cache.store(Listing(None, (Draft("A paper of a saved page", source="page"),)), NOW)
        cache.store(
            Listing(None, (Draft("An entry", source="lab", announced="2026-06-30", entry="feed:" + "0" * 12),)), NOW
        )
        cache.store(Listing("2026-06-27", (Draft("LiveEdit: Streaming Video Editing", "2606.26740"),)), NOW)
        cache.store(Listing("2020-01-01", (Draft("An old one", "2001.00001"),)), NOW)
        with closing(Events.open(papers)) as events:
            events.mark("star", True, [1, 7])
            events.mark("read", True, [1, 2, 3, 9])
            events.mark("hide", True, [4])
            events.mark("tag:to read", True, [2, 7, 8])
            events.mark("note", "First line\n  second, 中文標題", [5])
            events.mark("queue", True, [8, 2, 5])
            events.mark("queue", first_place(0, 0), [6])
            events.mark("star", True, [6])
            events.undo()
        assert list(cache.drop_before("2021-01-01")) == [1]
    return papers


def everything(run: Run) -> str:
    return run("list", BOTH, "--json").out


def test_a_new_home_gets_all_that_was_exported(
    run: Run, marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, again = tmp_path / "everything.json", tmp_path / "again.json"
    output = run("export", "--all", "-o", str(file))
    assert output.err == f"8 papers written in {file}, and the marks of 1 paper that is not in the cache.\n"
    before, queue = everything(run), run("list", "sort:queue", "--json=id,queued").out
    assert len(json.loads(before)) == 8
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "new"))
    assert run("import", str(file)).out == "8 new, 0 updated, 1 unchanged, 15 marks.\n"
    assert everything(run) == before
    assert run("list", "sort:queue", "--json=id,queued").out == queue
    again_read = run("import", str(file), "--json=new,unchanged,marks,failed").record
    assert again_read == {"new": 0, "unchanged": 9, "marks": 0, "failed": []}
    assert run("import", str(file)).out == "0 new, 0 updated, 9 unchanged.\n"
    assert everything(run) == before
    assert run("count", "day:2026-06-27").out == "1\n"
    run("export", "--all", "-o", str(again))
    assert plain(again) == plain(file)
    # The paper that was gone comes back, and is read.
    run(
        "import",
        str(write_days(tmp_path / "days.jsonl", {"2020-01-01": [item("2001.00001", "An old one", "2020-01-01")]})),
    )
    assert run("count", "is:read", "id:2001.00001").out == "1\n"


def plain(file: Path) -> list[dict[str, Any]]:
    """The records of an export; an event has an id of its own in each home, which begins alike."""
    records: list[dict[str, Any]] = json.loads(file.read_text())
    for record in records:
        for mark in record["marks"]:
            mark["id"] = mark["id"][:12]
    return records


def test_an_unfinished_mark_is_exported_in_full(run: Run, papers: Path) -> None:
    """A program ended after its mark was in the log and before the cache had it."""
    with closing(Events.open(papers)) as events:
        events.mark("star", True, [1, 2])
    with closing(connections.connect(papers)) as connection:
        connection.execute("DELETE FROM mark")
        connection.execute("DELETE FROM meta WHERE key = 'log_applied'")
        connection.execute("UPDATE paper SET starred = 0")
    records = run("export", "--all", "--format", "json").records
    assert [(record["starred"], len(record["marks"])) for record in records[:3]] == [(True, 1), (True, 1), (False, 0)]
