"""Standing queries from a script: views, follows, rules and muted words; the settings file stays the user's."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Session


def test_views_are_added_listed_hidden_and_removed(session: Session, papers: Path, home: Path) -> None:
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
        $ views save A agents --then show,tag:bots
        a is now: agents
        $ views list --jsonl
        {"name": "a", "query": "agents", "then": ["show", "tag:bots"], "key": "g1", "unread": 3, "papers": 3}
        {"name": "long-name", "query": "title:x upvotes:>3", "then": ["show"], "key": "g2", "unread": 0, "papers": 0}
        {"name": "c", "query": "title:c", "then": ["show"], "key": "g3", "unread": 0, "papers": 0}
        $ views remove C A
        c is removed. It was: title:c
        a now only does this: tag bots. It was: agents
        @ views list
            a          tag bots  3/3  agents
        g1  long-name  show      0/0  title:x upvotes:>3
        $ views save both agents --then mute,run --run "wc -w"
        both is saved: mute, run. 'dailypapers views edit' changes it.
        $ views remove both --then run
        both now only does this: mute. It was: agents
        $ views list --then mute --jsonl
        {"name": "both", "query": "agents", "then": ["mute"], "key": null, "unread": 3, "papers": 3}
        $ views remove both
        both is removed. It was: agents
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
        2! dailypapers: The query is wrong at 'unred': is: takes unread, read, starred, queued, hidden, new, trending, opened, followed or muted, not “unred”. Did you mean unread?
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
        2! dailypapers: follow can only be combined with notify: give star a query of its own.
        $ views remove evls
        1! dailypapers: There is no view 'evls'. Did you mean evals?
        $ views remove xylophone
        1! dailypapers: There is no view 'xylophone'. 'dailypapers views list' prints yours.
        $ views add --then unlist view:trending
        2! dailypapers views: argument --then: 'unlist' has "unlist", which was removed. The filter pane lists all of the reader's own views. See 'dailypapers views --help'.
        $ views add b view:trendign
        2! dailypapers: There is no view 'trendign'. Did you mean trending?
        $ views list a
        2! dailypapers: Write 'dailypapers views list'.
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
        Bo: no papers here yet; you are notified of new ones. Its query is follow:author:bo
        ! agents is already followed.
        $ count follow:agents
        3
        $ views remove agents --then notify
        word:agents now only does this: follow. It was: "agents"
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
        $ views add --then follow,notify agents
        agents: 3 papers; you are notified of new ones. Its query is follow:word:agents
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
        """
    )


def test_a_paper_says_why_it_is_followed(session: Session, papers: Path) -> None:
    session(
        """
        $ views add --then follow "author:Example, Ada"
        Example, Ada: 5 papers. Its query is follow:author:example-ada
        $ show 2606.26740 --jsonl=follows
        {"follows": [{"field": "author", "name": "Example, Ada", "query": "follow:author:example-ada", "found": "Ada Example"}]}
        """  # noqa: E501
    )


# Rules and muted words


def test_rules_are_added_and_listed(session: Session, papers: Path) -> None:
    session(
        """
        $ views add --then hide,tag:later title:agents
        title:agents is saved: hide, tag later. 'dailypapers views edit' changes it.
        $ views add --then hide,tag:later title:agents
        1! dailypapers: title:agents does this already: hide, tag later, because title:agents.
        $ views add --then star title:agents --jsonl
        {"views": ["title:agents 2"], "did": "add"}
        $ count is:starred
        0
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
