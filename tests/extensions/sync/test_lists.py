"""Views, rules, muted words and other entries of the settings: the same in the files of all machines, in any order."""

from __future__ import annotations

import json
import random
import shutil
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reader.cache.earlier_values import replaced
from reader.cache.entries import Step, keep_in_step
from reader.cache.marks.event_log import Marking
from reader.core.follows import Follow, value_of
from reader.core.settings import toml
from reader.core.settings.entries import LISTS, event_value
from reader.core.settings.toml import with_tables, with_value
from reader.core.settings.types import as_toml
from reader.core.text import NOTE_LIMIT, clean_note
from reader.settings_reader import load_settings
from tests.extensions.sync.machines import Machine
from tests.tiers import rest_at_night

Tables = list[tuple[int | None, dict[str, Any]]]


def edited(text: str, table: str, change: Callable[[Tables], object]) -> str:
    """The text with its tables of a name changed, as `dailypapers views` does."""
    tables: Tables = list(enumerate(tomllib.loads(text).get(table, [])))
    change(tables)
    return with_tables(text, table, tables)


def with_table(text: str, table: str, values: dict[str, Any]) -> str:
    return edited(text, table, lambda tables: tables.append((None, values)))


def without_table(text: str, table: str, index: int) -> str:
    return edited(text, table, lambda tables: tables.pop(index))


def with_table_value(text: str, table: str, index: int, key: str, value: object) -> str:
    return edited(text, table, lambda tables: tables[index][1].update({key: value}))


def with_table_moved(text: str, table: str, index: int, to: int) -> str:
    return edited(text, table, lambda tables: tables.insert(to, tables.pop(index)))


HEAD = "# My settings.\nsync_settings = true  # on all machines\n"


class Home(Machine):
    """A machine with a settings file, which the user edits."""

    @property
    def file(self) -> Path:
        return self.cache.with_name("config.toml")

    @property
    def text(self) -> str:
        return self.file.read_text()

    def write(self, text: str) -> None:
        """Write the file as an editor does."""
        self.file.write_text(text)
        self.seconds += 1

    def step(self) -> Step:
        with self.events() as events:
            return keep_in_step(events, self.file)

    def meet(self) -> int:
        """Bring the file into step, look at the folder, and bring what came into the file; return what came."""
        self.step()
        came = sum(self.look().came.values())
        self.step()
        return came

    def replaced(self) -> list[tuple[object, ...]]:
        with self.events() as events:
            found = events.read(replaced)
            for at, (number, *_) in enumerate(found):
                assert events.read(partial(replaced, after=number)) == found[:at]
            return [one[1:] for one in found]

    def undo(self) -> str:
        with self.events() as events:
            action = events.undo()
        self.step()
        return action.label if action else ""

    def redo(self) -> str:
        with self.events() as events:
            action = events.redo()
        self.step()
        return action.label if action else ""

    def lists(self) -> dict[str, list[object]]:
        loaded = load_settings(self.file)
        assert loaded.mistakes == ()
        return {name: list(getattr(loaded.settings, name)) for name in LISTS}

    def names(self, table: str = "views") -> list[str]:
        return [one.name for one in getattr(load_settings(self.file).settings, table)]

    def queries(self) -> dict[str, str]:
        return {one.name: one.query for one in load_settings(self.file).settings.views}


def homes(origin: Path, place: Path, *names: str, text: str = HEAD) -> list[Home]:
    found: list[Home] = []
    for name in names:
        (place / name).mkdir()
        found.append(Home(Path(shutil.copy(origin, place / name / "papers.db")), place / "shared", name))
        found[-1].write(text)
    return found


def view(name: str, query: str) -> dict[str, str]:
    return {"name": name, "query": query}


def views(*names: str) -> str:
    return "".join(f'\n[[views]]\nname = "{name}"\nquery = "title:{name}"\n' for name in names)


def settle(machines: Sequence[Home]) -> None:
    for _ in range(2):
        for one in machines:
            one.meet()


