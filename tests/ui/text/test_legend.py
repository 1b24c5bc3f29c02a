"""The legend explains every sign."""

from __future__ import annotations

import pytest

from reader.ui.text.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.text.legend import MEANINGS, PLAIN, legend


def test_every_sign_is_explained_or_means_nothing() -> None:
    explained = [field for field, _, _ in MEANINGS]
    assert sorted([*explained, *PLAIN]) == sorted(Glyphs._fields)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_each_sign_is_told_as_it_is_drawn(glyphs: Glyphs) -> None:
    told = {sign.name: sign.text for sign in legend(glyphs)}
    assert told["Starred"] == glyphs.starred and told["Trend"] == glyphs.spark
    assert all(told.values())
    if glyphs is UNICODE:
        assert told["Read"] == "blank"
