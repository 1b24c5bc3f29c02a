"""Standing queries from a script: views, follows, rules and muted words; the settings file stays the user's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.commands.conftest import Session, write_days
from tests.feed_server import item


def test_views_are_added_listed_moved_renamed_hidden_and_removed(session: Session, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text(mine := '# Mine.\ntheme = "dark"\n')
    session(
        """
        $ views list
        There are none yet. 'dailypapers views add NAME QUERY' saves a query.
        $ views add a agents
        a is saved; its key in the reader is g1.
        $ views add long-name title:x upvotes:>3 --jsonl
        {"views": ["long-name"], "did": "add"}
        $ views add c title:c
        c is saved; its key in the reader is g3.
        @ views list
        g1  a          show  3/3  agents
        g2  long-name  show  0/0  title:x upvotes:>3
        g3  c          show  0/0  title:c
        $ views save A agents -title:web
        a is now: agents -title:web
        $ views move c 1
        c is in place 1.
        $ views move c 1
        c is in place 1.
        $ views rename A "first letter"
        a is now first letter.
        $ views rename "first letter" "First letter"
        first letter is now First letter.
        $ views save "first letter" agents --then show,tag:bots
        First letter is now: agents
        $ views list --jsonl
        {"name": "c", "query": "title:c", "then": ["show"], "key": "g1", "unread": 0, "papers": 0}
        {"name": "First letter", "query": "agents", "then": ["show", "tag:bots"], "key": "g2", "unread": 3, "papers": 3}
        {"name": "long-name", "query": "title:x upvotes:>3", "then": ["show"], "key": "g3", "unread": 0, "papers": 0}
        $ views remove C "first LETTER"
        c is removed. It was: title:c
        First letter now only does this: tag bots. It was: agents
        @ views list
            First letter  tag bots  3/3  agents
        g1  long-name     show      0/0  title:x upvotes:>3
        $ views save both agents --then mute,run --run "wc -w"
        both is saved: mute, run. 'dailypapers views edit' changes it.
        $ views remove both --then run
        both now only does this: mute. It was: agents
        $ views list --then mute --jsonl
        {"name": "both", "query": "agents", "then": ["mute"], "key": null, "unread": 3, "papers": 3}
        $ views remove both
        both is removed. It was: agents
        $ views hide Trending
        trending is hidden.
        $ views hide trending
        trending is hidden.
        @ views list --then unlist
          without trending  unlist  0/0  view:trending
        $ views unhide trending
        trending is listed again.
        $ undo
        Taken back: removed without trending.
        @ views list --then unlist
          without trending  unlist  0/0  view:trending
        """
    )
    assert (home / "config.toml").read_text() == mine


def test_impossible_changes_of_views_are_refused(session: Session, papers: Path, home: Path) -> None:
    file = home / "config.toml"
    file.write_text(text := '[[views]]\nname = "evals"\nquery = "x"\n[[views]]\nname = "other"\nquery = "y"\n')
    session(
        """
        $ views add a
        2! dailypapers: Write 'dailypapers views add NAME QUERY...', with quotes around names that have spaces.
        $ views add --then hide
        2! dailypapers: Write 'dailypapers views add QUERY...', with quotes around names that have spaces.
        $ views add a " "
        2! dailypapers: A view needs a query: dailypapers views add NAME QUERY.
        $ views add a topic:agnets
        2! dailypapers: There is no topic 'agnets'. Did you mean agents?
        $ views add --then hide topic:agnets
        2! dailypapers: There is no topic 'agnets'. Did you mean agents?
        $ views add a is:unred
        2! dailypapers: The query is wrong at 'unred': is: takes unread, read, starred, queued, hidden, new, trending, opened, finished, passed, followed, highlighted or muted, not “unred”. Did you mean unread?
        $ views add " a" x
        2! dailypapers: The name of a view must be a name of at most 60 characters, without control characters, or spaces at its ends, not " a".
        $ views add Evals x
        1! dailypapers: There is already a view 'Evals'. 'views save' gives it another query.
        $ views add --then smell x
        2! dailypapers views: argument --then: 'smell' has "smell", which can't be done. See 'dailypapers views --help'.
        $ views save evals x --then run
        2! dailypapers: then = ["run"] and run belong together.
        $ views save evals ""
        2! dailypapers: A view needs a query: dailypapers views add NAME QUERY.
        $ views add --then run x
        2! dailypapers: then = ["run"] and run belong together.
        $ views add --then follow,star x
        2! dailypapers: follow goes with notify alone: give star a query of its own.
        $ views remove evls
        1! dailypapers: There is no view 'evls'. Did you mean evals?
        $ views remove xylophone
        1! dailypapers: There is no view 'xylophone'. 'dailypapers views list' prints yours.
        $ views rename evals
        2! dailypapers: Write 'dailypapers views rename NAME NEW', with quotes around names that have spaces.
        $ views rename evals other
        1! dailypapers: There is already a view 'other'.
        $ views rename evals ""
        2! dailypapers: The name of a view must be a name of at most 60 characters, without control characters, or spaces at its ends, not "".
        $ views move evals 3
        2! dailypapers: The place is a number from 1 to 2.
        $ views move evals x
        2! dailypapers: The place is a number from 1 to 2.
        $ views hide trendign
        2! dailypapers: 'trendign' is not a built-in view. Did you mean trending?
        $ views hide later
        2! dailypapers: 'later' is not a built-in view. You can hide latest, foryou, followed, unread, queue, starred, all, trending, pages, muted.
        $ views list a
        2! dailypapers: Write 'dailypapers views list'.
        $ views try --then notify x
        2! dailypapers: notify changes no paper, so that there is nothing to try.
        $ views apply --since soon
        2! dailypapers: “soon” is not a date: write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m.
        """  # noqa: E501
    )
    assert file.read_text() == text


def test_a_query_may_name_views_and_one_that_went_wrong_hides_no_other(
    session: Session, papers: Path, home: Path
) -> None:
    (home / "config.toml").write_text('[[views]]\nname = "gone"\nquery = "topic:gone"\n')
    session(
        """
        $ views add bots agents
        bots is saved; its key in the reader is g2.
        $ views add "quiet bots" view:bots upvotes:<50
        quiet bots is saved; its key in the reader is g3.
        $ count view:bots
        3
        $ count 'view:"Quiet bots" -title:web'
        1
        $ count -- -view:bots
        3
        $ list view:bot
        2! dailypapers: There is no view 'bot'. Did you mean bots?
        $ views list
        g1	gone	show	-	topic:gone
        g2	bots	show	3/3	agents
        g3	quiet bots	show	2/2	view:bots upvotes:<50
        ! gone: There is no topic 'gone'. 'dailypapers list --topics' lists them.
        """
    )


# Follows


def test_follows_are_counted_found_and_undone(session: Session, papers: Path) -> None:
    session(
        """
        $ views add --then follow,notify agents "author:Nobody Else"
        Nobody Else: no papers here yet; you are notified of new ones. Its query is follow:author:nobody-else
        agents: 3 papers; you are notified of new ones. Its query is follow:word:agents
        $ views add --then follow Agents
        Nothing to change.
        ! Agents is already followed.
        $ views add --then follow,notify agents author:Bo
        Bo: no papers here yet; you are notified of new ones. Did you mean author:'Bo Sample'? 'dailypapers undo' takes it back. Its query is follow:author:bo
        ! agents is already followed.
        $ count follow:agents
        3
        $ views quiet agents
        No more notices: word:agents.
        $ mark read --query title:terminal
        1 paper marked read. 'dailypapers undo' takes it back.
        @ views list --then follow
          word:agents         follow          2/3  "agents"
          author:nobody-else  follow, notify  0/0  author:"Nobody Else"
          author:bo           follow, notify  0/0  author:"Bo"
        $ views remove "nobody else" agents --jsonl
        {"views": ["author:nobody-else", "word:agents"], "did": "remove"}
        $ count is:followed
        0
        $ undo
        Taken back: no longer following nobody else, no longer following agents.
        $ views notify agents bo
        You are notified of new papers: word:agents, author:bo.
        $ views add --then follow topic:agents
        agents: 3 papers. Its query is follow:topic:agents
        $ views remove agents
        2! dailypapers: agents is word:agents and topic:agents. Name one of them.
        $ views add --then follow author:!
        2! dailypapers: 'author:!' has no letters.
        $ views add --then follow topic:agnts
        2! dailypapers: There is no topic 'agnts'. Did you mean agents?
        $ views remove agens
        1! dailypapers: There is no view 'agens'. Did you mean agents?
        """  # noqa: E501
    )


def test_a_paper_says_why_it_is_followed(session: Session, papers: Path) -> None:
    session(
        """
        $ views add --then follow "author:A. Example"
        A. Example: 5 papers, 5 of them possibly by someone else. Its query is follow:author:a-example
        $ show 2606.26740 --jsonl=follows
        {"follows": [{"field": "author", "name": "A. Example", "query": "follow:author:a-example", "found": "Ada Example", "perhaps": true}]}
        """  # noqa: E501
    )


def test_a_name_that_no_paper_has_gets_the_nearest_that_several_have(session: Session, tmp_path: Path) -> None:
    shared = {"authors": [{"name": "Kaiming He"}], "organization": {"name": "nv", "fullname": "NVIDIA"}}
    items = [item(f"2606.0000{n}", f"Paper {n}", "2026-06-30", **shared) for n in range(1, 4)]
    write_days(tmp_path / "days.jsonl", {"2026-06-30": items})
    session(
        """
        $ import days.jsonl
        3 new, 0 updated, 0 unchanged.
        $ views add --then follow org:Nvidai "author:Kaimin He" author:He
        He: no papers here yet. Did you mean author:'Kaiming He'? 'dailypapers undo' takes it back. Its query is follow:author:he
        Kaimin He: no papers here yet. Did you mean author:'Kaiming He'? 'dailypapers undo' takes it back. Its query is follow:author:kaimin-he
        Nvidai: no papers here yet. Did you mean org:NVIDIA? 'dailypapers undo' takes it back. Its query is follow:org:nvidai
        $ views add --then follow org:NVIDIA "author:Kaming Hoo" org:Tsinghua Nvidai
        Kaming Hoo: no papers here yet. Its query is follow:author:kaming-hoo
        NVIDIA: 3 papers. Its query is follow:org:nvidia
        Tsinghua: no papers here yet. Its query is follow:org:tsinghua
        Nvidai: no papers here yet. Its query is follow:word:nvidai
        """  # noqa: E501
    )


# Rules and muted words

RULES = """
mute = ["verifiers"]

