"""Saved pages from end to end: imported, looked up, listed in their order, and chosen where a title is not enough."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.core.ids import page_id
from tests.commands.conftest import Run, Session
from tests.feed_server import FeedServer, item

TODAY = datetime.now(UTC).date().isoformat()

TITLES = ("Small verifiers, long horizons", "Nobody has this one", "A memory that forgets")


def page(*titles: str, footer: str = "  • 2 authors\n·\nMay 8, 2026") -> str:
    said = "This text says at some length what others did before, why that is not enough, and what is proposed instead."
    blocks = "\n\n".join(f"{title}\n\n{said}\n\n{footer}" for title in titles)
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
    assert run("import", saved, "--dry-run").lines[1:] == ["This was a dry run: nothing was changed."]
    found = run("import", saved, "--star")
    assert found.out == (
        "3 new, 0 updated, 0 unchanged.\n3 starred. 'dailypapers undo' takes it back.\n1 paper found by its title.\n"
        "1 paper may be another one: 'dailypapers import --choices' shows which.\n"
    )
    assert found.err == ""
    listed = run("list", "source:page sort:page is:starred", "--json").records
    assert [one["title"] for one in listed] == ["Small Verifiers, Long Horizons", *TITLES[1:]]
    assert listed[0]["id"] == "2605.00001"
    # Once more: nothing changes, and nothing is asked.
    asked = len(feed.requests)
    assert run("import", saved).out == "0 new, 0 updated, 3 unchanged.\n"
    assert len(feed.requests) == asked


def test_what_a_page_does_not_say_is_unknown(run: Run, feed: FeedServer, tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page("Nobody has this one", footer="acme-labs Acme Labs\n·\nMay 8, 2026"))
    run("import", str(file))
    (paper,) = run("list", "--json").records
    assert [paper[key] for key in ("upvotes", "comments", "authors", "author_count")] == [None] * 4
    for term in ("upvotes:<5", "upvotes:0", "comments:<5", "authors:<5", "authors:0", "upvotes:0..9"):
        assert run("count", term).out == "0\n"
    assert run("count", "-upvotes:>5").out == "1\n"
    assert run("list").out.split("\t")[2:4] == ["", ""]
    (row,) = csv.DictReader(io.StringIO(run("export", "--all", "--format", "csv").out))
    assert (row["upvotes"], row["comments"], row["authors"]) == ("", "", "")
    assert "upvote" not in run("show", paper["id"]).out


def test_the_newest_page_comes_first(run: Run, feed: FeedServer, saved: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(page("Yet another one", TITLES[1]))
    left = run("import", saved, "--later", "--json").record["titles"]
    assert left == {"found": 0, "offered": 0, "left": 3}
    assert run("import", str(other), "--later").lines[1:] == ["4 titles wait to be looked up."]
    run("import", saved, "--later")
    listed = run("list", "source:page sort:page", "--json").records
    assert [one["title"] for one in listed] == [*TITLES, "Yet another one"]


def test_without_a_network_it_waits_for_a_refresh(
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
        {"new": 0, "updated": 0, "unchanged": 3, "skipped": 0, "marks": 0, "titles": {"found": 0, "offered": 0, "left": 3}, "failed": []}
        $ refresh --day today
        0 new, 0 updated, 0 unchanged in 0 days.
        $ refresh --jsonl=titles
        {"titles": {"found": 1, "offered": 1, "left": 0}}
        """  # noqa: E501
    )


def test_the_user_chooses_what_a_paper_is(session: Session, feed: FeedServer, saved: str) -> None:
    session(
        """
        $ import page.txt --tag mine
        3 new, 0 updated, 0 unchanged.
        3 tagged mine. 'dailypapers undo' takes it back.
        1 paper found by its title.
        1 paper may be another one: 'dailypapers import --choices' shows which.
        $ import --choices
        page:NOW  A memory that forgets (2 authors, 2026-05-08)
          2605.00002  A memory that forgets on purpose (2 authors, 2026-05-08)
        2 papers of saved pages still have no arXiv id: 1 may be one of the papers under it; 'dailypapers import --choose page:ID=ARXIV_ID' chooses it; 1 not found in the feed or at arXiv.
        $ import --choices --jsonl
        {"id": "page:NOW", "title": "Nobody has this one", "author_count": 2, "published": "2026-05-08", "asked": 1, "choices": []}
        {"id": "page:NOW", "title": "A memory that forgets", "author_count": 2, "published": "2026-05-08", "asked": 1, "choices": [{"id": "2605.00002", "title": "A memory that forgets on purpose", "author_count": 2, "published": "2026-05-08"}]}
        $ import --choose OWN=2605.00002
        page:NOW is 2605.00002 now.
        $ list tag:mine --jsonl=id,tags
        {"id": "2605.00002", "tags": ["mine"]}
        {"id": "2605.00001", "tags": ["mine"]}
        {"id": "page:NOW", "tags": ["mine"]}
        $ show OWN --jsonl=id
        {"id": "2605.00002"}
        $ import --choose page:000000000000=2605.00002
        2! dailypapers: --choose 'page:NOW=2605.00002' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        $ import --choose 2605.00002
        2! dailypapers: --choose '2605.00002' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        $ import --choose x=y
        2! dailypapers: --choose 'x=y' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        $ import --choose page:000000000000=
        2! dailypapers: --choose 'page:NOW=' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        """,  # noqa: E501
        OWN=page_id("A memory that forgets"),
    )


def test_a_page_of_thousands_of_papers_comes_in_whole(run: Run, feed: FeedServer, tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page(*(f"An unheard-of matter, part {number}" for number in range(2_000))))
    assert run("import", str(file), "--later").out == (
        "2,000 new, 0 updated, 0 unchanged.\n2,000 titles wait to be looked up.\n"
    )
    assert run("list", "source:page sort:page", "-n", "1", "--json").records[0]["title"].endswith("part 0")
