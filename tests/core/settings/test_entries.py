"""A setting is taken over into a file whose other lines stay as they are."""

from __future__ import annotations

from typing import Any

import pytest

from reader.core.settings.entries import with_setting
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
