"""Standing queries: rows of the log that are undone, synced and edited like marks, and programs that wait for a yes."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reader.core.follows import Follow
from reader.core.foreign import InvalidForeignValue
from reader.core.settings.standing import (
    ALL_PAPERS,
    ON_STAR,
    StandingQuery,
    as_json,
    as_text,
    follow_query,
    from_json,
    from_text,
    mark_kind,
    watch_query,
)
from reader.log import standing
from reader.log.actions import label_of
from reader.log.foreign import checked_row
from reader.log.rows import Row
from reader.log.store import Log
from tests.table import each

CONFIG = """\
theme = "dark"
mute = ["crypto"]
notify = ["topic:agents"]
on_star = ["touch", "/tmp/starred"]
on_new = "wc -l"

[[views]]
name = "Agents"
query = "topic:agents"

[[rules]]
name = "Finance"
when = "topic:finance"
then = ["hide", "tag:money"]

[[exports]]
query = "is:starred"
file = "stars.bib"
"""

TAKEN = [
    ("Agents", "topic:agents", ("show",)),
    ("Finance", "topic:finance", ("hide", "tag:money")),
    ("crypto", "crypto", ("mute",)),
    ("topic:agents", "topic:agents", ("notify",)),
    ("on star", ON_STAR, ("run",)),
    ("on new", ALL_PAPERS, ("run",)),
    ("stars.bib", "is:starred", ("write",)),
]

RUNS = StandingQuery("touch", ALL_PAPERS, ("run",), run=("touch", "/tmp/x"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def lists(home: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    found = standing.load(home / "config.toml", home / "papers.db").settings.lists
    return [(one.name, one.query, one.then) for one in found]


def save(cache: Path, wanted: list[StandingQuery]) -> str:
    with closing(Log.open(cache)) as log:
        return standing.save(log, wanted)


def undo(home: Path) -> None:
    with closing(Log.open(home / "papers.db")) as log:
        assert log.undo()


def test_the_lists_of_a_settings_file_are_taken_once(home: Path) -> None:
    assert lists(home) == TAKEN
    loaded = standing.load(home / "config.toml", home / "papers.db")
    assert loaded.ignores_lists and loaded.waiting == ()
    (home / "config.toml").write_text(CONFIG.replace("crypto", "nft"))
    assert lists(home) == TAKEN


def test_a_read_only_home_uses_the_lists_of_its_settings_file(home: Path) -> None:
    (home / "papers.db").with_name("log.db").mkdir()
    assert lists(home) == TAKEN


def test_an_edit_is_one_action_which_an_undo_takes_back(home: Path) -> None:
    lists(home)
    cache = home / "papers.db"
    agents, finance, *rest = standing.load(home / "config.toml", cache).settings.lists
    assert save(cache, [replace(agents, query="rag"), *rest, StandingQuery("new", "x", ("show",), place=9)])
    assert lists(home)[0] == ("Agents", "rag", ("show",)) and finance.name not in [one[0] for one in lists(home)]
    undo(home)
    assert lists(home) == TAKEN
    save(cache, [])
    assert lists(home) == []
    undo(home)
    assert lists(home) == TAKEN


def sync(source: Path, target: Path) -> None:
    """Bring the rows of one home to another, through the gate."""
    with closing(Log.open(source / "papers.db")) as log, closing(Log.open(target / "papers.db")) as other:
        other.take(checked_row(row) for _, row in log.rows(0))


def test_another_machine_gets_each_but_what_acts_there_waits_for_the_user(home: Path, tmp_path: Path) -> None:
    lists(home)
    other = tmp_path / "other"
    other.mkdir()
    sync(home, other)
    assert lists(other) == [one for one in TAKEN if one[2] not in (("run",), ("write",))]
    waiting = standing.load(other / "config.toml", other / "papers.db").waiting
    assert [one.name for one in waiting] == ["on star", "on new", "stars.bib"]
    standing.agree(other / "papers.db", waiting[:2])
    assert [one[0] for one in lists(other)] == [name for name, _, then in TAKEN if then != ("write",)]


def test_a_row_under_the_id_of_this_machine_or_with_another_program_waits_too(tmp_path: Path) -> None:
    cache = tmp_path / "papers.db"
    save(cache, [RUNS])
    assert [one[0] for one in lists(tmp_path)] == ["touch"]
    with closing(Log.open(cache)) as log:
        later = replace(RUNS, run=("rm", "-r", "/home"))
        log.take([Row(f"{log.machine}{'f' * 12}", "", mark_kind("touch"), as_json(later))])
    assert lists(tmp_path) == []
    assert standing.load(tmp_path / "config.toml", cache).waiting == (later,)


def test_consent_for_one_address_does_not_hold_for_another(tmp_path: Path) -> None:
    cache = tmp_path / "papers.db"
    with closing(Log.open(cache)) as log:
        log.take([Row("ab" * 6 + "0" * 12, "", mark_kind("touch"), as_json(RUNS))])
    save(cache, [replace(RUNS, name="renamed", place=4)])
    assert lists(tmp_path) == []


@each(
    ("kind", "value"),
    [
        ("standing:a", '{"name": "b", "query": "x", "then": ["show"]}'),
        ("standing:a", '{"name": "a", "query": "x", "then": ["smell"]}'),
        ("standing:a", '{"name": "a", "query": "x", "then": ["run"]}'),
        ("standing:a", '{"name": "a", "query": "x", "then": ["show"], "more": 1}'),
        ("standing:a", '{"name": "a", "query": "x \\u001b[31m", "then": ["show"]}'),
        ("standing:a", '{"name": "a", "query": "~ x", "then": ["mute"]}'),
        ("standing:a", "[" * 9_000),
        ("standing:a\x1b", ""),
    ],
)
def test_a_row_that_is_no_standing_query_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidForeignValue):
        checked_row(Row("ab" * 6 + "0" * 12, "", kind, value))


# The text for the editor


def test_the_text_is_read_as_it_was_written(home: Path) -> None:
    lists(home)
    found = standing.load(home / "config.toml", home / "papers.db").settings.lists
    assert from_text(as_text(found)) == (list(found), [])


@each(
    ("text", "wrong"),
    [
        ("[[standing]]\nname = 'a'\nquery = 'x'\nthen = 'shwo'", (4, "Did you mean show?")),
        ("[[standing]]\nname = 'a'\nquery = 'topc:x'\nthen = 'show'", (3, 'Did you mean "topic:x"?')),
        ("[[standing]]\nname = 'a'\nthen = 'show'", (1, "query is missing")),
        ("\n[[standing]]\nname = 'a", (3, "Expected")),
        ("[standing]\nname = 'a'", (1, "double brackets")),
        ("[[views]]\nname = 'a'", (1, "only tables [[standing]]")),
        ("[[standing]]\nname = 'a'\nquery = 'x'\nthen = 'run'", (4, "belong together")),
    ],
)
def test_a_mistake_in_the_edited_file_is_reported_with_its_line(text: str, wrong: tuple[int, str]) -> None:
    _, found = from_text(text)
    assert any(line == wrong[0] and wrong[1] in expected for line, expected in found)


@each(
    ("one", "expected"),
    [
        (StandingQuery("Math", "title:math", ("show",)), "saved the view Math"),
        (StandingQuery("Finance", "finance", ("hide", "tag:money")), "saved the rule Finance"),
        (StandingQuery("nft", "nft", ("mute",)), "muted nft"),
        (RUNS, "saved the query touch"),
        (follow_query(Follow("author", "Kaiming He", notify=True)), "following Kaiming He with notices"),
        (None, "removed touch"),
    ],
)
def test_a_change_is_told_by_what_it_does(one: StandingQuery | None, expected: str) -> None:
    kind = mark_kind(one.name) if one else "standing:touch"
    assert label_of(kind, as_json(one) if one else "") == expected


def _watch(name: str, **more: bool) -> str:
    return json.dumps({"name": name, "follow": True} | more)


@each(
    ("kind", "value", "becomes"),
    [
        ("watch:author:ke-li", _watch("Ke Li"), StandingQuery("author:ke-li", 'author:"Ke Li"', ("follow",))),
        ("watch:word:kv-x", _watch("KV-x", notify=True), StandingQuery("word:kv-x", '"KV-x"', ("follow", "notify"))),
        ("watch:author:ke-li", _watch("Ke Li", follow=False), None),
    ],
)
def test_a_follow_of_an_older_release_becomes_a_standing_query(
    kind: str, value: str, becomes: StandingQuery | None
) -> None:
    found = watch_query(kind, value)
    assert found == (f"standing:{kind.removeprefix('watch:')}", as_json(becomes) if becomes else "")
    assert becomes is None or from_json(found[1]).follow


@each("value", ["", "[]", "{}", '{"name": 3}', '{"name": "..."}', "{"])
def test_a_damaged_follow_is_left_as_it_is(value: str) -> None:
    assert watch_query("watch:author:ke-li", value) is None
