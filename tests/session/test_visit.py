"""Where the user was: written whole or not at all, and read whatever it has become."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.session.visit import Visit, load, resume_visit, save, visit_to_save
from tests.table import each

LEFT = Visit(
    "day:2026-05-08",
    "robot é",
    "2605.00400",
    {"stacked": (30, 0.6)},
    True,
    "2026-05-12T08:14:00.000Z",
    ("robot", "agents"),
    ("mark read until:30d",),
)


OLD = "2026-05-12T08:14:00Z"


def test_a_saved_visit_loads_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "not" / "yet" / "state.json"
    save(file, LEFT)
    save(file, LEFT)
    assert load(file) == LEFT
    assert [one.name for one in file.parent.iterdir()] == ["state.json"]
    save(file, Visit())
    assert load(file) == Visit()


UNEXPECTED: dict[str, list[object]] = {
    "view": [7],
    "text": [None, "topic:(", '"never closed'],
    "paper": [["x"]],
    "sizes": ["wide"],
    "is_zoomed": [1, "yes"],
    "visited": [3, "yesterday", "2026-05-12T08:14:00"],
    "history": ["robot"],
    "no such thing": [1],
}


@each(("name", "value"), [(name, value) for name, values in UNEXPECTED.items() for value in values])
def test_one_bad_field_drops_only_itself(tmp_path: Path, name: str, value: object) -> None:
    file = tmp_path / "state.json"
    file.unlink(missing_ok=True)
    save(file, LEFT)
    good = json.loads(file.read_text())
    file.write_text(json.dumps({**good, name: value}))
    assert load(file) == LEFT._replace(**{name: getattr(Visit(), name)} if name in good else {})


@each(
    "sizes",
    [[10_000, 0.5], [-1, 0.5], [True, 0.5], [26.5, 0.5], [30, 2.0], [30, "wide"], [30], [], {"30": 0.5}, None, 30],
)
def test_sizes_that_no_setting_may_have_are_dropped(tmp_path: Path, sizes: object) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"sizes": {"stacked": sizes, "three": [40, 0.3]}}))
    assert load(file).sizes == {"three": (40, 0.3)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.binary(max_size=40) | st.fixed_dictionaries({}, optional=dict.fromkeys(LEFT._fields, JSON)))
def test_any_file_loads_as_a_valid_visit(tmp_path: Path, content: bytes | dict[str, object]) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    left = load(file)
    assert isinstance(left.view, str)
    assert all(16 <= width <= 60 and 0.2 <= share <= 0.8 for width, share in left.sizes.values())
    assert all(isinstance(text, str) for text in left.history)


HOSTILE = b"[" * 100_000, b'{"text": ' * 50_000, b'{"view": "' + b"x" * (1 << 20) + b'"}', b"\xff\xfe", b"\0" * 9


def test_a_foreign_file_loads_as_an_empty_visit(tmp_path: Path) -> None:
    for data in HOSTILE:
        (tmp_path / "bad.json").write_bytes(data)
        assert load(tmp_path / "bad.json") == Visit()
    os.mkfifo(tmp_path / "state.json")
    for file in (tmp_path / "none.json", tmp_path, tmp_path / "state.json", Path("/dev/zero")):
        assert load(file) == Visit()


def test_text_with_half_an_emoji_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    half = "\ud83d"
    file.write_text(json.dumps({"text": half, "paper": half, "view": half, "history": ["robot", half]}))
    left = load(file)
    assert left == Visit(history=("robot",))
    save(file, left)
    # A long history is cut.
    file.write_text(json.dumps({"history": ["robot"] * 50_000}))
    assert len(load(file).history) == 1_000


@each(
    ("left", "begin"),
    [
        (LEFT, LEFT._replace(view="latest", text="", paper=None)),
        (LEFT._replace(visited=None), None),
        (LEFT._replace(visited="2026-05-13T00:00:00Z"), None),
        (Visit(visited=OLD, paper="2605.00400"), None),
        (Visit(visited=OLD, text="robot"), Visit(visited=OLD)),
        (Visit("foryou", "robot", "2605.00400", visited=OLD, view_query="x"), Visit("foryou", visited=OLD)),
    ],
)
def test_a_start_begins_with_what_is_new(left: Visit, begin: Visit | None) -> None:
    assert resume_visit(left, lambda visited: visited < "2026-05-13", date(2026, 5, 14)) == (begin or left)


def test_a_later_start_of_the_same_day_goes_back_to_the_users_place() -> None:
    assert resume_visit(LEFT, lambda _: True, datetime.fromisoformat(OLD).astimezone().date()) == LEFT


BEFORE = Visit("unread", "topic:agents", "2605.00001", history=("topic:agents",))


@each(
    ("now", "asked", "saved"),
    [
        # The query of the command line is left as it is: the next start is where the visit before ended.
        (Visit("all", "robot", "2605.00009"), "robot", ("unread", "topic:agents", "2605.00001")),
        # In another view, only the query goes.
        (Visit("latest", "robot", "2605.00009"), "robot", ("latest", "", "2605.00009")),
        # A query that the user has typed or cleared since is kept.
        (Visit("all", "robot hands", "2605.00009"), "robot", ("all", "robot hands", "2605.00009")),
        (Visit("all", "", "2605.00009"), "robot", ("all", "", "2605.00009")),
        (Visit("all", "robot", "2605.00009"), "", ("all", "robot", "2605.00009")),
    ],
)
def test_a_query_of_the_command_line_is_for_its_visit_alone(
    now: Visit, asked: str, saved: tuple[str, str, str]
) -> None:
    kept = visit_to_save(now._replace(history=("robot",)), BEFORE, asked)
    assert (kept.view, kept.text, kept.paper) == saved
    assert kept.history == ("robot",)