[[rules]]
name = "Agents"
when = "agents"
then = ["star", "tag:work"]

[[rules]]
name = "Benchmarks"
when = "title:benchmark"
then = "hide"
"""


def test_rules_are_listed_tried_and_applied(session: Session, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text(RULES)
    session(
        """
        @ views list
          Agents      star, tag work  3/3  agents
          Benchmarks  hide            1/1  title:benchmark
          verifiers   mute            1/1  verifiers
        $ mark star 2606.00001
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 1 paper starred.
        $ views try benchmarks
        Benchmarks: hide, because title:benchmark
          no paper

        0 papers since AGO7 would have been changed; nothing was changed.
        $ views try --then mute title:benchmark
        title:benchmark: hide, because title:benchmark
          no paper

        0 papers since AGO30 would have been changed; nothing was changed.
        $ views try --since 2026-06-01
        Agents: star, tag work, because agents
          2 papers starred, tagged work
            2606.30616  Agents that write their own tools
            2606.28480  A benchmark of terminal agents 中文標題
          1 paper tagged work
            2606.00001  Where do web agents lose their way?

        Benchmarks: hide, because title:benchmark
          1 paper left alone: you marked them otherwise, or an earlier rule did

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        @ views try --since 2026-06-01 -n 1 agents
        Agents: star, tag work, because agents
          2 papers starred, tagged work
            2606.30616  Agents that write their own tools
            and 1 more
          1 paper tagged work
            2606.00001  Where do web agents lose their way?

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        $ views try benchmarks --since 2026-06-01 --jsonl
        {"name": "Benchmarks", "when": "title:benchmark", "then": ["hide"], "matched": 1, "left": 0, "papers": [{"id": "2606.28480", "title": "A benchmark of terminal agents 中文標題", "then": ["hide"]}]}
        $ count is:starred
        0
        $ views apply agents --since 2026-06-01
        2 starred, 3 tagged work. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 2 starred, 3 tagged work, by the rule Agents.
        $ show 2606.28480 --jsonl=rules
        {"rules": {"acts": [{"rule": "Agents", "when": "agents", "then": ["star", "tag:work"], "undone": true}], "muted_by": []}}
        $ redo
        Redone: 2 starred, 3 tagged work, by the rule Agents.
        $ views apply --since 2026-06-01
        No rule has anything left to change.
        $ views apply agents --since 2026-06-01 --jsonl
        {"Agents": 0}
        """,  # noqa: E501
        **{f"AGO{days}": (datetime.now(UTC).date() - timedelta(days=days)).isoformat() for days in (7, 30)},
    )


def test_rules_are_added_tried_and_taken_back(session: Session, papers: Path) -> None:
    session(
        """
        $ views try
        You have no rules yet. 'dailypapers views add --then hide QUERY' makes one.
        $ mark star 2606.30616
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ views try --then hide,tag:later --since 2026-06-01 title:agents
        title:agents: hide, tag later, because title:agents
          1 paper tagged later
            2606.30616  Agents that write their own tools
          2 papers hidden, tagged later
            2606.28480  A benchmark of terminal agents 中文標題
            2606.00001  Where do web agents lose their way?

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        $ views add --then hide,tag:later title:agents
        title:agents is saved: hide, tag later. 'dailypapers views edit' changes it.
        $ views add --then hide,tag:later title:agents
        1! dailypapers: title:agents does this already: hide, tag later, because title:agents.
        $ views add --then star title:agents --jsonl
        {"views": ["title:agents 2"], "did": "add"}
        $ count is:starred
        1
        $ views add --then mute memory
        memory is saved: mute. 'dailypapers views edit' changes it.
        @ views list
          title:agents    hide, tag later  3/3  title:agents
          title:agents 2  star             3/3  title:agents
          memory          mute             1/1  memory
        $ count
        5
        """
    )
