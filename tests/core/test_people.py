"""Names of one person are known as such, and what is uncertain is told from what is not."""

from __future__ import annotations

from reader.core.people import LikeName, Name, NameLikeness, Spellings, likeness, likest, spellings, split_name
from tests.table import each

SAME = [
    ("Kaiming He", "He Kaiming"),
    ("Junyan Zhu", "Jun Yan Zhu"),
    ("Zhu Jun Yan", "Jun Yan Zhu"),
    ("Kaiming He", "He, Kaiming"),
    ("Jun-Yan Zhu", "Junyan Zhu"),
    ("Jun-Yan Zhu", "ZHU Jun-Yan"),
    ("Jürgen Schmidhuber", "Juergen Schmidhuber"),
    ("Jürgen Schmidhuber", "Jurgen Schmidhuber"),
    ("Michael I. Jordan", "Michael Jordan"),
    ("Aäron van den Oord", "Oord, Aaron van den"),
    ("Pat O'Neil", "Pat O\u2019Neil"),
    ("Sam Roe Jr.", "Sam Roe"),
    ("K. He", "K. He"),
    ("何恺明", "何恺明"),
    ("DeepSeek-AI", "deepseek-ai"),
]
PERHAPS = [
    ("Kaiming He", "K. He"),
    ("Kaiming He", "He, K."),
    ("K. L. He", "K. He"),
    ("Jun-Yan Zhu", "J.-Y. Zhu"),
    ("Martin Müller", "M. Mueller"),
    ("Michael I. Jordan", "M. Jordan"),
    ("Wei Wang", "Wei Ming Wang"),
]
OTHER = [
    ("John Smith", "Jane Smith"),
    ("Michael I. Jordan", "Michael B. Jordan"),
    ("Kaiming He", "Kaiming Hu"),
    ("Jun-Yan Zhu", "Jun Zhu"),
    ("Kaiming He", "He"),
    ("Sam Roe Jr.", "Sam Roe III"),
    ("DeepSeek-AI", "DeepSeek Team"),
    ("Baichuan-M2 Team", "Baichuan-M3 Team"),
    ("", "Kaiming He"),
]


@each(
    ("one", "other", "expected"),
    [
        *((*pair, NameLikeness.SAME) for pair in SAME),
        *((*pair, NameLikeness.PERHAPS) for pair in PERHAPS),
        *((*pair, NameLikeness.OTHER) for pair in OTHER),
    ],
)
def test_likeness_of_names(one: str, other: str, expected: NameLikeness) -> None:
    assert likeness(one, other) is likeness(other, one) is expected


def test_the_likest_of_many_names() -> None:
    names = ["Ada Byron", "K. He", "Kaiming Hu", "HE Kaiming", "Ke Li"]
    assert likest("Kaiming He", names) == LikeName(NameLikeness.SAME, "HE Kaiming")
    assert likest("Kaiming He", ["K. He", "K He"]) == LikeName(NameLikeness.PERHAPS, "K. He")
    assert likest("Kaiming He", names[:3]) == LikeName(NameLikeness.PERHAPS, "K. He")
    assert likest("Kaiming He", ["Ada Byron"]) == LikeName(NameLikeness.OTHER, "")
    assert likest("Martin Mueller", ["M. Müller"]).likeness is NameLikeness.PERHAPS


def test_the_spellings_of_a_name() -> None:
    assert spellings("Müller, Özgür") == Spellings(("müller", "mueller"), ("öz", "oe"), "ö")
    assert spellings("K. O'Neil") == Spellings(("o'neil", "oneil"), (), "k")
    assert spellings("Jun Yan Zhu") == Spellings(("zhu",), ("ju",), "j")
    assert spellings("Some Lab") == Spellings(("some lab",), (), "") and spellings("").family == ("",)


@each(
    ("name", "parts"),
    [
        ("Ada Lovelace", Name("Lovelace", "Ada")),
        ("Lovelace, Ada", Name("Lovelace", "Ada")),
        ("Charles van den Heuvel", Name("van den Heuvel", "Charles")),
        ("De Vries", Name("Vries", "De")),
        ("Yann Le Cun", Name("Le Cun", "Yann")),
        ("Sammy Davis Jr.", Name("Davis", "Sammy", "Jr.")),
        ("Li", Name("Li")),
        ("王伟", Name("王伟")),
        ("Lee, Jr.", Name("Lee, Jr.", is_group=True)),
        ("Mistral AI", Name("Mistral AI", is_group=True)),
        ("Xin Ai", Name("Ai", "Xin")),
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
    assert split_name("Davis Jr.").inverted == "Jr., Davis"
