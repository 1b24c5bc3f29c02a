"""The front matter of a note: a merge of three, of what was written, what the user made of it, and what holds now."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.actions.citations import CitationKeys
from reader.actions.notes_folder import (
    Facts,
    NotesFolder,
    UnreadableFrontMatter,
    Written,
    front_matter,
    split_front_matter,
    sums_of,
)
from reader.core.paper import Paper
from tests.actions.test_export import WRITTEN
from tests.table import each

BEFORE: dict[str, str | list[str]] = {
    "paper": "2606.30310",
    "title": "A: b # c",
    "tags": ["paper", "agents"],
    "status": "unread",
}
NOW: dict[str, str | list[str]] = BEFORE | {"tags": ["paper", "later"], "status": "read", "marks": ["starred"]}


def rewritten(edited: str, facts: Facts = NOW) -> str:
    return front_matter(facts, edited, sums_of(BEFORE)).removeprefix("---\n").removesuffix("---\n")


def test_values_that_the_user_left_alone_are_rewritten() -> None:
    text = front_matter(BEFORE)
    assert text == ('---\npaper: "2606.30310"\ntitle: "A: b # c"\ntags: ["paper", "agents"]\nstatus: "unread"\n---\n')
    assert rewritten(split_front_matter(f"{text}\nrest")[0]) == (
        'paper: "2606.30310"\ntitle: "A: b # c"\ntags: ["paper", "later"]\nstatus: "read"\nmarks: ["starred"]\n'
    )


OTHER_FORM = "paper: 2606.30310\ntitle: 'A: b # c'\ntags:\n  - paper\n  - agents\nstatus: unread\n"


@each(
    ("edited", "expected"),
    [
        (
            "rating: 5   # of five\npaper: 2606.30310\ntitle: 'My own: title'\n"
            "tags:\n  - paper\n  - agents\n  - mine\nstatus: reading\nlinks: {a: [1, 2]}\n",
            "rating: 5   # of five\npaper: 2606.30310\ntitle: 'My own: title'\n"
            'tags: ["paper", "mine", "later"]\nstatus: reading\nlinks: {a: [1, 2]}\nmarks: ["starred"]\n',
        ),
        # A value that is no list of words stays unchanged, and removed words stay removed.
        ("tags: [[paper]]\n", 'tags: [[paper]]\nmarks: ["starred"]\n'),
        ('paper: "2606.30310"\ntags: ["agents"]\n', 'paper: "2606.30310"\ntags: ["later"]\nmarks: ["starred"]\n'),
        # Another form of the same value is no change: Obsidian writes all properties anew if one is changed.
        (
            OTHER_FORM,
            'paper: 2606.30310\ntitle: \'A: b # c\'\ntags: ["paper", "later"]\nstatus: "read"\nmarks: ["starred"]\n',
        ),
    ],
)
def test_values_that_the_user_changed_stay_as_written(edited: str, expected: str) -> None:
    assert rewritten(edited) == expected
    assert rewritten(OTHER_FORM, BEFORE) == OTHER_FORM


def test_a_fact_that_holds_no_longer_goes_unless_the_user_changed_it() -> None:
    facts: Facts = {"paper": "2606.30310"}
    text = front_matter(BEFORE | {"marks": ["queued"]})
    sums = sums_of(BEFORE | {"marks": ["queued"]})
    assert front_matter(facts, split_front_matter(text)[0], sums) == '---\npaper: "2606.30310"\n---\n'
    assert front_matter(facts, "paper: x\nstatus: done\nmarks: [mine]\n", sums) == (
        "---\npaper: x\nstatus: done\nmarks: [mine]\n---\n"
    )


def test_invalid_front_matter_is_refused() -> None:
    for text in ("", "# Note\n", "---\nno end: 1\n"):
        with pytest.raises(UnreadableFrontMatter):
            split_front_matter(text)
    for text in ("title: [\n", "- a\n", "{a: 1}\n", "? [a]\n: 1\n", "a: &b [*b\n", "[" * 3000):
        with pytest.raises(UnreadableFrontMatter):
            front_matter(NOW, text, {})


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["title", "tags", "url", "year"]), VALUES | st.lists(VALUES, max_size=3)))
def test_written_front_matter_reads_back_unchanged(facts: dict[str, str | list[str]]) -> None:
    facts = {key: value for key, value in facts.items() if value}
    text = front_matter(facts)
    assert front_matter(facts, split_front_matter(text)[0], sums_of(facts)) == text


def test_a_note_holds_all_of_a_paper(two: tuple[Paper, Paper], tmp_path: Path) -> None:
    # The user's own files keep their names.
    for name in ("paper2026-0123456789ab.md", "paper2026-0123456789ab-2.md"):
        (tmp_path / name).write_text("mine")
    folder = NotesFolder(tmp_path, CitationKeys())
    assert [folder.write(paper) for paper in two] == [
        Written(tmp_path / "wang2026-2606.12345.md"),
        Written(tmp_path / "paper2026-0123456789ab-3.md"),
    ]
    assert (tmp_path / "wang2026-2606.12345.md").read_bytes() == (WRITTEN / "note.md").read_bytes()
