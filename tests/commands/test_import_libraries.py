"""What other programs keep comes in: papers that are here, those that a refresh fetches, marks, and what is none."""

from __future__ import annotations

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
from tests.commands.conftest import IDS, Run
from tests.feed_server import FeedServer, item
from tests.feeds.files.test_libraries import newsboat

TODAY = datetime.now(UTC).date().isoformat()

HERE, THERE = IDS[0], "2401.00001"

BIB = f"""@misc{{a, title={{One}}, eprint={{{HERE}}}, archivePrefix={{arXiv}}}}
@article{{b, title={{Two}}, journal={{arXiv preprint arXiv:{THERE}}}}}
@book{{c, title={{A book}}, year=1999}}
@inproceedings{{d, title={{Agents that write their own tools}}, booktitle={{NeurIPS}}}}
@misc{{e, title={{Two again}}, url={{https://arxiv.org/abs/{THERE}v2}}}}
"""


@pytest.fixture
def library(tmp_path: Path) -> str:
    file = tmp_path / "refs.bib"
    file.write_text(BIB)
    return str(file)


def wanted(papers: Path) -> list[str]:
    with closing(Feeds.open(papers)) as feeds:
        return feeds.lost("2026-01-01", 100)


def test_a_library_comes_in_and_twice_is_once(run: Run, papers: Path, library: str) -> None:
    found = run("import", library, "--star", "--tag", "thesis", "--queue")
    assert found.out == (
        "3 papers named, 2 of them here, 1 to come with the next refresh. 3 starred, 3 queued, 3 tagged thesis."
        " 'dailypapers undo' takes it back.\n"
    )
    assert found.err == "1 entry names no arXiv paper:\n  entry c: A book\n"
    assert wanted(papers) == [THERE]
    assert run("count", "is:starred is:queued tag:thesis").out == "2\n"
    again = run("import", library, "--star", "--tag", "Thesis", "--queue")
    assert again.out == "3 papers named, 2 of them here, 1 to come with the next refresh.\n"
    assert run("undo").out == "Taken back: 3 papers to be fetched, starred, queued, tagged thesis.\n"
    assert wanted(papers) == []
    assert run("count", "is:starred OR is:queued OR tag:thesis").out == "0\n"
    assert run("undo").out == "There is nothing to take back.\n"


def test_a_program_is_told_of_each_paper(run: Run, papers: Path, library: str) -> None:
    told = {
        "new": 1, "updated": 0, "unchanged": 2, "skipped": 1, "marks": 3, "papers": 3, "here": 2, "coming": 1,
        "marked": {"starred": 3}, "without_id": [{"where": "entry c", "title": "A book"}],
        "labels": {},
        "dry_run": True, "failed": [],
    }  # fmt: skip
    assert run("import", library, "--star", "--dry-run", "--json").json == told
    assert wanted(papers) == []
    assert run("import", library, "--star", "--json").json == told | {"dry_run": False}
    assert run("import", library, "--star", "--json").json == told | {
        "new": 0, "unchanged": 3, "marks": 0, "marked": {}, "dry_run": False,
    }  # fmt: skip


def test_liked_papers_teach_and_are_marked_no_other_way(run: Run, papers: Path, library: str) -> None:
    said = run("import", library, "--liked")
    assert said.out.startswith("3 papers named, 2 of them here, 1 to come with the next refresh. 3 liked. ")
    assert run("count", "is:starred").out == run("count", "is:queued").out == "0\n"
    assert run("show", HERE, "--json=for_you").record["for_you"]["score"] > 0
    assert " liked." not in run("import", library, "--liked").out
    assert wanted(papers) == [THERE]
    assert run("undo").out.startswith("Taken back:")
    assert run("show", HERE, "--json=for_you").record["for_you"]["score"] == 0


def test_the_next_refresh_brings_the_papers_with_their_marks(
    run: Run, papers: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer({TODAY: [item(THERE, "Two", TODAY, upvotes=7)]}, today=TODAY) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        run("import", library, "--tag", "thesis")
        assert run("show", THERE).code == 1
        assert run("refresh", "--days", "1").code == 0
        found = run("show", THERE, "--json").record
    assert (found["title"], found["upvotes"], found["tags"]) == ("Two", 7, ["thesis"])
    assert wanted(papers) == []


def test_wanted_papers_are_in_an_export(
    run: Run, papers: Path, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", library)
    file = str(tmp_path / "all.json")
    run("export", "--all", "-o", file)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "new"))
    run("import", file)
    assert wanted(tmp_path / "new" / "papers.db") == [THERE]


