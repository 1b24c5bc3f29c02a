"""Rules from a script: what they are, what is wrong, what they would do; and muted words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.commands.conftest import Run, Session

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

[[rules]]
name = "Nothing"
when = "title:xylophone"
then = ["highlight"]
"""


def test_rule_mistakes_are_printed_with_their_place(session: Session, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text(
        'mute = ["topic:nowhere"]\n[[rules]]\nname = "a"\nwhen = "is:unred"\nthen = ["hide"]\n'
        '[[rules]]\nname = "b"\nwhen = "agents"\nthen = ["hid"]\n'
        '[[rules]]\nname = "c"\nwhen = "view:none"\nthen = ["queue"]\n'
        '[[rules]]\nname = "d"\nwhen = "title:xylophone"\nthen = ["hide"]\n'
    )
    session(
        """
        $ rules check
        TMP/home/config.toml:2: rules has an entry that was left out: query has a mistake in "is:unred": is: takes unread, read, starred, queued, hidden, new, trending, opened, finished, passed, followed, highlighted or muted, not “unred”. Did you mean "is:unread"?
        TMP/home/config.toml:2: rules has an entry that was left out: then has "hid", which can't be done. Did you mean hide?
        Rule c: There is no view 'none'. 'dailypapers views list' prints yours.
        Rule d: no paper here matches title:xylophone.
        The muted topic:nowhere: There is no topic 'nowhere'. 'dailypapers list --topics' lists them.
        1
        $ rules try e
        1! dailypapers: There is no rule 'e'. 'dailypapers rules list' prints yours.
        $ rules try b --since 2026-06-01
        1! dailypapers: There is no rule 'b'. 'dailypapers rules list' prints yours.
        """  # noqa: E501
    )


def test_rules_are_listed_checked_tried_and_applied(session: Session, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text(RULES)
    session(
        """
        $ rules list
        Agents	star, tag work	0 papers	agents
        Benchmarks	hide	0 papers	title:benchmark
        Nothing	highlight	0 papers	title:xylophone
        verifiers	mute		verifiers
        @ rules list
        Agents      star, tag work  0 papers  agents
        Benchmarks  hide            0 papers  title:benchmark
        Nothing     highlight       0 papers  title:xylophone
        verifiers   mute                      verifiers
        $ rules check
        Rule Nothing: no paper here matches title:xylophone.
        Rules Agents and Benchmarks contradict each other on 1 paper: star or hide. Agents comes first and wins.
        $ rules check --jsonl
        {"rule": "Nothing", "text": "Rule Nothing: no paper here matches title:xylophone.", "is_mistake": false}
        {"rule": "Benchmarks", "text": "Rules Agents and Benchmarks contradict each other on 1 paper: star or hide. Agents comes first and wins.", "is_mistake": false}
        $ mark star 2606.00001
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 1 paper starred.
        $ rules try benchmarks
        Benchmarks: hide, because title:benchmark
          no paper

        0 papers since AGO7 would have been changed; nothing was changed.
        $ rules try --then hide title:benchmark
        title:benchmark: hide, because title:benchmark
          no paper

        0 papers since AGO30 would have been changed; nothing was changed.
        $ rules try --since 2026-06-01
        Agents: star, tag work, because agents
          2 papers starred, tagged work
            2606.30616  Agents that write their own tools
            2606.28480  A benchmark of terminal agents 中文標題
          1 paper tagged work
            2606.00001  Where do web agents lose their way?

        Benchmarks: hide, because title:benchmark
          1 paper left alone: you marked them otherwise, or an earlier rule did

        Nothing: highlight, because title:xylophone
          no paper

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        @ rules try --since 2026-06-01 -n 1 agents
        Agents: star, tag work, because agents
          2 papers starred, tagged work
            2606.30616  Agents that write their own tools
            and 1 more
          1 paper tagged work
            2606.00001  Where do web agents lose their way?

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        $ rules try benchmarks --since 2026-06-01 --jsonl
        {"name": "Benchmarks", "when": "title:benchmark", "then": ["hide"], "matched": 1, "left": 0, "papers": [{"id": "2606.28480", "title": "A benchmark of terminal agents 中文標題", "then": ["hide"]}]}
        $ count is:starred
        0
        $ rules apply agents --since 2026-06-01
        2 starred, 3 tagged work. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 2 starred, 3 tagged work, by the rule Agents.
        $ show 2606.28480 --jsonl=rules
        {"rules": {"acts": [{"rule": "Agents", "when": "agents", "then": ["star", "tag:work"], "undone": true}], "muted_by": []}}
        $ redo
        Redone: 2 starred, 3 tagged work, by the rule Agents.
        $ rules list --jsonl
        {"name": "Agents", "when": "agents", "then": ["star", "tag:work"], "papers": 3}
        {"name": "Benchmarks", "when": "title:benchmark", "then": ["hide"], "papers": 0}
        {"name": "Nothing", "when": "title:xylophone", "then": ["highlight"], "papers": 0}
        $ rules apply --since 2026-06-01
        No rule has anything left to change.
        $ rules apply agents --since 2026-06-01 --jsonl
        {"Agents": 0}
        """,  # noqa: E501
        **{f"AGO{days}": (datetime.now(UTC).date() - timedelta(days=days)).isoformat() for days in (7, 30)},
    )


def test_rules_are_added_tried_and_taken_back(session: Session, papers: Path, home: Path) -> None:
    session(
        """
        $ mark star 2606.30616
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ rules try --then hide,tag:later --since 2026-06-01 title:agents
        title:agents: hide, tag later, because title:agents
          1 paper tagged later
            2606.30616  Agents that write their own tools
          2 papers hidden, tagged later
            2606.28480  A benchmark of terminal agents 中文標題
            2606.00001  Where do web agents lose their way?

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        $ rules add --then hide,tag:later title:agents
        Rule added: hide, tag later, because title:agents. 'dailypapers views edit' changes it.
        $ rules add --then hide,tag:later title:agents
        1! dailypapers: This rule already exists: hide, tag later, because title:agents.
        $ rules add --then star title:agents --jsonl
        {"name": "title:agents 2", "when": "title:agents", "then": ["star"]}
        $ rules list
        title:agents	hide, tag later	0 papers	title:agents
        title:agents 2	star	0 papers	title:agents
        $ count is:starred
        1
        $ rules mute memory
        Muted: memory. 'dailypapers views edit' changes it.
        $ rules mute memory
        1! dailypapers: memory is already muted.
        $ rules mute verifiers --jsonl
        {"mute": "verifiers"}
        $ rules list
        title:agents	hide, tag later	0 papers	title:agents
        title:agents 2	star	0 papers	title:agents
        memory	mute		memory
        verifiers	mute		verifiers
        $ count
        4
        """
    )


def test_an_invalid_rule_is_refused(session: Session, papers: Path) -> None:
    session(
        """
        $ rules
        You have no rules yet. 'dailypapers rules add --then hide QUERY' makes one.
        $ rules check
        You have no rules yet. 'dailypapers rules add --then hide QUERY' makes one.
        $ rules try
        You have no rules yet. 'dailypapers rules add --then hide QUERY' makes one.
        $ rules add agents
        2! dailypapers: Say what the rule does: --then hide, star, queue, highlight or tag:NAME.
        $ rules add --then hide
        2! dailypapers: Give a query: dailypapers rules add --then hide QUERY.
        $ rules try --then hide
        2! dailypapers: Give a query: dailypapers rules try --then hide QUERY.
        $ rules mute
        2! dailypapers: Give a query: dailypapers rules mute QUERY.
        $ rules add --then smell x
        2! dailypapers rules: argument --then: 'smell' has "smell", which a rule can't do. See 'dailypapers rules --help'.
        $ rules add --then hide topic:agnets
        2! dailypapers: There is no topic 'agnets'. Did you mean agents?
        $ rules list --then hide
        2! dailypapers: --then belongs to 'rules add' and 'rules try'.
        $ rules apply --since soon
        2! dailypapers: “soon” is not a date: write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m.
        """  # noqa: E501
    )


def test_undo_brings_back_what_a_tag_protected_and_a_muted_word_hid(run: Run, papers: Path) -> None:
    def state() -> tuple[object, ...]:
        return tuple(run("list", query, "--jsonl").out for query in ("is:muted", "is:hidden", "tag:keep"))

    assert run("tag", "add", "keep", "2606.26740").code == 0
    assert run("rules", "mute", "verifiers").code == 0
    before = state()
    assert run("tag", "remove", "keep", "2606.26740").code == 0
    after_tag = state()
    assert run("rules", "mute", "zebra").code == 0
    assert (run("undo").code, state()) == (0, after_tag)
    assert (run("undo").code, state()) == (0, before)
    assert before != after_tag
