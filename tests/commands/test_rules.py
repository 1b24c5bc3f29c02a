"""Rules from a script: what they are, what is wrong, what they would do; and muted words."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.marks.events import Events
from reader.commands.workspace import Workspace
from tests.commands.conftest import DAYS, Run, Session, write_days

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


def test_rules_are_listed_checked_tried_and_applied(run: Run, papers: Path, home: Path) -> None:
    assert run("rules", "list").out.startswith("You have no rules yet.")
    home.mkdir(exist_ok=True)
    file = home / "config.toml"
    file.write_text(RULES)
    since = ("--since", "2026-06-01")
    assert run("rules", "list").out.splitlines()[0] == "Agents\tstar, tag work\t0 papers\tagents"
    checked = run("rules", "check")
    assert (checked.code, checked.out.splitlines()) == (
        0,
        [
            "Rule Nothing: no paper here matches title:xylophone.",
            "Rules Agents and Benchmarks contradict each other on 1 paper: star or hide. Agents comes first and wins.",
        ],
    )
    # The user's own marks count, also those that were taken back.
    run("mark", "unstar", "2606.30616")
    run("mark", "star", "2606.00001")
    run("undo")
    tried = run("rules", "try", *since).out
    assert "Agents: star, tag work, because agents\n  2 papers starred, tagged work\n" in tried
    assert tried.endswith("3 papers since 2026-06-01 would have been changed; nothing was changed.\n")
    assert run("count", "is:starred").out == "0\n"
    (first, second, _) = run("rules", "try", *since, "--json").records
    assert [(one["id"], one["then"]) for one in first["papers"]][-1] == ("2606.00001", ["tag:work"])
    assert (second["matched"], second["left"], second["papers"]) == (1, 1, [])
    assert run("rules", "apply", "agents", *since).out == (
        "2 starred, 3 tagged work. 'dailypapers undo' takes it back.\n"
    )
    assert run("rules", "apply", *since).out.startswith("No rule has anything")
    assert run("rules", "list", "--json").records[0]["papers"] == 3
    assert "Agents: star, tag work, because agents\n" in run("show", "2606.28480", "--why").out
    assert run("undo").out == "Taken back: 2 starred, 3 tagged work, by the rule Agents.\n"
    acts = run("show", "2606.28480", "--json=rules").record["rules"]["acts"]
    assert [(one["rule"], one["undone"]) for one in acts] == [("Agents", True)]


def test_a_rule_is_tried_kept_and_taken_back(run: Run, papers: Path, home: Path) -> None:
    run("mark", "star", "2606.30616")
    tried = run("rules", "try", "--then", "hide,tag:later", "--since", "2026-06-01", "title:agents").out
    assert tried.startswith("title:agents: hide, tag later, because title:agents\n") and "nothing was" in tried
    assert run("rules", "list").out.startswith("You have no rules yet.")
    kept = run("rules", "add", "--then", "hide,tag:later", "title:agents").out
    assert kept.startswith("Rule added: hide, tag later, because title:agents. 'dailypapers undo'")
    assert run("rules", "add", "--then", "hide,tag:later", "title:agents").code == 1
    run("rules", "add", "--then", "star", "title:agents")
    assert [one["name"] for one in run("rules", "list", "--json").records] == ["title:agents", "title:agents 2"]
    # Another program may take one back.
    with closing(Events.open(papers)) as events:
        events.undo()
    assert [one["name"] for one in run("rules", "list", "--json").records] == ["title:agents"]
    # The first entry of a home without settings too: no mark before it is taken back instead.
    assert run("undo").out == "Taken back: rule title:agents added.\n"
    assert run("count", "is:starred").out == "1\n"
    before = run("count").out
    assert run("rules", "mute", "agents").out.startswith("Muted: agents.")
    assert run("count").out != before
    assert run("rules", "mute", "agents").err == "dailypapers: agents is already muted.\n"


def test_what_is_wrong_with_rules_is_said(run: Run, papers: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        'mute = ["topic:nowhere"]\n[[rules]]\nname = "a"\nwhen = "is:unred"\nthen = ["hide"]\n'
        '[[rules]]\nname = "b"\nwhen = "agents ~ that fit"\nthen = "hide"\n'
        '[[rules]]\nname = "c"\nwhen = "agents"\nthen = ["hide", "star"]\n'
        '[[rules]]\nname = "d"\nwhen = "agents"\nthen = ["hid"]\n'
        '[[rules]]\nname = "e"\nwhen = "view:none"\nthen = ["queue"]\n'
    )
    checked = run("rules", "check")
    assert checked.code == 1
    for said in (
        "Did you mean",
        "must not have free text",
        "has both hide and star, which contradict each other",
        'has "hid", which a rule can\'t do',
        "Rule e: There is no view 'none'.",
        "The muted topic:nowhere: There is no topic 'nowhere'.",
    ):
        assert said in checked.out
    assert run("rules", "try", "f").err.startswith("dailypapers: There is no rule 'f'.")


def test_rules_say_what_they_do(session: Session, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text(RULES)
    session(
        """
        $ rules list
        Agents	star, tag work	0 papers	agents
        Benchmarks	hide	0 papers	title:benchmark
        Nothing	highlight	0 papers	title:xylophone
        @ rules list
        Agents      star, tag work  0 papers  agents
        Benchmarks  hide            0 papers  title:benchmark
        Nothing     highlight       0 papers  title:xylophone
        $ rules check
        Rule Nothing: no paper here matches title:xylophone.
        Rules Agents and Benchmarks contradict each other on 1 paper: star or hide. Agents comes first and wins.
        $ rules check --jsonl
        {"rule": "Nothing", "text": "Rule Nothing: no paper here matches title:xylophone.", "is_mistake": false}
        {"rule": "Benchmarks", "text": "Rules Agents and Benchmarks contradict each other on 1 paper: star or hide. Agents comes first and wins.", "is_mistake": false}
        $ rules try --since 2026-06-01
        Agents: star, tag work, because agents
          3 papers starred, tagged work
            2606.30616  Agents that write their own tools
            2606.28480  A benchmark of terminal agents 中文標題
            2606.00001  Where do web agents lose their way?

        Benchmarks: hide, because title:benchmark
          1 paper left alone: you marked them otherwise, or an earlier rule did

        Nothing: highlight, because title:xylophone
          no paper

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        @ rules try --since 2026-06-01 -n 1 agents
        Agents: star, tag work, because agents
          3 papers starred, tagged work
            2606.30616  Agents that write their own tools
            and 2 more

        3 papers since 2026-06-01 would have been changed; nothing was changed.
        $ rules try nothing --since 2026-06-01 --jsonl
        {"name": "Nothing", "when": "title:xylophone", "then": ["highlight"], "matched": 0, "left": 0, "papers": []}
        $ rules apply agents --since 2026-06-01 --jsonl
        {"Agents": 3}
        $ rules list --jsonl
        {"name": "Agents", "when": "agents", "then": ["star", "tag:work"], "papers": 3}
        {"name": "Benchmarks", "when": "title:benchmark", "then": ["hide"], "papers": 0}
        {"name": "Nothing", "when": "title:xylophone", "then": ["highlight"], "papers": 0}
        $ rules apply --since 2026-06-01
        No rule has anything left to change.
        $ rules add --then queue,tag:later title:web
        Rule added: queue, tag later, because title:web. 'dailypapers undo' takes it back.
        $ rules add --then queue,tag:later title:web
        1! dailypapers: This rule already exists: queue, tag later, because title:web.
        $ rules add --then star title:web --jsonl
        {"name": "title:web 2", "when": "title:web", "then": ["star"]}
        $ rules mute memory --jsonl
        {"mute": "memory"}
        $ rules mute memory
        1! dailypapers: memory is already muted.
        """  # noqa: E501
    )


def test_what_is_no_rule_is_refused(session: Session, papers: Path) -> None:
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
        $ rules list x
        1! dailypapers: There is no rule 'x'. 'dailypapers rules list' prints yours.
        $ rules apply --since soon
        2! dailypapers: “soon” is not a date: write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m.
        """  # noqa: E501
    )


def test_muted_words_leave_papers_out_as_soon_as_the_settings_have_them(run: Run, papers: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    file = home / "config.toml"
    running = Workspace()
    assert running.settings.rules == ()
    file.write_text(RULES)
    # A program that runs already lets its next refresh have them.
    now = running.settings_of_now()
    assert ([one.name for one in now.rules], now.mute) == (["Agents", "Benchmarks", "Nothing"], ("verifiers",))
    assert (run("count").out, run("count", "is:muted").out) == ("5\n", "1\n")
    tried = run("rules", "try", "--then", "hide", "--since", "2026-06-01", "verifiers").out
    assert "0 papers since 2026-06-01 would have been changed" in tried, "it is muted, which no rule did"
    assert "muted, because verifiers\n" in run("show", "2606.00003", "--why").out
    file.write_text("")
    assert (run("count").out, run("count", "is:muted").out) == ("6\n", "0\n")


def test_muted_words_leave_out_papers_that_are_imported(run: Run, home: Path, tmp_path: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text('mute = ["verifiers"]\n')
    assert run("import", str(write_days(tmp_path / "days.jsonl", DAYS))).code == 0
    assert (run("count").out, run("count", "is:muted").out) == ("5\n", "1\n")