Edit = Callable[[str], str]


def changed(index: int, **values: str) -> Edit:
    """Give a view other values."""
    return lambda text: edited(text, "views", lambda tables: tables[index][1].update(values))


def added(name: str, query: str) -> Edit:
    return lambda text: with_table(text, "views", view(name, query))


EDITS: dict[str, tuple[str, list[tuple[int, int, Edit]], dict[str, str]]] = {
    "add and rename": (
        "ab",
        [(1, 0, added("c", "title:c")), (2, 0, changed(0, name="Primary"))],
        {"Primary": "title:a", "b": "title:b", "c": "title:c"},
    ),
    "rename and change": (
        "ab",
        [(1, 0, changed(0, name="A new name")), (2, 0, changed(0, query="title:other"))],
        {"A new name": "title:other", "b": "title:b"},
    ),
    "one name is one entry": (
        "",
        [(1, 0, added("evals", "title:one")), (2, 10, added("Evals", "title:two"))],
        {"Evals": "title:two"},
    ),
    "of removing and changing the later decides": (
        "ab",
        [
            *((1, 0, lambda text: without_table(text, "views", 0)), (2, 10, changed(0, query="title:later"))),
            *((2, 0, changed(1, query="title:earlier")), (1, 40, lambda text: without_table(text, "views", 0))),
        ],
        {"a": "title:later"},
    ),
    "two entries are given one name": (
        "ab",
        [(1, 0, changed(0, name="c")), (2, 10, changed(1, name="C"))],
        {"c": "title:a", "C 2": "title:b"},
    ),
    "both move some": (
        "abcdef",
        [
            (1, 0, lambda text: with_table_moved(text, "views", 5, 0)),
            (2, 0, lambda text: with_table_moved(text, "views", 1, 4)),
        ],
        {name: f"title:{name}" for name in "facdeb"},
    ),
}
"""The views before; on which machine and how much later each edit is made; and the views after all."""


@pytest.mark.parametrize(("before", "edits", "wanted"), EDITS.values(), ids=EDITS)
def test_what_two_machines_edit_is_on_both(
    origin: Path, tmp_path: Path, before: str, edits: list[tuple[int, int, Edit]], wanted: dict[str, str]
) -> None:
    machines = homes(origin, tmp_path, "one", "two", text=HEAD + views(*before))
    settle(machines)
    for number, later, edit in edits:
        machine = machines[number - 1]
        machine.seconds += later
        machine.write(edit(machine.text))
        machine.step()
    settle(machines)
    assert [list(one.queries().items()) for one in machines] == [list(wanted.items())] * 2
    # Nobody has changed anything for the others since, and files that were equal are so again.
    assert [one.meet() for one in machines] == [0, 0]
    assert machines[0].text.rstrip() == machines[1].text.rstrip()


