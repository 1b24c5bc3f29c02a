"""The front matter of a note keeps what is the user's own, and a note holds all of a paper."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.actions.citations import CitationKeys
from reader.actions.notes_folder import NotesFolder, Written, front_matter, split_front_matter
from reader.core.paper import Paper
from tests.actions.test_export import WRITTEN
from tests.table import each

FACTS: dict[str, str | list[str] | None] = {
    "paper": "2606.30310",
    "title": "A: b # c",
    "tags": ["paper", "agents"],
    "status": "read",
    "venue": "",
}
WRITTEN_FACTS = 'paper: "2606.30310"\ntitle: "A: b # c"\ntags: ["paper", "agents"]\nstatus: "read"\n'


def rewritten(before: str) -> str:
    return front_matter(FACTS, before).removeprefix("---\n").removesuffix("---\n")


@each(
    ("before", "expected"),
    [
        ("", WRITTEN_FACTS),
        (WRITTEN_FACTS, WRITTEN_FACTS),
        # The program's properties are written anew, also in another form; one that holds no longer goes.
        ("status: unread\nvenue: ICML\ntitle: >\n  Of two\n  lines\n", WRITTEN_FACTS),
        # The user's properties and comments stay as they are, in their order.
        (
            "# mine\nrating: 5   # of five\nstatus: x\n# next\nlinks: {a: [1, 2]}\n'two words':\n  - a: 1\n",
            f"{WRITTEN_FACTS}# mine\nrating: 5   # of five\n# next\nlinks: {{a: [1, 2]}}\n'two words':\n  - a: 1\n",
        ),
        ("a:b: 1\n? [x]\n: 1\n", f"{WRITTEN_FACTS}a:b: 1\n? [x]\n: 1\n"),
        # Text that is no mapping stays at the beginning.
        ("{a: 1}\n", "{a: 1}\n" + WRITTEN_FACTS),
    ],
)
def test_the_users_own_properties_stay(before: str, expected: str) -> None:
    assert rewritten(before) == expected


@each(
    "tags",
    [
        'tags: ["mine", "agents"]\n',
        "tags: [mine, agents]\n",
        "tags:\n  - paper\n  - mine\n",
        "tags:\n- 'mine'\n",
        'tags:\n  - "mine"\n',
        "tags: mine\n",
        '"tags": mine\n',
    ],
)
def test_tags_that_the_user_adds_stay(tags: str) -> None:
    assert rewritten(tags) == WRITTEN_FACTS.replace('"agents"]', '"agents", "mine"]')


def test_a_file_without_front_matter_is_refused() -> None:
    assert [split_front_matter(text) for text in ("", "# Note\n", "---\nno end: 1\n")] == [None, None, None]
    assert split_front_matter("\ufeff---\na: 1\n---\nrest") == "a: 1\n"


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028\u2029"), max_size=20)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["title", "tags", "url", "aliases"]), VALUES | st.lists(VALUES, max_size=3)))
def test_written_front_matter_reads_back_unchanged(facts: dict[str, str | list[str] | None]) -> None:
    text = front_matter(facts)
    before = split_front_matter(text)
    assert before is not None
    assert front_matter(facts, before) == text


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
