"""Saved pages from end to end: imported, looked up, listed in their order, and chosen where a title is not enough."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.core.ids import page_id
from tests.commands.conftest import Run
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
    run("import", saved, "--later")
    run("import", str(other), "--later")
    run("import", saved, "--later")
    listed = run("list", "source:page sort:page", "--json").records
    assert [one["title"] for one in listed] == [*TITLES, "Yet another one"]


def test_without_a_network_it_waits_for_a_refresh(
    run: Run, feed: FeedServer, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        found = run("import", saved)
    assert found.code == 0
    assert found.out == "3 new, 0 updated, 0 unchanged.\n"
    (said,) = found.err.splitlines()
    assert said.startswith("3 titles will be looked up with the next refresh: ")
    refreshed = run("refresh", "--json").record
    assert refreshed["titles"] == {"found": 1, "offered": 1, "left": 0}


def test_a_feed_that_refuses_is_told_in_one_sentence(run: Run, feed: FeedServer, saved: str) -> None:
    feed.faults.append("refuse:403")
    found = run("import", saved, "--json")
    assert found.code == 0
    assert found.record["titles"] == {"found": 0, "offered": 0, "left": 3}


def test_the_user_chooses_what_a_paper_is(run: Run, feed: FeedServer, saved: str) -> None:
    run("import", saved, "--tag", "mine")
    own = page_id("A memory that forgets")
    assert run("import", "--choices").out.splitlines() == [
        f"{own}  A memory that forgets (2 authors, 2026-05-08)",
        "  2605.00002  A memory that forgets on purpose (2 authors, 2026-05-08)",
        "2 papers of saved pages still have no arXiv id: 1 may be one of the papers under it; 'dailypapers import"
        " --choose page:ID=ARXIV_ID' chooses it; 1 not found in the feed or at arXiv.",
    ]
    (_, offered) = run("import", "--choices", "--json").records
    assert (offered["id"], [one["id"] for one in offered["choices"]]) == (own, ["2605.00002"])
    shown = run("show", own).out
    assert "It may be this one, by its title:" in shown
    assert f"'dailypapers import --choose {own}=2605.00002' takes it" in shown
    assert run("import", "--choose", f"{own}=2605.00002").out == f"{own} is 2605.00002 now.\n"
    (paper,) = run("list", "id:2605.00002", "--json").records
    assert paper["tags"] == ["mine"]
    assert run("show", own, "--json").record["id"] == "2605.00002"


@pytest.mark.parametrize("text", ["page:000000000000=2605.00002", "2605.00002", "x=y", "page:000000000000="])
def test_a_choice_that_is_none_is_refused(run: Run, feed: FeedServer, text: str) -> None:
    found = run("import", "--choose", text)
    assert (found.code, found.out) == (2, "")
    assert "needs a page's paper and an arXiv id" in found.err


def test_a_page_saved_as_html_has_its_papers(run: Run, feed: FeedServer, tmp_path: Path) -> None:
    file = tmp_path / "Daily Papers.html"
    file.write_text(
        '<!doctype html><html><body><article><h3><a href="https://huggingface.co/papers/2605.00001">Small verifiers,'
        " long horizons</a></h3></article></body></html>"
    )
    assert run("import", str(file)).out == "1 new, 0 updated, 0 unchanged.\n"
    assert feed.requests == []
    (paper,) = run("list", "source:page", "--json").records
    assert (paper["id"], paper["upvotes"], paper["authors"]) == ("2605.00001", None, None)


def test_a_page_of_thousands_of_papers_comes_in_whole(run: Run, feed: FeedServer, tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page(*(f"An unheard-of matter, part {number}" for number in range(2_000))))
    assert run("import", str(file), "--later").out == (
        "2,000 new, 0 updated, 0 unchanged.\n2,000 titles wait to be looked up.\n"
    )
    assert run("list", "source:page sort:page", "-n", "1", "--json").records[0]["title"].endswith("part 0")