def test_undo_and_redo_of_each(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a", "b"))
    settle([one, two])
    before = one.text
    edits = (
        (with_table(before, "views", view("c", "title:c")), "view c added"),
        (without_table(before, "views", 0), "view a removed"),
        (changed(0, name="z")(before), "view a renamed z"),
        (changed(0, query="title:z")(before), "view a changed"),
        (with_table_moved(before, "views", 0, 1), "view b moved"),
        (with_value(before, ("mute",), '["crypto"]'), "muted word crypto added"),
        (with_table(before, "rules", {"name": "R", "when": "title:r", "then": ["hide"]}), "rule R added"),
    )
    start = one.lists()
    for after, label in edits:
        one.write(after)
        step = one.step()
        wanted = one.lists()
        assert step.action and step.action.label in (label, "view a moved")
        settle([one, two])
        assert two.lists() == wanted
        assert one.undo() == step.action.label
        assert one.lists() == start, label
        settle([one, two])
        assert two.lists() == start
        assert one.redo() == step.action.label
        assert one.lists() == wanted
        settle([one, two])
        assert two.lists() == wanted
        one.undo()
        settle([one, two])
        one.write(before)
        settle([one, two])
        assert one.lists() == two.lists() == start


def test_two_machines_with_the_same_settings_upgrade_one_after_the_other(origin: Path, tmp_path: Path) -> None:
    text = HEAD + 'mute = ["crypto", "title:survey"]\n' + views("a", "b", "c")
    one, two = homes(origin, tmp_path, "one", "two", text=text)
    one.meet()
    two.meet()
    one.meet()
    assert one.text == two.text == text
    assert one.log() == two.log() and len(one.log()) == 5
    assert one.undo() == ""
    three, four = homes(origin, tmp_path, "three", "four", text=HEAD + views("d", "b"))
    settle([one, two, three, four])
    assert sorted(one.names()) == list("abcd")
    assert one.names() == two.names() == three.names() == four.names()


def test_what_both_had_under_one_name_gives_way_to_what_was_changed_since(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a"))
    two.write(HEAD + '\n# Mine.\n[[views]]\nname = "a"\nquery = "title:mine"  # so\n')
    one.meet()
    one.write(with_table_value(one.text, "views", 0, "query", "title:new"))
    one.meet()
    two.step()
    two.look()
    two.step()
    assert two.replaced() == [("view a", "title:mine", ("config", "history", "views.a"), 3)]
    assert two.queries() == {"a": "title:new"}
    assert "# Mine." in two.text and 'query = "title:new"  # so' in two.text


def test_a_program_that_is_killed_before_the_file_is_written(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a"))
    settle([one, two])
    one.write(with_table(one.text, "views", view("b", "title:b")))
    one.meet()
    two.look()
    assert two.names() == ["a"]
    # Meanwhile the user writes another one by hand.
    two.write(with_table(two.text, "views", view("c", "title:c")))
    assert two.step().taken == ["views"]
    assert two.names() == ["a", "b", "c"] or two.names() == ["a", "c", "b"]
    settle([one, two])
    assert one.names() == two.names()


def test_a_cache_that_is_lost_takes_nothing_from_the_file(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a", "b"))
    settle([one, two])
    one.write(without_table(one.text, "views", 0))
    settle([one, two])
    two.write(with_table(two.text, "views", view("c", "title:c")))
    with two.events() as events, events.deciding():
        events.read(lambda connection: connection.execute("DELETE FROM meta WHERE key = 'entries'"))
    settle([two, one])
    assert one.names() == two.names() == ["b", "c"]


@pytest.mark.parametrize(
    "wrong",
    [
        HEAD + views("a", "b") + '[[views]]\nname = "c"\n',
        HEAD + views("a", "b") + "[[views\n",
        HEAD + views("a", "b") + '[[views]]\nname = "c"\nquery = "topic:("\n',
        HEAD + f'views = [{{name = "c", query = "{"title:long " * 500}"}}]\n',
        "",
    ],
    ids=["no query", "no TOML", "a wrong query", "a long query", "gone"],
)
def test_a_file_with_a_mistake_is_never_written_and_says_nothing(origin: Path, tmp_path: Path, wrong: str) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a", "b"))
    settle([one, two])
    one.write(with_table_value(one.text, "views", 0, "query", "title:new"))
    one.meet()
    two.write(wrong)
    if not wrong:
        two.file.unlink()
    two.step()
    two.look()
    two.step()
    assert two.text == wrong if wrong else not two.file.exists()
    if wrong:
        two.write(wrong + "# more\n")
        (refused,) = two.step().refused
        assert "config check" in refused
    one.meet()
    assert one.names() == ["a", "b"]
    two.write(HEAD + views("a", "b"))
    settle([one, two])
    assert one.queries() == two.queries() == {"a": "title:new", "b": "title:b"}


def test_a_list_that_is_written_otherwise_is_left_and_named(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two")
    two.write(HEAD + 'views = [{name = "a", query = "title:a"}]\n')
    settle([two, one])
    assert one.names() == ["a"]
    one.write(with_table(one.text, "views", view("b", "title:b")))
    one.meet()
    two.look()
    (refused,) = two.step().refused
    assert "can't be changed" in refused and two.names() == ["a"]
    settle([one, two])
    assert one.names() == ["a", "b"]


def test_entries_stay_here_without_consent(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a"))
    two.write("mute = []\n")
    settle([one, two])
    two.write('mute = ["secret"]\n')
    settle([one, two])
    assert one.names() == ["a"] and two.names() == []
    assert all("secret" not in file.read_text() for file in one.folder.iterdir())
    assert two.undo() == "muted word secret added" and two.lists()["mute"] == []
    two.redo()
    # With consent, what the file has goes along, and what the others have comes.
    two.write(HEAD + two.text)
    settle([one, two])
    assert one.lists() == two.lists() and one.lists()["mute"] == ["secret"] and two.names() == ["a"]
    # What was done before is no longer what the file follows.
    assert two.undo() == ""


@given(values=st.fixed_dictionaries({"name": st.text(min_size=1), "query": st.text(min_size=1)}))
def test_an_older_program_takes_the_events_as_they_are(values: dict[str, str]) -> None:
    """It cleans the value of a kind that it does not know like a note."""
    said = event_value({**values, "there": True})
    assert clean_note(said, NOTE_LIMIT) == said and json.loads(said)["name"] == values["name"]


def test_an_entry_that_this_program_does_not_take_is_said_and_stays_elsewhere(origin: Path, tmp_path: Path) -> None:
    one, two = homes(origin, tmp_path, "one", "two", text=HEAD + views("a"))
    settle([one, two])
    with one.events() as events:
        kinds = events.read(
            lambda connection: connection.execute("SELECT kind FROM event WHERE kind GLOB 'entry:views:*'").fetchall()
        )
        events.decide([Marking(kinds[0][0], '{"query":"newterm:(","there":true}')])
    one.look()
    two.look()
    (refused,) = two.step().refused
    assert refused.startswith("view a could not be taken over: it has a mistake")
    assert two.queries() == {"a": "title:a"}
    # Nor is it taken back, because the user has done nothing here.
    assert one.meet() == 0


# At random


WORDS = ("crypto", "title:survey", "blockchain")


def edit(home: Home, chance: random.Random) -> set[str]:
    """Do something at random to the file, by hand; return the names and words that were removed or renamed."""
    names = home.names()
    name = f"v{chance.randrange(8)}"
    match chance.randrange(10):
        case 0 | 1 | 2 if name not in names:
            home.write(with_table(home.text, "views", view(name, f"title:{chance.randrange(100)}")))
        case 3 if names:
            at = chance.randrange(len(names))
            home.write(without_table(home.text, "views", at))
            return {names[at]}
        case 4 if names and name not in names:
            at = chance.randrange(len(names))
            home.write(with_table_value(home.text, "views", at, "name", name))
            return {names[at]}
        case 5 if names:
            query = f"title:{chance.randrange(100)}"
            home.write(with_table_value(home.text, "views", chance.randrange(len(names)), "query", query))
        case 6 | 7 if names:
            place = chance.randrange(len(names)), chance.randrange(len(names))
            home.write(with_table_moved(home.text, "views", *place))
        case 8:
            before = [str(one) for one in home.lists()["mute"]]
            after = chance.sample(WORDS, chance.randrange(4))
            home.write(with_value(home.text, ("mute",), as_toml(after)))
            return set(before) - set(after)
        case 9:
            rules = home.names("rules")
            if f"r{name}" not in rules:
                home.write(with_table(home.text, "rules", {"name": f"r{name}", "when": "title:x", "then": ["star"]}))
            elif chance.random() < 0.5:
                home.write(with_table_value(home.text, "rules", rules.index(f"r{name}"), "then", ["hide"]))
    return set()


def follow(home: Home, chance: random.Random) -> None:
    one = Follow("author", f"Person {chance.randrange(4)}")
    with home.events() as events:
        events.decide([Marking(one.kind, value_of(one, is_followed=chance.random() < 0.7))])


def entry_events(home: Home) -> list[tuple[str, str]]:
    ask = "SELECT kind, value FROM event WHERE kind GLOB 'entry:*' ORDER BY clock, id"
    with home.events() as events:
        return events.read(lambda connection: connection.execute(ask).fetchall())


def present(home: Home) -> set[str]:
    return {*home.names(), *home.names("rules"), *(str(one) for one in home.lists()["mute"])}


def run_a_while(origin: Path, chance: random.Random, deeds: int, days: Sequence[int], *, undoes: bool) -> None:
    with TemporaryDirectory() as place:
        machines = homes(
            origin, Path(place), "one", "two", "three", text=HEAD + "\n# The rest is below.\n" + views("v0")
        )
        for one, off in zip(machines, days, strict=True):
            one.days_off = off
        gone = set[str]()
        for _ in range(deeds):
            one = chance.choice(machines)
            match chance.randrange(8):
                case 0:
                    follow(one, chance)
                case 1 if undoes:
                    one.step()
                    one.undo()
                case 2 if undoes:
                    one.redo()
                case 3:
                    one.meet()
                case 4:
                    # It is killed before the file has what came.
                    one.look()
                case _:
                    gone |= edit(one, chance)
                    if chance.random() < 0.5:
                        one.step()
        for order in (chance.sample(machines, 3), chance.sample(machines, 3)):
            for one in order:
                one.meet()
        assert [one.meet() for one in machines] == [0, 0, 0]
        first, *others = machines
        for one in others:
            assert one.lists() == first.lists()
            assert one.states() == first.states()
            assert one.log() == first.log()
        for one in machines:
            assert one.text.startswith(HEAD) and "# The rest is below.\n" in one.text
            assert one.step() == Step()
        if not undoes:
            said = [json.loads(value) | {"kind": kind} for kind, value in entry_events(first)]
            removed = [one for one in said if one.get("there") is False]
            assert {one.get("of") or one["text"] for one in removed} <= gone
            kinds = {one["kind"] for one in said} - {one["kind"] for one in removed}
            assert len(present(first)) >= len(kinds)
            assert {one["text"] for one in said if one["kind"] in kinds and "text" in one} <= present(first)
        with first.events() as events:
            before = first.lists()
            events.rebuild()
            keep_in_step(events, first.file)
        assert first.lists() == before


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(chance=st.randoms(use_true_random=False), days=st.lists(st.integers(-4, 4), min_size=3, max_size=3))
@pytest.mark.parametrize("undoes", [False, True])
def test_all_files_are_the_same_at_the_end(origin: Path, undoes: bool, chance: random.Random, days: list[int]) -> None:
    run_a_while(origin, chance, 30, days, undoes=undoes)


@pytest.mark.long
@pytest.mark.parametrize("seed", rest_at_night(range(6), 2))
def test_a_month_of_edits_on_three_machines(origin: Path, seed: int) -> None:
    chance = random.Random(seed)
    run_a_while(origin, chance, 300, [0, -9, 5], undoes=seed % 2 == 0)


def test_no_machine_can_flood_the_lists_of_another(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is parsed some times, however many entries come, and what is the user's own stays."""
    one, two = homes(origin, tmp_path, "one", "two")
    one.write(one.text + views("own", "mine"))
    settle([one, two])
    with two.events() as events:
        for number in range(500):
            said = {**view("Same", f"title:{number}"), "there": True, "place": f"{number:026d}"}
            events.record_plain({f"entry:views:{number:016x}": event_value(said)})
    two.look()
    one.look()
    parse = Mock(wraps=toml.read_statements)
    monkeypatch.setattr(toml, "read_statements", parse)
    refused = one.step().refused
    assert parse.call_count <= 4
    assert refused[0].startswith("302 of views could not be taken over: the limit is 200.")
    assert len(one.names()) == 200 and {"own", "mine", "Same", "Same 2"} <= {*one.names()}
    one.write(without_table(one.text, "views", one.names().index("own")))
    one.step()
    assert "own" not in one.names()
