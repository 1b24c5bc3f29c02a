"""Tags, notes and the queue from a script."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import IDS, Run, RunOnTerminal, Spawn
from tests.table import each


def test_a_tag_is_given_found_and_taken_away(run: Run, papers: Path) -> None:
    found = run("tag", "add", "to read", IDS[0], f"https://arxiv.org/abs/{IDS[1]}v2", IDS[0])
    assert found.out == "2 papers tagged to read. 'dailypapers undo' takes it back.\n"
    assert run("list", 'tag:"to read"', "--json=id").json == [{"id": IDS[0]}, {"id": IDS[1]}]
    assert run("show", IDS[0], "--json").record["tags"] == ["to read"]
    again = "Nothing to change: 1 paper, and all are tagged to read already.\n"
    assert run("tag", "add", "to read", IDS[0]).out == again
    assert run("tag", "remove", "to read", IDS[0]).out.startswith("1 paper untagged to read.")
    assert run("count", 'tag:"to read"').out == "1\n"
    assert run("undo").out == "Taken back: 1 paper untagged to read.\n"
    assert run("count", 'tag:"to read"').out == "2\n"


def test_a_tag_is_the_same_whatever_its_capitals(run: Run, papers: Path) -> None:
    run("tag", "add", "Évals", IDS[0])
    assert run("tag", "add", "évals", IDS[1]).out.startswith("1 paper tagged Évals.")
    assert run("tags", "--json").json == [{"name": "Évals", "papers": 2}]
    assert run("tag", "remove", "ÉVALS", IDS[0], "--json").record["changed"] == 1
    run("tag", "rename", "évals", "évals")
    assert run("tags", "--json").json == [{"name": "évals", "papers": 1}]


def test_all_papers_of_a_query_are_tagged_at_once(run: Run, papers: Path) -> None:
    assert run("tag", "add", "a", "--query", "agents", "--dry-run").out.startswith("3 papers would be tagged a;")
    assert run("tags", "--json").json == []
    assert run("tag", "add", "a", "--query", "agents", "--json").json == {
        "tag": "a", "papers": 3, "changed": 3, "dry_run": False,
    }  # fmt: skip
    assert run("tag", "remove", "a", "--query", "tag:a -title:terminal").out.startswith("2 papers untagged a.")
    assert run("tag", "add", "a", "--query", "xylophone").out == "Nothing matches.\n"


def test_renaming_merges_and_is_one_step_of_undo(run: Run, papers: Path) -> None:
    run("tag", "add", "a", *IDS[:3])
    run("tag", "add", "b", *IDS[2:4])
    assert run("tag", "rename", "a", "b", "--dry-run").out.startswith("3 papers would be renamed to b;")
    assert run("tag", "rename", "a", "b").out.startswith("3 papers renamed to b.")
    assert run("tags", "--json").json == [{"name": "b", "papers": 4}]
    assert run("undo").out == "Taken back: 3 papers tagged b, untagged a.\n"
    assert run("tags", "--json").json == [{"name": "a", "papers": 3}, {"name": "b", "papers": 2}]


@each(
    ("words", "said"),
    [
        (("tag", "add", "a"), "Name the papers"),
        (("tag", "add", "a", "1", "--query", "x"), "Name the papers"),
        (("tag", "add", "a", "--query", " "), "pass --all"),
        (("tag", "add", " ", IDS[0]), "A tag needs a name"),
        (("tag", "add", "a", "2401.00001"), "'2401.00001' is not in the cache"),
        (("tag", "rename", "a"), "Name the tag and its new name"),
        (("tag", "rename", "later", "b"), "No paper has the tag 'later'. Did you mean latter?"),
        (("tag", "rename", "latter", "latter"), "The tag already has the name 'latter'."),
        (("tag", "ad", "a", IDS[0]), "Did you mean add?"),
        (("note", "2401.00001"), "is not in the cache"),
    ],
)
def test_what_can_not_be_done_is_said(run: Run, papers: Path, words: tuple[str, ...], said: str) -> None:
    run("tag", "add", "latter", IDS[0])
    found = run(*words)
    assert found.code and said in found.err
    assert run("tags", "--json").json == [{"name": "latter", "papers": 1}]


def test_tags_are_listed_for_people_and_programs(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    assert run("tags").out == ""
    assert on_terminal("tags").out == "You have no tags yet. 'dailypapers tag add NAME ID' makes one.\n"
    run("tag", "add", "a", *IDS[:3])
    run("tag", "add", "to read", IDS[0])
    assert run("tags").lines == ["a\t3", "to read\t1"]
    assert on_terminal("tags").lines == ["a        3", "to read  1"]


def test_a_note_is_written_printed_and_removed(run: Run, papers: Path) -> None:
    assert run("note", IDS[0]).out == ""
    assert "has no note" in run("note", IDS[0]).err
    assert run("note", IDS[0], "--text", "# Mine\n\n- äöü\n").out.startswith(f"The note of {IDS[0]} was written.")
    assert run("note", IDS[0]).out == "# Mine\n\n- äöü\n"
    assert run("note", IDS[0], "--json").json == {"id": IDS[0], "note": "# Mine\n\n- äöü"}
    assert run("show", IDS[0], "--json").record["note"] == "# Mine\n\n- äöü"
    assert run("count", "has:note").out == "1\n"
    assert run("note", IDS[0], "--text", "# Mine\n\n- äöü").out.startswith("Nothing to change")
    assert run("note", IDS[0], "--text", "").out.startswith(f"The note of {IDS[0]} was removed.")
    assert run("show", IDS[0], "--json").record["note"] is None
    assert run("undo").out == "Taken back: 1 paper without a note.\n"
    assert run("undo").out == "Taken back: 1 paper noted.\n"
    assert run("count", "has:note").out == "0\n"


def test_a_note_comes_from_standard_input(spawn: Spawn, run: Run, papers: Path) -> None:
    assert spawn("note", IDS[0], "--text", "-", input="\nTwo\r\n  lines \x1b[31m\n").code == 0
    assert run("note", IDS[0]).out == "Two\n  lines\n"
    assert spawn("note", IDS[0], "--text", "-", input="- one\n- two").code == 0
    assert run("show", IDS[0], "--json").record["note"] == "- one\n- two"


def test_the_queue_has_its_own_order(run: Run, papers: Path) -> None:
    assert run("mark", "queue", IDS[3], IDS[0], IDS[4]).out.startswith("3 papers marked queued.")
    run("mark", "queue", IDS[1])
    ordered = [IDS[3], IDS[0], IDS[4], IDS[1]]
    assert [one["id"] for one in run("list", "is:queued", "sort:queue", "--json=id").records] == ordered
    assert [one["id"] for one in run("list", "is:queued", "sort:-queue", "--json=id").records] == ordered[::-1]
    assert [one["id"] for one in run("list", "sort:queue", "--json=id").records][:4] == ordered
    assert run("list", "sort:queue", "--json=queued").records[3:5] == [{"queued": True}, {"queued": False}]
    assert run("mark", "unqueue", IDS[0]).out.startswith("1 paper marked no longer queued.")
    assert run("count", "-is:queued").out == "3\n"
    run("undo")
    run("undo")
    assert [one["id"] for one in run("list", "is:queued", "sort:queue", "--json=id").records] == ordered[:3]


def test_a_query_is_queued_in_its_order(run: Run, papers: Path) -> None:
    listed = [one["id"] for one in run("list", "sort:title", "--json=id").records]
    assert run("mark", "queue", "--all", "--query", "sort:title", "--json").record["changed"] == len(IDS)
    assert [one["id"] for one in run("list", "sort:queue", "--json=id").records] == listed


def test_shells_complete_tags(run: Run, papers: Path) -> None:
    run("tag", "add", "Later", IDS[0])
    run("tag", "add", "to read", IDS[0])
    for words in (("tag", "add", "l"), ("tag", "rename", "l"), ("tag", "rename", "x", "l"), ("tag", "remove", "L")):
        assert [line.partition("\t")[0] for line in run("completions", "answer", "--", *words).lines] == ["Later"]
