"""Papers from files: sums, skipped records, and files that fail."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.commands.conftest import DAYS, Run, Session, Spawn, write_days
from tests.feed_server import item


@pytest.mark.parametrize("packed", [False, True])
def test_import_takes_days_plain_or_packed_and_twice_is_once(run: Run, tmp_path: Path, packed: bool) -> None:
    file = write_days(tmp_path / "days.jsonl", DAYS)
    if packed:
        file = tmp_path / "days.jsonl.gz"
        file.write_bytes(gzip.compress((tmp_path / "days.jsonl").read_bytes()))
    assert run("import", str(file)).out == "6 new, 0 updated, 0 unchanged.\n"
    assert run("import", str(file), "--json").json == {
        "new": 0,
        "updated": 0,
        "unchanged": 6,
        "skipped": 0,
        "marks": 0,
        "failed": [],
    }


def test_import_reads_standard_input(spawn: Spawn) -> None:
    lines = json.dumps({"date": "2026-06-30", "items": DAYS["2026-06-30"]})
    assert spawn("import", "-", input=lines).out == "3 new, 0 updated, 0 unchanged.\n"


def test_import_tells_what_it_skipped(run: Run, tmp_path: Path) -> None:
    items = [*DAYS["2026-06-30"], {"paper": {"id": 7}}, 5]
    found = run("import", str(write_days(tmp_path / "days.jsonl", {"2026-06-30": items})))
    assert found.code == 0
    assert found.out == "3 new, 0 updated, 0 unchanged, 2 skipped.\n"
    assert found.err.count("skipped\n") == 2
    assert "line 1, item 4" in found.err


def test_a_file_that_can_not_be_read_does_not_keep_the_others_out(run: Run, tmp_path: Path) -> None:
    file = write_days(tmp_path / "days.jsonl", DAYS)
    found = run("import", "/nowhere.json", str(file))
    assert found.code == 1
    assert found.out == "6 new, 0 updated, 0 unchanged.\n"
    assert found.err == "dailypapers: /nowhere.json can't be read: No such file or directory.\n"


def test_unusable_records_without_end_are_given_up(spawn: Spawn) -> None:
    found = spawn("import", "-", input="{}\n" * 1_000_000)
    assert found.code == 1
    assert found.err == "dailypapers: -: The input has no papers in a known format (line 1: no arXiv id).\n"


def test_fifty_megabytes_of_empty_lines_are_an_empty_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_bytes(b"\n" * 50_000_000)
    found = run("import", str(file))
    assert (found.code, found.err) == (1, f"dailypapers: {file} is empty.\n")


def test_a_file_of_another_kind_is_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("nothing of the sort")
    found = run("import", str(file), "--json")
    assert found.code == 1
    assert "notes.txt has no papers, or no known format: see 'dailypapers import --help'." in found.err
    assert len(found.record["failed"]) == 1


def test_a_mark_stays_when_its_paper_comes_again(run: Run, papers: Path, tmp_path: Path) -> None:
    run("mark", "star", "2606.26740")
    later = {"2026-07-01": [item("2606.26740", "LiveEdit: Streaming Video Editing", "2026-07-01", upvotes=90)]}
    assert run("import", str(write_days(tmp_path / "later.jsonl", later))).code == 0
    [starred] = run("list", "is:starred", "--json").records
    assert (starred["id"], starred["upvotes"], starred["day"]) == ("2606.26740", 90, "2026-07-01")


def _page(*shown: tuple[str, int, str]) -> str:
    blocks = [
        f"{title}\n\n{'Words of the abstract. ' * 8}\n\n• {count} authors\n\n·\n{day}" for title, count, day in shown
    ]
    return "Daily Papers\n\n" + "\n\n".join(blocks) + "\n"


def test_papers_of_two_pages_that_share_a_title_are_two_and_so_are_their_marks(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text(_page(("A 1.5B model", 3, "May 8, 2025"), ("Week 12", 2, "May 9, 2025")), "utf-8")
    second.write_text(_page(("A 15B model", 9, "Jun 8, 2023"), ("Week 12", 7, "May 9, 2023")), "utf-8")
    assert run("import", str(first)).out == "2 new, 0 updated, 0 unchanged.\n"
    run("mark", "star", "--query", "title:week")
    assert run("import", str(second)).out == "2 new, 0 updated, 0 unchanged.\n"
    for page in (first, second):
        assert run("import", str(page)).out == "0 new, 0 updated, 2 unchanged.\n"
    both = run("list", "is:starred", "--json").records
    assert [(paper["title"], paper["author_count"]) for paper in both] == [("Week 12", 2)]


def test_titles_of_one_page_that_have_the_same_letters_are_two_papers(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(_page(("A 1.5B model", 3, "May 8, 2025"), ("A 15B model", 3, "May 8, 2025")), "utf-8")
    assert run("import", str(page)).out == "2 new, 0 updated, 0 unchanged.\n"
    assert run("import", str(page)).out == "0 new, 0 updated, 2 unchanged.\n"


BIB = """\
@misc{a, eprint={2606.26740}, keywords={To Read, thesis}}
@misc{b, eprint={2401.00001}, keywords={thesis}}
@book{c, title={A book}}
@book{d}
"""
OPML = """\
<opml version="2.0"><body><outline text="A" xmlUrl="https://example.org/a.xml"/></body></opml>
"""


def test_what_comes_from_files_is_said_line_by_line(session: Session, papers: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(BIB)
    (tmp_path / "feeds.opml").write_text(OPML)
    (tmp_path / "text.txt").write_text("see https://arxiv.org/abs/2606.30616 and 2401.00002")
    write_days(tmp_path / "days.jsonl", {"2026-07-01": [item("2607.00001", "New", "2026-07-01"), 5]})
    session(
        """
        $ import
        2! dailypapers: Name a file to import, - for standard input, or --clipboard.
        $ import --choose
        2! dailypapers import: argument --choose: expected one argument. See 'dailypapers import --help'.
        $ import --choose x
        2! dailypapers: --choose 'x' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        $ import --choices refs.bib
        2! dailypapers: --choose and --choices take no files.
        $ import --choices
        0 papers of saved pages still have no arXiv id.
        $ import nowhere.bib
        1! dailypapers: nowhere.bib can't be read: No such file or directory.
        $ import nowhere.bib also.bib days.jsonl
        1 new, 0 updated, 0 unchanged, 1 skipped.
        1! days.jsonl: line 1, item 2: not a record; skipped
        1! nowhere.bib can't be read: No such file or directory.
        1! also.bib can't be read: No such file or directory.
        1! dailypapers: 2 of 3 files could not be imported.
        $ import days.jsonl refs.bib --dry-run
        0 new, 0 updated, 1 unchanged, 1 skipped.
        2 papers named, 1 of them here, 1 to come with the next refresh. This was a dry run: nothing was changed.
        ! days.jsonl: line 1, item 2: not a record; skipped
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   entry d
        ! Tags of the files: thesis (2), To Read (1). --keep-tags takes them in, --flag 'TAG=queue' one as a mark.
        $ import days.jsonl --jsonl
        {"new": 0, "updated": 0, "unchanged": 1, "skipped": 1, "marks": 0, "failed": []}
        ! days.jsonl: line 1, item 2: not a record; skipped
        $ import refs.bib --dry-run --star --queue --tag "to see"
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 starred, 2 queued, 2 tagged to see. This was a dry run: nothing was changed.
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   entry d
        ! Tags of the files: thesis (2), To Read (1). --keep-tags takes them in, --flag 'TAG=queue' one as a mark.
        $ import refs.bib --keep-tags --star
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 starred, 1 tagged To Read, 2 tagged thesis. 'dailypapers undo' takes it back.
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   entry d
        $ import refs.bib --keep-tags --star --jsonl
        {"new": 0, "updated": 0, "unchanged": 2, "skipped": 2, "marks": 0, "papers": 2, "here": 1, "coming": 1, "marked": {}, "without_id": [{"where": "entry c", "title": "A book"}, {"where": "entry d", "title": null}], "labels": {}, "dry_run": false, "failed": []}
        $ import refs.bib --flag "to read=queue" --liked
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 liked, 1 queued. 'dailypapers undo' takes it back.
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   entry d
        ! Tags of the files: thesis (2). --keep-tags takes them in, --flag 'TAG=queue' one as a mark.
        $ import text.txt
        2 papers named, 1 of them here, 1 to come with the next refresh. 'dailypapers undo' takes it back.
        $ import text.txt --tag a
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 tagged a. 'dailypapers undo' takes it back.
        $ import feeds.opml --dry-run
        1 feed would be added, 0 already known; nothing was changed.
        $ import feeds.opml --dry-run --jsonl
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "labels": {}, "dry_run": true, "feeds": {"added": ["https://example.org/a.xml"], "known": 0}, "failed": []}
        $ import feeds.opml days.jsonl
        0 new, 0 updated, 1 unchanged, 1 skipped.
        1 feed added, 0 already known; 'dailypapers refresh' fetches them.
        ! days.jsonl: line 1, item 2: not a record; skipped
        $ import feeds.opml
        0 feeds added, 1 already known; 'dailypapers refresh' fetches them.
        $ import refs.bib --flag =x
        2! dailypapers: --flag '=x' needs a label and a mark: s=star, 'to read=queue', or t=a-tag-of-yours.
        $ import refs.bib --tag " "
        2! dailypapers: A tag needs a name with letters.
        $ tags
        To Read	1
        a	1
        thesis	1
        $ undo
        1! dailypapers: Nothing was undone: a feed was followed or dropped, which 'dailypapers feeds' takes back. Undo again to take back the mark before.
        """  # noqa: E501
    )
