"""Letters in fonts are those that Unicode has for them."""

from __future__ import annotations

from string import ascii_letters, digits
from unicodedata import name, normalize

from reader.core.document.symbols import in_font
from tests.table import each

GREEK = "".join(chr(code) for code in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA)) if code != 0x3A2)


@each(
    ("font", "letters", "named"),
    [
        ("bold", f"{ascii_letters}{digits}{GREEK}∇∂ϵϑϰϕϱϖ", ["BOLD"]),
        ("script", ascii_letters, ["SCRIPT"]),
        ("fraktur", ascii_letters, ["FRAKTUR", "BLACK-LETTER"]),
        ("double", f"{ascii_letters}{digits}", ["DOUBLE-STRUCK"]),
        ("sans", f"{ascii_letters}{digits}", ["SANS-SERIF"]),
        ("mono", f"{ascii_letters}{digits}", ["MONOSPACE"]),
    ],
)
def test_each_letter_keeps_its_meaning_and_gets_its_font(font: str, letters: str, named: list[str]) -> None:
    styled = in_font(letters, font)
    assert normalize("NFKC", styled) == normalize("NFKC", letters)
    assert all(any(word in name(letter) for word in named) for letter in styled)


def test_what_a_font_does_not_have_stays() -> None:
    assert in_font("é1:", "script") == "é1:" and in_font("é:", "bold") == "é:"
    assert in_font("ab", "") == "ab"
