"""What is followed, from a script: it is an event as any mark, and says how many papers it has."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run, Session, write_days
from tests.feed_server import item


def test_follows_are_counted_found_and_undone(session: Session, papers: Path) -> None:
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
        Taken back: no longer following nobody else, no longer following agents.
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


def test_a_paper_says_why_it_is_followed(session: Session, run: Run, papers: Path) -> None:
    session(
        """
        $ follow add "author:A. Example"
        A. Example: 5 papers, 5 of them possibly by someone else. Its query is follow:author:a-example
        $ show 2606.26740 --jsonl=follows
        {"follows": [{"field": "author", "name": "A. Example", "query": "follow:author:a-example", "found": "Ada Example", "perhaps": true}]}
        @ follow list
        author  5/5  A. Example  follow:author:a-example  5 perhaps
        """  # noqa: E501
    )


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


def test_a_name_that_no_paper_has_gets_the_nearest_that_several_have(session: Session, tmp_path: Path) -> None:
    shared = {"authors": [{"name": "Kaiming He"}], "organization": {"name": "nv", "fullname": "NVIDIA"}}
    items = [item(f"2606.0000{n}", f"Paper {n}", "2026-06-30", **shared) for n in range(1, 4)]
    write_days(tmp_path / "days.jsonl", {"2026-06-30": items})
    session(
        """
        $ import days.jsonl
        3 new, 0 updated, 0 unchanged.
        $ follow add org:Nvidai
        Nvidai: no papers here yet. Did you mean org:NVIDIA? 'dailypapers undo' takes it back. Its query is follow:org:nvidai
        $ follow add "author:Kaimin He"
        Kaimin He: no papers here yet. Did you mean author:'Kaiming He'? 'dailypapers undo' takes it back. Its query is follow:author:kaimin-he
        $ follow add author:He
        He: no papers here yet. Did you mean author:'Kaiming He'? 'dailypapers undo' takes it back. Its query is follow:author:he
        $ follow add org:NVIDIA "author:Kaming Hoo" org:Tsinghua Nvidai
        Kaming Hoo: no papers here yet. Its query is follow:author:kaming-hoo
        NVIDIA: 3 papers. Its query is follow:org:nvidia
        Tsinghua: no papers here yet. Its query is follow:org:tsinghua
        Nvidai: no papers here yet. Its query is follow:word:nvidai
        """  # noqa: E501
    )