def test_what_newsboat_has_read_and_flagged_comes_in(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache.db"
    newsboat(
        file,
        ("g", f"https://arxiv.org/abs/{IDS[0]}", 1, "s"),
        (f"oai:arXiv.org:{IDS[0]}v1", "", 0, None),
        ("g", f"https://arxiv.org/abs/{IDS[1]}", 1, "t"),
        ("g", f"https://arxiv.org/abs/{THERE}", 0, None),
        ("g", "https://arxiv.org/abs/2401.00002", 1, "s"),
    )
    found = run("import", str(file))
    assert found.out == "4 papers named, 2 of them here. 2 read, 2 starred. 'dailypapers undo' takes it back.\n"
    assert found.err == "1 paper has the flag t: add --flag t=star, queue, read or a tag.\n"
    assert run("import", str(file), "--flag", "t=to read").out.startswith(
        "4 papers named, 2 of them here. 1 tagged to read."
    )
    assert run("list", "is:read is:starred", "--json=id").json == [{"id": IDS[0]}]
    assert run("list", 'tag:"to read"', "--json=id").json == [{"id": IDS[1]}]
    # A feed reader has seen thousands of papers: only a flag asks for one.
    assert wanted(papers) == ["2401.00002"]
    assert run("import", str(file), "--flag", "t=to read").out == "4 papers named, 2 of them here.\n"


def test_the_tags_of_a_library_come_along_if_asked(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    file.write_text(
        f"@misc{{a, eprint={{{IDS[0]}}}, keywords={{To Read, thesis, ⭐}}}}\n"
        f"@misc{{b, eprint={{{IDS[1]}}}, keywords={{thesis}}}}\n"
    )
    assert run("import", str(file)).err == (
        "Tags of the files: thesis (2), To Read (1), ⭐ (1)."
        " --keep-tags takes them in, --flag 'TAG=queue' one as a mark.\n"
    )
    run("tag", "add", "Thesis", IDS[2])
    found = run("import", str(file), "--keep-tags", "--flag", "to read=queue", "--flag", "⭐=star")
    assert found.out.startswith("2 papers named, 2 of them here. 1 starred, 1 queued, 2 tagged Thesis.")
    assert found.err == ""
    assert run("tags", "--json").json == [{"name": "Thesis", "papers": 3}]
    assert run("count", "is:queued is:starred").out == "1\n"
    assert run("import", str(file), "--dry-run", "--json").record["labels"] == {"thesis": 2, "To Read": 1, "⭐": 1}
    file.write_text(f"@misc{{a, eprint={{{IDS[0]}}}, keywords={{{', '.join(f'new {n}' for n in range(9))}}}}}\n")
    assert "tagged new 7 and 1 more tag. " in run("import", str(file), "--keep-tags", "--dry-run").out


def test_the_notes_of_a_library_come_along_where_there_is_none(run: Run, papers: Path, tmp_path: Path) -> None:
    run("note", IDS[1], "--text", "Mine.")
    file = tmp_path / "refs.bib"
    noted = [f"@misc{{k{id}, eprint={{{id}}}, annote={{A thought about {id}.}}}}" for id in (*IDS[:2], THERE)]
    file.write_text("\n".join(noted))
    assert "2 noted. 'dailypapers undo' takes it back." in run("import", str(file)).out
    assert run("note", IDS[0]).out == f"A thought about {IDS[0]}.\n"
    assert run("note", IDS[1]).out == "Mine.\n"
    assert "noted" not in run("import", str(file)).out
    run("undo")
    assert run("count", "has:note").out == "1\n"


@pytest.mark.parametrize("flag", ["s", "=star", "s=", " = "])
def test_a_flag_needs_a_label_and_a_mark(run: Run, papers: Path, library: str, flag: str) -> None:
    found = run("import", library, "--flag", flag)
    assert found.code == 2 and "--flag" in found.err


def test_records_are_marked_too(run: Run, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "days.json"
    file.write_text(json.dumps([{"date": "2026-06-30", "items": [item(THERE, "Two"), item("2401.00002", "Three")]}]))
    found = run("import", str(file), "--star", "--dry-run")
    assert found.out == "2 new, 0 updated, 0 unchanged.\n2 starred. This was a dry run: nothing was changed.\n"
    assert run("count").out == "0\n"
    assert run("import", str(file), "--star", "--queue").out == (
        "2 new, 0 updated, 0 unchanged.\n2 starred, 2 queued. 'dailypapers undo' takes it back.\n"
    )
    assert run("count", "is:starred is:queued").out == "2\n"
    assert run("import", str(file), "--dry-run").out.startswith("0 new, 0 updated, 2 unchanged.")


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
    assert run("import").code == 2


def test_a_list_of_feeds_is_followed(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://example.org/a.xml"/>'
        '<outline text="B" xmlUrl="ftp://example.org"/></body></opml>'
    )
    assert run("import", str(file), "--dry-run").out == "1 feed would be added, 0 already known; nothing was changed.\n"
    found = run("import", str(file))
    assert found.out == "1 feed added, 0 already known; 'dailypapers refresh' fetches them.\n"
    assert "outline 2: no web address" in found.err
    assert run("import", str(file), "--json").record["feeds"] == {"added": [], "known": 1}
    file.write_text("<opml")
    assert run("import", str(file)).code == 1


def test_an_entry_that_is_cut_off_is_listed(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "cut.bib"
    file.write_text(f"@misc{{a, eprint={{{HERE}}}}}\n@misc{{b, title={{Half a title", "utf-8")
    found = run("import", str(file), "--tag", "thesis")
    assert found.out.startswith("1 paper named, 1 of them here.")
    assert found.err == "1 entry names no arXiv paper:\n  line 2: Half a title\n"


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
