"""What is followed, from a script: it is an event as any mark, and says how many papers it has."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run, RunOnTerminal, Session, write_days
from tests.feed_server import item


def test_what_is_followed_is_counted_found_and_taken_back(session: Session, papers: Path) -> None:
    session(
        """
        $ follow
        You follow nothing yet: try 'dailypapers follow add author:NAME', or press w on a paper.
        $ follow list --jsonl
        $ follow add agents "author:Nobody Else" --notify
        Nobody Else: no papers here yet; you are notified of new ones. Its query is follow:author:nobody-else
        agents: 3 papers; you are notified of new ones. Its query is follow:word:agents
        $ follow add Agents
        Nothing to change.
        ! Agents is already followed.
        $ follow add agents author:Bo --notify
        Bo: no papers here yet; you are notified of new ones. Did you mean author:'Bo Sample'? 'dailypapers undo' takes it back. Its query is follow:author:bo
        ! agents is already followed.
        $ count follow:agents
        3
        $ follow quiet agents
        agents: 3 papers. Its query is follow:word:agents
        $ mark read --query title:terminal
        1 paper marked read. 'dailypapers undo' takes it back.
        $ follow list --jsonl
        {"field": "author", "name": "Bo", "query": "follow:author:bo", "notify": true, "papers": 0, "unread": 0, "perhaps": 0}
        {"field": "author", "name": "Nobody Else", "query": "follow:author:nobody-else", "notify": true, "papers": 0, "unread": 0, "perhaps": 0}
        {"field": "word", "name": "agents", "query": "follow:word:agents", "notify": false, "papers": 3, "unread": 2, "perhaps": 0}
        $ follow list
        author	0/0	Bo	follow:author:bo		notify
        author	0/0	Nobody Else	follow:author:nobody-else		notify
        word	2/3	agents	follow:word:agents
        @ follow
        author  0/0  Bo           follow:author:bo             notify
        author  0/0  Nobody Else  follow:author:nobody-else    notify
        word    2/3  agents       follow:word:agents
        $ follow remove "nobody else" agents --jsonl
        {"removed": [{"field": "author", "name": "Nobody Else", "query": "follow:author:nobody-else"}, {"field": "word", "name": "agents", "query": "follow:word:agents"}]}
        $ count is:followed
        0
        $ undo
        Taken back: no longer following Nobody Else, no longer following agents.
        $ follow notify agents
        agents: 3 papers; you are notified of new ones. Its query is follow:word:agents
        $ follow notify agents
        Nothing to change.
        $ follow quiet agents author:bo --jsonl
        {"field": "author", "name": "Bo", "query": "follow:author:bo", "notify": false, "papers": 0, "unread": 0, "perhaps": 0}
        {"field": "word", "name": "agents", "query": "follow:word:agents", "notify": false, "papers": 3, "unread": 2, "perhaps": 0}
        $ follow remove agents bo
        No longer followed: agents, Bo. 'dailypapers undo' takes it back.
        """  # noqa: E501
    )


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


def test_mistakes_are_told(session: Session, papers: Path) -> None:
    session(
        """
        $ follow add topic:agents agents
        agents: 3 papers. Its query is follow:topic:agents
        agents: 3 papers. Its query is follow:word:agents
        $ follow add
        2! dailypapers: Write 'dailypapers follow add author:NAME...', with quotes around names that have spaces.
        $ follow add author:!
        2! dailypapers: 'author:!' has no letters.
        $ follow add x topic:agnts
        2! dailypapers: 'x' is too short: nearly every paper matches.
        $ follow list x
        2! dailypapers: Write 'dailypapers follow list'.
        $ follow remove agens
        1! dailypapers: agens is not followed. Did you mean agents?
        $ follow remove x
        1! dailypapers: x is not followed. 'dailypapers follow list' prints what you follow.
        $ follow remove agents
        2! dailypapers: agents is topic:agents and word:agents. Name one of them.
        $ follow quiet word:agents --notify
        2! dailypapers: --notify belongs to 'follow add'. 'follow notify NAME' is for what you already follow.
        """
    )


def test_a_name_that_no_paper_has_gets_the_nearest_that_several_have(run: Run, tmp_path: Path, home: Path) -> None:
    shared = {"authors": [{"name": "Kaiming He"}], "organization": {"name": "nv", "fullname": "NVIDIA"}}
    items = [item(f"2606.0000{n}", f"Paper {n}", "2026-06-30", **shared) for n in range(1, 4)]
    assert run("import", str(write_days(tmp_path / "days.jsonl", {"2026-06-30": items}))).code == 0
    assert run("follow", "add", "org:Nvidai").out == (
        "Nvidai: no papers here yet. Did you mean org:NVIDIA? 'dailypapers undo' takes it back."
        " Its query is follow:org:nvidai\n"
    )
    assert "Did you mean author:'Kaiming He'?" in run("follow", "add", "author:Kaimin He").out
    for name in ("org:NVIDIA", "author:Kai Hee", "org:Tsinghua", "Nvidai"):
        assert "Did you mean" not in run("follow", "add", name).out, name
