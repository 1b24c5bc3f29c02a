"""Queries with a name, from a script: the settings file stays the user's."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Session


def test_views_are_added_listed_moved_renamed_hidden_and_removed(session: Session, papers: Path, home: Path) -> None:
    mine = '# Mine.\ntheme = "dark"\n\n[keys]\n"paper.star" = "S"\n'
    (home / "config.toml").write_text(mine)
    session(
        """
        $ views list
        You have no views yet. 'dailypapers views add NAME QUERY' saves a query.
        $ views add a agents
        a is saved; its key in the reader is g1.
        $ views add long-name title:x upvotes:>3 --jsonl
        {"view": "long-name", "did": "add"}
        $ views add c title:c
        c is saved; its key in the reader is g3.
        @ views list
        g1  a          3/3  agents
        g2  long-name  0/0  title:x upvotes:>3
        g3  c          0/0  title:c
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
        $ views list
        g1	c	0/0	title:c
        g2	First letter	2/2	agents -title:web
        g3	long-name	0/0	title:x upvotes:>3
        $ views list --jsonl
        {"name": "c", "query": "title:c", "key": "g1", "unread": 0, "papers": 0}
        {"name": "First letter", "query": "agents -title:web", "key": "g2", "unread": 2, "papers": 2}
        {"name": "long-name", "query": "title:x upvotes:>3", "key": "g3", "unread": 0, "papers": 0}
        $ views remove C --jsonl
        {"view": "c", "did": "remove"}
        $ views remove "first LETTER"
        First letter is removed. It was: agents -title:web
        $ views hide Trending
        trending is hidden.
        $ config get hidden_views
        ["trending"]
        $ views hide later
        2! dailypapers: 'later' is not a built-in view. You can hide latest, foryou, followed, unread, queue, starred, all, trending, pages, muted.
        $ views unhide trending
        trending is listed again.
        $ config get hidden_views
        []
        """  # noqa: E501
    )
    assert (home / "config.toml").read_text() == f"hidden_views = []\n{mine}"


def test_impossible_changes_of_views_are_refused(session: Session, papers: Path, home: Path) -> None:
    file = home / "config.toml"
    file.write_text(text := '[[views]]\nname = "evals"\nquery = "x"\n[[views]]\nname = "other"\nquery = "y"\n')
    session(
        """
        $ views add
        2! dailypapers: Write 'dailypapers views add NAME QUERY...', with quotes around names that have spaces.
        $ views add a
        2! dailypapers: Write 'dailypapers views add NAME QUERY...', with quotes around names that have spaces.
        $ views add a " "
        2! dailypapers: A view needs a query: dailypapers views add NAME QUERY.
        $ views add a topic:agnets
        2! dailypapers: There is no topic 'agnets'. Did you mean agents?
        $ views add a is:unred
        2! dailypapers: The query is wrong at 'unred': is: takes unread, read, starred, queued, hidden, new, trending, opened, finished, passed, followed, highlighted or muted, not “unred”. Did you mean unread?
        $ views add " a" x
        2! dailypapers: The name of a view must be a name of at most 60 characters, without control characters, or spaces at its ends, not " a".
        $ views add Evals x
        1! dailypapers: There is already a view 'Evals'. 'views save' gives it another query.
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
        $ views move evals 0
        2! dailypapers: The place is a number from 1 to 2.
        $ views move evals x
        2! dailypapers: The place is a number from 1 to 2.
        $ views hide trendign
        2! dailypapers: 'trendign' is not a built-in view. Did you mean trending?
        $ views hide xylophone
        2! dailypapers: 'xylophone' is not a built-in view. You can hide latest, foryou, followed, unread, queue, starred, all, trending, pages, muted.
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
        g1	gone	-	topic:gone
        g2	bots	3/3	agents
        g3	quiet bots	2/2	view:bots upvotes:<50
        ! gone: There is no topic 'gone'. 'dailypapers list --topics' lists them.
        $ views list --jsonl
        {"name": "gone", "query": "topic:gone", "key": "g1", "unread": null, "papers": null}
        {"name": "bots", "query": "agents", "key": "g2", "unread": 3, "papers": 3}
        {"name": "quiet bots", "query": "view:bots upvotes:<50", "key": "g3", "unread": 2, "papers": 2}
        ! gone: There is no topic 'gone'. 'dailypapers list --topics' lists them.
        """
    )
