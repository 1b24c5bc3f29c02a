"""What is followed, from a script: it is an event as any mark, and says how many papers it has."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run, RunOnTerminal, write_days
from tests.feed_server import item


def test_what_is_followed_is_counted_found_and_taken_back(run: Run, papers: Path) -> None:
    assert (
        run("follow", "list").out.startswith("You follow nothing yet:") and run("follow", "list", "--json").json == []
    )
    said = run("follow", "add", "agents", "author:Nobody Else", "--notify")
    assert said.out == (
        "Nobody Else: no papers here yet; you are notified of new ones. Its query is follow:author:nobody-else\n"
        "agents: 3 papers; you are notified of new ones. Its query is follow:word:agents\n"
    )
    assert run("follow", "add", "Agents").err == "Agents is already followed.\n"
    assert run("count", "follow:agents").out == run("count", "is:followed").out == "3\n"
    run("follow", "quiet", "agents")
    run("mark", "read", "--query", "title:terminal")
    listed = run("follow", "list", "--json").records
    assert listed[1] == {
        "field": "word", "name": "agents", "query": "follow:word:agents", "notify": False, "papers": 3, "unread": 2,
        "perhaps": 0,
    }  # fmt: skip
    assert run("follow", "list").out.splitlines()[1] == "word\t2/3\tagents\tfollow:word:agents\t\t"
    assert run("follow", "remove", "nobody else", "agents", "--json").json == {
        "removed": [
            {"field": "author", "name": "Nobody Else", "query": "follow:author:nobody-else"},
            {"field": "word", "name": "agents", "query": "follow:word:agents"},
        ]
    }
    assert run("count", "is:followed").out == "0\n"
    assert run("undo").out == "Taken back: no longer following Nobody Else, no longer following agents.\n"
    assert run("redo").out.startswith("Redone: no longer following Nobody Else")
    run("undo")
    assert run("follow", "notify", "agents").out.startswith("agents: 3 papers; you are notified of new ones.")
    assert run("follow", "notify", "agents").out == "Nothing to change.\n"
    assert run("follow", "remove", "agents").out == "No longer followed: agents. 'dailypapers undo' takes it back.\n"


def test_a_paper_says_why_it_is_followed(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    id, author = (run("list", "--limit", "1", "--json").records[0][name] for name in ("id", "authors"))
    first, _, last = author[0].rpartition(" ")
    run("follow", "add", f"author:{first[0]}. {last}")
    assert run("show", id, "--json=follows").json == {
        "follows": [
            {
                "field": "author", "name": f"{first[0]}. {last}", "found": author[0], "perhaps": True,
                "query": f"follow:author:{first[0].lower()}-{last.lower()}",
            }
        ]
    }  # fmt: skip
    assert f"\nFollowed: perhaps {first[0]}. {last}: {author[0]}\n" in run("show", id).out
    assert "perhaps" in on_terminal("follow", "list").lines[0]


MISTAKES = (
    (("add",), 2, "Write 'dailypapers follow add author:NAME...'"),
    (("remove",), 2, "Write 'dailypapers follow remove NAME...'"),
    (("add", "author:!"), 2, "'author:!' has no letters."),
    (("add", "topic:agnts"), 2, "There is no topic 'agnts'. Did you mean agents?"),
    (("list", "x"), 2, "Write 'dailypapers follow list'"),
    (("remove", "agens"), 1, "agens is not followed. Did you mean agents?"),
    (("remove", "x"), 1, "x is not followed. 'dailypapers follow list' prints what you follow."),
    (("remove", "agents"), 2, "agents is topic:agents and word:agents. Name one of them."),
    (("quiet", "word:agents", "--notify"), 2, "--notify belongs to 'follow add'."),
)


def test_mistakes_are_told(run: Run, papers: Path) -> None:
    run("follow", "add", "topic:agents", "agents")
    for words, code, says in MISTAKES:
        told = run("follow", *words)
        assert told.code == code and says in told.err


def test_a_name_that_no_paper_has_gets_the_nearest_that_several_have(run: Run, tmp_path: Path, home: Path) -> None:
    people = [{"name": "Kaiming He"}]
    items = [
        item(
            f"2606.0000{n}",
            f"Paper {n}",
            "2026-06-30",
            authors=people,
            organization={"name": "nv", "fullname": "NVIDIA"},
        )
        for n in range(1, 4)
    ]
    assert run("import", str(write_days(tmp_path / "days.jsonl", {"2026-06-30": items}))).code == 0
    assert run("follow", "add", "org:Nvidai").out == (
        "Nvidai: no papers here yet. Did you mean org:NVIDIA? 'dailypapers undo' takes it back."
        " Its query is follow:org:nvidai\n"
    )
    assert "Did you mean author:'Kaiming He'?" in run("follow", "add", "author:Kaimin He").out
    for name in ("org:NVIDIA", "author:Kai Hee", "org:Tsinghua", "Nvidai"):
        assert "Did you mean" not in run("follow", "add", name).out, name
