"""Papers and marks from files, ours and other programs': what comes in, what is skipped, and files that fail."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.marks.effects import Change
from reader.cache.marks.events import Events
from reader.core.marks import PASSAGE
from reader.core.passages import Passage, passage_id
from tests.commands.conftest import DAYS, IDS, Run, Session, write_days
from tests.feed_server import FeedServer, item
from tests.feeds.files.test_libraries import newsboat

TODAY = datetime.now(UTC).date().isoformat()

HERE, THERE = "2606.26740", "2401.00001"


def wanted(papers: Path) -> list[str]:
    with closing(Feeds.open(papers)) as feeds:
        return feeds.lost("2026-01-01", 100)


def test_days_come_in_once_plain_packed_or_piped(
    session: Session, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write_days(tmp_path / "days.jsonl", DAYS | {"2026-07-01": [{"paper": {"id": 7}}, *[5] * 4]})
    (tmp_path / "days.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "notes.txt").write_text("nothing of the sort")
    tried = run("import", str(plain), "--dry-run", "--star", "--json=new,coming,marked").json
    assert tried == {"new": 6, "coming": 0, "marked": {"starred": 6}}
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
        {"new": 0, "updated": 0, "unchanged": 6, "skipped": 5, "marks": 0, "failed": []}
        ! days.jsonl.gz: line 3, item 1: no arXiv id; skipped
        ! days.jsonl.gz: line 3, item 2: not a record; skipped
        ! days.jsonl.gz: line 3, item 3: not a record; skipped
        ! days.jsonl.gz: 2 more skipped
        $ import notes.txt --jsonl
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "marks": 0, "failed": ["notes.txt has no papers, or no known format: see 'dailypapers import --help'."]}
        1! {"error": "notes.txt has no papers, or no known format: see 'dailypapers import --help'.", "kind": "feed", "hint": null}
        """  # noqa: E501
    )
    lines = json.dumps({"date": "2026-06-30", "items": DAYS["2026-06-30"]})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert run("import", "-").out == "0 new, 0 updated, 3 unchanged.\n"


def test_endless_lines_without_a_paper_are_given_up(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}\n" * 1_000_000)))
    found = run("import", "-")
    assert found.err == "dailypapers: -: The input has no papers in a known format (line 1: no arXiv id).\n"
    (tmp_path / "empty").write_bytes(b"\n" * 50_000_000)
    assert run("import", str(tmp_path / "empty")).err == f"dailypapers: {tmp_path}/empty is empty.\n"


def test_a_mark_stays_when_its_paper_comes_again(run: Run, papers: Path, tmp_path: Path) -> None:
    run("mark", "star", HERE)
    later = {"2026-07-01": [item(HERE, "LiveEdit: Streaming Video Editing", "2026-07-01", upvotes=90)]}
    assert run("import", str(write_days(tmp_path / "later.jsonl", later))).code == 0
    assert run("list", "is:starred", "--json=id,upvotes,day").json == [{"id": HERE, "upvotes": 90, "day": "2026-07-01"}]


def page(file: Path, *shown: tuple[str, int, str]) -> str:
    """A page of the feed's site with these titles, numbers of authors and days, as text."""
    blocks = (f"{title}\n\n{'Words. ' * 25}\n\n• {count} authors\n\n·\n{day}" for title, count, day in shown)
    file.write_text("Daily Papers\n\n" + "\n\n".join(blocks) + "\n")
    return str(file)


def test_papers_of_pages_that_share_a_title_are_two_and_so_are_their_marks(run: Run, tmp_path: Path) -> None:
    pages = [
        page(tmp_path / "first.txt", ("A 1.5B model", 3, "May 8, 2025"), ("Week 12", 2, "May 9, 2025")),
        page(tmp_path / "second.txt", ("A 15B model", 9, "Jun 8, 2023"), ("Week 12", 7, "May 9, 2023")),
        page(tmp_path / "third.txt", ("A 2.5B model", 3, "May 8, 2025"), ("A 25B model", 3, "May 8, 2025")),
    ]
    assert run("import", pages[0]).out == "2 new, 0 updated, 0 unchanged.\n"
    run("mark", "star", "--query", "title:week")
    assert [run("import", one).out for one in pages[1:]] == ["2 new, 0 updated, 0 unchanged.\n"] * 2
    assert [run("import", one).out for one in pages] == ["0 new, 0 updated, 2 unchanged.\n"] * 3
    assert run("list", "is:starred", "--json=title,author_count").json == [{"title": "Week 12", "author_count": 2}]


