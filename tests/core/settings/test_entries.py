"""A setting is taken over into a file whose other lines stay as they are, and the order of a file into the log."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.settings.entries import State, adopted, changed, listed, with_setting
from reader.core.settings.toml import NotEditableError
from tests.table import each

FILE = """# Mine.
theme = "dark"  # at night

[[views]]
# The best.
name = "A"
query = "a"

[keys]
"paper.star" = "s"
"paper.read" = ["m", "u"]
"""


@each(
    ("name", "value", "there", "gone"),
    [
        ("order", "upvotes", 'order = "upvotes"', "nothing"),
        ("fetch_ahead", ["a", "b"], 'fetch_ahead = ["a", "b"]', "nothing"),
        ("keys", {"paper.star": "S", "paper.hide": ["x"]}, '"paper.star" = "S"', "paper.read"),
        ("keys", {}, "[keys]", "paper.star"),
    ],
)
def test_one_setting_changes(name: str, value: Any, there: str, gone: str) -> None:
    text = with_setting(FILE, name, value)
    assert there in text and gone not in text
    assert text.startswith('# Mine.\ntheme = "dark"  # at night\n')
    assert with_setting(text, name, value) == text


def test_a_file_that_is_written_otherwise_stays() -> None:
    with pytest.raises(NotEditableError):
        with_setting('keys = {"paper.star" = "s", "paper.hide" = "x"}\n', "keys", {"paper.hide": "x"})


@given(st.permutations("abcdef"), st.lists(st.sampled_from("abcdefuvwxyz"), unique=True))
def test_whatever_the_user_moves_all_machines_have_the_order_of_the_file(first: list[str], then: list[str]) -> None:
    log: dict[str, dict[str, State]] = {"mute": {}}

    def tell(changes: list[tuple[str, dict[str, Any]]]) -> None:
        for id, said in changes:
            known = log["mute"].get(id, State({}, "", True, 0))
            text = {"text": said.get("text", known.values.get("text"))}
            log["mute"][id] = State(text, said.get("place", known.place), said.get("there", known.is_there), 0)

    def texts() -> list[str]:
        return [one.values["text"] for one in listed("mute", log)]

    entries, old, new = adopted("mute", [{"text": one} for one in first], log)
    tell([*old, *new])
    assert texts() == first
    _, changes = changed("mute", entries, [{"text": one} for one in then], log)
    tell(changes)
    assert texts() == then
    # Of one at least that stays where it is, nothing is said.
    assert len(changes) < len({*first, *then}) or not {*first} & {*then}
