"""Where the user was in a text, and what was being written: kept whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from reader.core.text import NOTE_LIMIT
from reader.session.bookmarks import MAX_BOOKMARKS, Bookmark, bookmark, find, load, save
from reader.session.drafts import Drafts
from tests.table import each
from tests.ui.full_texts import document

# Bookmarks


METHOD = 14
"""The block with the heading of the second section of `document`."""


def test_the_same_text_is_opened_at_the_very_line() -> None:
    text = document()
    for place in ((0, -1), (METHOD + 3, 200), (len(text.blocks) - 1, 5)):
        assert find(bookmark(text, "arxiv.org", *place), text, "arxiv.org") == place


def test_another_edition_is_opened_at_the_same_share() -> None:
    plain = replace(document(), blocks=document().blocks[1:METHOD])
    longer = replace(plain, blocks=plain.blocks * 2)
    for letter, place in ((-1, (13, 42)), (0, (13, 42)), (100, (14, 197))):
        assert find(bookmark(plain, "feed", 7, letter), longer, "feed") == place
    assert find(Bookmark("other", share=1.0), longer, "feed") == (25, 394)
    empty = replace(plain, blocks=())
    assert find(bookmark(plain, "feed", 7, 0), empty, "feed") == (0, 0)


def test_bookmarks_are_kept_in_a_file_the_latest_last(tmp_path: Path) -> None:
    file = tmp_path / "bookmarks.json"
    mark = Bookmark("arxiv.org v1 9", 3, 40, 0.25)
    assert load(file) == {}
    save(file, {"2605.00001": mark})
    save(file, {"2605.00002": mark})
    save(file, {"2605.00001": mark._replace(block=5)})
    assert list(load(file).items()) == [("2605.00002", mark), ("2605.00001", mark._replace(block=5))]
    assert file.stat().st_mode & 0o077 == 0
    save(file, {f"2605.{number:05}": mark for number in range(MAX_BOOKMARKS + 5)})
    assert len(load(file)) == MAX_BOOKMARKS and f"2605.{MAX_BOOKMARKS + 4:05}" in load(file)


@each(
    "text",
    [
        *("", "{", "[]", '{"a": 1}', "[" * 100_000, '{"a": "\ud800"}'),
        *('{"a": ["v1", -1, 0, "", 0.5]}', '{"a": ["v1", 1, 0, "", 2]}'),
        *('{"a": ["v1", 1, 0, ""]}', '{"a": ["v1", "1", 0, "", 0.5]}'),
    ],
)
def test_invalid_bookmarks_are_dropped(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bookmarks.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert load(file) == {}
    save(file, {"2605.00001": Bookmark("v1")})
    assert list(json.loads(file.read_text())) == ["2605.00001"]


def test_what_older_and_newer_programs_add_to_a_bookmark_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "bookmarks.json"
    one = Bookmark("arxiv v1 3", 1, 2, 0.5)
    file.write_text(
        json.dumps(
            {"2401.00001": ["arxiv v1 3", 1, 2, "2\tmethod", 0.5, [["arxiv v1 3", 0, 0, "", 0]], "wide"], "form": 2}
        )
    )
    assert load(file) == {"2401.00001": one}


# Drafts


def test_a_draft_is_there_until_it_is_dropped(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.read("2605.00400") is None and drafts.newest() is None
    drafts.drop("2605.00400")
    drafts.write("2605.00400", "One.")
    drafts.write("2605.00400", "Two.\nThree.")
    assert drafts.read("2605.00400") == "Two.\nThree."
    assert (tmp_path / "drafts" / "2605.00400.md").stat().st_mode & 0o77 == 0
    drafts.write("2605.00401", "Later.")
    os.utime(drafts.file("2605.00401"), (1, 1))
    assert drafts.newest() == "2605.00400"
    drafts.drop("2605.00400")
    assert drafts.read("2605.00400") is None
    for name in (".2605.00402.md", "2605.00403.txt"):
        (tmp_path / "drafts" / name).touch()
    assert drafts.newest() == "2605.00401"


def test_what_another_program_wrote_is_cleaned_and_bounded(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.file("1").write_bytes(b"\xff\x1b[31mred\r\n" + b"x" * (5 * NOTE_LIMIT))
    text = drafts.read("1")
    assert text is not None
    assert text.startswith("\ufffdred\nx") and len(text) <= NOTE_LIMIT
    drafts.file("2").mkdir()
    assert drafts.read("2") is None


def test_an_id_with_other_signs_names_a_file_in_the_folder(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.write("math/0309136", "Old.")
    drafts.write("page:0123456789ab", "Page.")
    assert drafts.read("math/0309136") == "Old." and drafts.newest() == "page:0123456789ab"
    assert {file.parent for file in tmp_path.rglob("*.md")} == {tmp_path}