BIB = f"""\
@misc{{a, eprint={{{HERE}}}, keywords={{To Read, thesis, ⭐}}, annote={{A thought.}}}}
@article{{b, title={{Two}}, journal={{arXiv preprint arXiv:{THERE}}}, keywords={{thesis}}}}
@misc{{e, title={{Two again}}, url={{https://arxiv.org/abs/{THERE}v2}}}}
@inproceedings{{f, title={{Agents that write their own tools}}, annote={{Not taken.}}}}
@book{{c, title={{A book}}}}
@misc{{d, title={{Half a title"""


def test_what_a_library_keeps_comes_in_once(session: Session, run: Run, papers: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(BIB)
    run("note", IDS[1], "--text", "Mine.")
    run("tag", "add", "Thesis", IDS[2])
    session(
        """
        $ import refs.bib --dry-run --star --queue --tag "to see"
        3 papers named, 2 of them here, 1 to come with the next refresh. 3 starred, 3 queued, 3 tagged to see, 1 noted. This was a dry run: nothing was changed.
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   line 6: Half a title
        ! Tags of the files: thesis (2), To Read (1), ⭐ (1). --keep-tags takes them in, --flag 'TAG=queue' one as a mark.
        $ import refs.bib --dry-run --star --jsonl
        {"new": 1, "updated": 0, "unchanged": 2, "skipped": 2, "marks": 4, "papers": 3, "here": 2, "coming": 1, "marked": {"starred": 3, "noted": 1}, "without_id": [{"where": "entry c", "title": "A book"}, {"where": "line 6", "title": "Half a title"}], "labels": {"thesis": 2, "To Read": 1, "⭐": 1}, "dry_run": true, "failed": []}
        $ import refs.bib --keep-tags --star --tag THESIS --flag "to read=queue" --flag ⭐=best
        3 papers named, 2 of them here, 1 to come with the next refresh. 3 starred, 1 queued, 3 tagged Thesis, 1 tagged best, 1 noted. 'dailypapers undo' takes it back.
        ! 2 entries name no arXiv paper:
        !   entry c: A book
        !   line 6: Half a title
        $ note 2606.26740
        A thought.
        $ note 2606.30616
        Mine.
        $ tags
        Thesis	3
        best	1
        $ count is:queued
        1
        $ import refs.bib --keep-tags --star --jsonl
        {"new": 0, "updated": 0, "unchanged": 3, "skipped": 2, "marks": 2, "papers": 3, "here": 2, "coming": 1, "marked": {"tagged To Read": 1, "tagged ⭐": 1}, "without_id": [{"where": "entry c", "title": "A book"}, {"where": "line 6", "title": "Half a title"}], "labels": {}, "dry_run": false, "failed": []}
        """  # noqa: E501
    )
    assert wanted(papers) == [THERE]
    assert run("undo").out == "Taken back: 1 paper tagged To Read, ⭐.\n"
    assert run("undo").out == "Taken back: 3 papers to be fetched; starred; queued; tagged Thesis, best; noted.\n"
    assert run("count", "is:starred OR is:queued OR tag:best").out == "0\n"
    assert wanted(papers) == []


def test_papers_marks_and_feeds_of_several_files_are_told_line_by_line(
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
        2! dailypapers: Name a file to import, - for standard input, or --clipboard.
        $ import --choose
        2! dailypapers import: argument --choose: expected one argument. See 'dailypapers import --help'.
        $ import --choose x
        2! dailypapers: --choose 'x' needs a page's paper and an arXiv id: see 'dailypapers import --choices'.
        $ import --choices refs.bib
        2! dailypapers: --choose and --choices take no files.
        $ import --choices
        0 papers of saved pages still have no arXiv id.
        $ import books.bib --flag =x
        2! dailypapers: --flag '=x' needs a label and a mark: s=star, 'to read=queue', or t=a-tag-of-yours.
        $ import books.bib --flag "s= "
        2! dailypapers: --flag 's= ' needs a label and a mark: s=star, 'to read=queue', or t=a-tag-of-yours.
        $ import books.bib --tag " "
        2! dailypapers: A tag needs a name with letters.
        $ import books.bib --keep-tags --dry-run
        1 paper named, 1 of them here. 1 tagged tag 0, 1 tagged tag 1, 1 tagged tag 2, 1 tagged tag 3, 1 tagged tag 4, 1 tagged tag 5, 1 tagged tag 6, 1 tagged tag 7 and 1 more tag. This was a dry run: nothing was changed.
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
        $ import text.txt days.jsonl --star --dry-run
        2 new, 0 updated, 0 unchanged.
        2 papers named, 1 of them here, 1 to come with the next refresh. 4 starred. This was a dry run: nothing was changed.
        $ import days.jsonl --star --queue
        2 new, 0 updated, 0 unchanged.
        2 starred, 2 queued. 'dailypapers undo' takes it back.
        $ import days.jsonl --dry-run
        0 new, 0 updated, 2 unchanged.
        This was a dry run: nothing was changed.
        $ import text.txt --liked
        2 papers named, 1 of them here, 1 to come with the next refresh. 2 liked. 'dailypapers undo' takes it back.
        $ import text.txt --liked
        2 papers named, 1 of them here, 1 to come with the next refresh.
        $ import feeds.opml --dry-run
        1 feed would be added, 0 already known; nothing was changed.
        ! feeds.opml: outline 2: no web address: ftp://example.org; skipped
        $ import feeds.opml broken.opml text.txt nowhere.bib
        2 papers named, 1 of them here, 1 to come with the next refresh.
        1 feed added, 0 already known; 'dailypapers refresh' fetches them.
        1! feeds.opml: outline 2: no web address: ftp://example.org; skipped
        1! nowhere.bib can't be read: No such file or directory.
        1! broken.opml: The file is cut off or is not XML; export it again.
        1! dailypapers: 2 of 4 files could not be imported.
        $ import feeds.opml --dry-run --jsonl
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "marks": 0, "papers": 0, "here": 0, "coming": 0, "marked": {}, "without_id": [], "labels": {}, "dry_run": true, "feeds": {"added": [], "known": 1}, "failed": []}
        ! feeds.opml: outline 2: no web address: ftp://example.org; skipped
        $ undo
        1! dailypapers: Nothing was undone: a feed was followed or dropped, which 'dailypapers feeds' takes back. Undo again to take back the mark before.
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


def test_what_newsboat_has_read_and_flagged_comes_in(session: Session, papers: Path, tmp_path: Path) -> None:
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
        ! 1 paper has the flag t: add --flag t=star, queue, read or a tag.
        $ import cache.db --flag "t=to read" --keep-tags
        4 papers named, 2 of them here. 1 tagged to read. 'dailypapers undo' takes it back.
        $ import cache.db --flag T=queue
        4 papers named, 2 of them here.
        ! 1 paper has the flag t: add --flag t=star, queue, read or a tag.
        $ list is:read is:starred --jsonl=id
        {"id": "2606.26740"}
        $ list 'tag:"to read"' --jsonl=id
        {"id": "2606.30616"}
        """
    )
    # A feed reader has seen thousands of papers: only a flag asks for one.
    assert wanted(papers) == ["2401.00002"]


def test_the_clipboard_comes_in_by_a_program_of_the_system(
    run: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    assert "No program here can read the clipboard" in run("import", "--clipboard").err
    for name, line in (("wl-paste", "exit 1"), ("xclip", f"echo see https://arxiv.org/abs/{HERE}v2")):
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    assert run("import", "--clipboard", "--queue").out == (
        "1 paper named, 1 of them here. 1 queued. 'dailypapers undo' takes it back.\n"
    )
    (folder / "xclip").unlink()
    assert "wl-paste could not read the clipboard" in run("import", "--clipboard").err


def test_highlights_live_from_a_home_to_zotero_and_back(run: Run, papers: Path, tmp_path: Path) -> None:
    kept = [Passage(passage_id(text), text, section="§3 Method", note="as ours") for text in ("It plans.", "It acts.")]
    with closing(Events.open(papers)) as events:
        events.act([Change(f"{PASSAGE}{one.id}", one.value, [1]) for one in kept])
    before = run("list", "has:highlight", "--json=id,note,highlights").json
    file = tmp_path / "papers.rdf"
    run("export", "has:highlight", "-o", str(file))
    run("undo")
    assert run("count", "has:highlight").out == "0\n"
    assert "2 highlighted. 'dailypapers undo' takes it back." in run("import", str(file)).out
    assert run("list", "has:highlight", "--json=id,note,highlights").json == before
    assert "highlighted" not in run("import", str(file)).out
    assert run("undo").out == "Taken back: 2 passages highlighted in the text.\n"
