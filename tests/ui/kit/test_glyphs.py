"""The signs, and those in ASCII."""

from __future__ import annotations

from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE, Glyphs
from tests.table import each


def test_each_sign_has_a_form_in_ascii_of_the_same_kind() -> None:
    assert [name for name, sign in ASCII._asdict().items() if not sign.isascii()] == []
    steps = ("spark", "shades")
    assert all(len(getattr(ASCII, name)) == len(getattr(UNICODE, name)) for name in steps)


@each("glyphs", [UNICODE, ASCII])
def test_each_sign_has_one_meaning(glyphs: Glyphs) -> None:
    signs = [getattr(glyphs, field) for field, _, _ in MEANINGS]
    assert sorted(signs) == sorted(set(signs))
