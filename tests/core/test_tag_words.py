"""Tags typed in one line: how it is read and completed."""

from __future__ import annotations

from reader.core.tag_words import TagWords, complete_tag, parse_tags, quoted
from tests.table import each

OWN = {"later": 12, "to cite": 4, "latent": 1, "Evals": 1}
TOPICS = ("agents", "language-models", "evals")


@each(
    ("text", "add", "remove"),
    [
        ("", (), ()),
        ("later", ("later",), ()),
        ("later, evals  -soon", ("later", "evals"), ("soon",)),
        ('"to cite" -"to read"', ("to cite",), ("to read",)),
        ('"to ci', ("to ci",), ()),
        ("+later +-x", ("later", "x"), ()),
        ("later -Later", (), ("Later",)),
        ("-later later", ("later",), ()),
        ("a b A", ("b", "A"), ()),
        ('- + "" ,', (), ()),
        ("a\x1b[31mb", ("ab",), ()),
        ("c++ gpt-4", ("c++", "gpt-4"), ()),
    ],
)
def test_a_line_names_tags_to_add_and_to_take_away(text: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    assert parse_tags(text) == TagWords(add, remove)


@each(
    ("text", "has", "words"),
    [
        ("", (), ("later", '"to cite"', "latent", "Evals")),
        ("", ("later",), ('"to cite"', "latent", "Evals")),
        ("la", (), ("later", "latent", "language-models")),
        ("LAT", (), ("later", "latent")),
        ("later lat", (), ("latent",)),
        ("mod", (), ("language-models",)),
        ("cite", (), ('"to cite"',)),
        ('"to c', (), ('"to cite"',)),
        ('"to cite" lat', (), ("later", "latent")),
        ('"a b"', (), ("later", '"to cite"', "latent", "Evals")),
        ("ev", (), ("Evals",)),
        ("evals", (), ("Evals",)),
        ("ag", (), ("agents",)),
        ("-", ("later", "to cite"), ("-later", '-"to cite"')),
        ("-l", ("later", "to cite"), ("-later",)),
    ],
)
def test_the_last_word_is_completed_by_own_tags_and_topics(
    text: str, has: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = complete_tag(text, OWN, TOPICS, has, has)
    assert found is not None
    assert found.words == words
    assert parse_tags(text[: found.start] + words[0]) != parse_tags(text)


@each("text", ["later", "-soon", "zzz", "-"])
def test_nothing_is_offered_for_a_whole_word_or_an_unknown_one(text: str) -> None:
    assert complete_tag(text, {"later": 1}, (), (), ()) is None


def test_a_tag_that_only_some_of_the_papers_have_is_offered_to_all_and_can_go() -> None:
    for text, word in (("la", "later"), ("-la", "-later")):
        found = complete_tag(text, {"later": 1}, (), ("later",), ())
        assert found is not None
        assert found.words == (word,)


def test_a_completion_says_how_many_papers_have_the_tag() -> None:
    found = complete_tag("a", {"ai": 3}, ("agents",), (), ())
    assert found is not None
    assert found.papers == (3, None)
    after = complete_tag("later a", {"ai": 3}, (), (), ())
    assert after is not None and after.start == 6
    assert [quoted(name) for name in ("-x", "a-b", "a b")] == ['"-x"', "a-b", '"a b"']
