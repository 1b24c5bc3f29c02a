"""Names of people and of groups, in the parts that reference managers want."""

from __future__ import annotations

import pytest

from reader.core.names import Name, split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", Name("Lovelace", "Ada")),
        ("Tom B. Brown", Name("Brown", "Tom B.")),
        ("Lovelace, Ada", Name("Lovelace", "Ada")),
        ("Charles van den Heuvel", Name("van den Heuvel", "Charles")),
        ("Yann Le Cun", Name("Le Cun", "Yann")),
        ("Ludwig van Beethoven", Name("van Beethoven", "Ludwig")),
        ("Sammy Davis Jr.", Name("Davis", "Sammy", "Jr.")),
        ("Li", Name("Li")),
        ("王伟", Name("王伟")),
        ("Lee, Jr.", Name("Lee, Jr.", is_group=True)),
        ("Gemini Team", Name("Gemini Team", is_group=True)),
        ("The ATLAS Experiment", Name("The ATLAS Experiment", is_group=True)),
        ("Search and Rescue", Name("Search and Rescue", is_group=True)),
        ("", Name("")),
    ],
)
def test_a_name_has_parts(name: str, parts: Name) -> None:
    assert split_name(name) == parts


def test_a_name_is_inverted_with_its_suffix() -> None:
    assert split_name("Sammy Davis Jr.").inverted == "Davis, Sammy, Jr."
    assert split_name("Gemini Team").inverted == "Gemini Team"
