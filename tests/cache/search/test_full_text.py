"""A compound is found however it is written, by every kind of term, and what matched is marked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.cache.search.compile import Scope, compile_query, register_functions
from reader.cache.search.full_text import any_form
from reader.cache.search.selection import has_words, search_keys
from reader.cache.standing import derive_follows, follow_papers, muting_queries
from reader.cache.storing import Cache
from reader.cache.texts import Texts
from reader.cache.watching import judge
from reader.core.document.find import find
from reader.core.document.model import Document, Paragraph, Span
from reader.core.follows import Follow
from reader.core.paper import Draft, Listing
from reader.core.query import parse
from reader.core.settings.standing import StandingQuery, as_json, follow_query, mark_kind
from reader.core.text import is_letter
from reader.core.words import index_text
from reader.database import connections
from reader.ui.kit.lines import hits, pattern
from tests.cache.conftest import NOW, ByName, draft, mute
from tests.table import each

SCOPE = Scope(today=date(2026, 5, 31), newest_day="2026-05-29")

WORDS = {
    # The spellings of each word, of which some papers have one each.
    "pretraining": ("pretraining", "pre-training", "Pre–Training", "pre\u2011training"),
    "multimodal": ("multimodal", "multi-modal", "multi‑modal", "multi—modal", "multi−modal"),
    "finetuned": ("finetuned", "fine-tuned", "Fine-Tuned"),
    "optimization": ("optimization", "optimisation"),
    "behavior": ("behavior", "behaviour"),
    "modeling": ("modeling", "modelling"),
    "βvae": ("β-VAE", "beta-VAE", "βVAE"),
    "h2o": ("H2O", "H₂O"),
    "realtime": ("realtime", "real-time"),
    "zeroshot": ("zeroshot", "zero-shot", "zero‐shot"),
}
TEXTS = [(word, form) for word, forms in WORDS.items() for form in forms]
SIGNED = ("Vision & Language models", "vision and language models", "Vision-language models")
OTHERS = (
    *SIGNED,
    "A model that trains",
    "Models of the world together",
    "Modal logic: pre and post conditions",
    "Fine art",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Papers for each spelling in the title, in the abstract, among the keywords and in the full text, and others."""
    path: Path = tmp_path_factory.mktemp("spellings") / "papers.db"
    drafts, texts = list[Draft](), list[str]()
    for _, form in TEXTS:
        sentence = f"We study {form} here."
        texts += ["", "", "", sentence]
        said_in = draft(len(drafts) + 1, sentence), draft(len(drafts) + 2, abstract=sentence)
        drafts += [*said_in, draft(len(drafts) + 3, keywords=(sentence,)), draft(len(drafts) + 4)]
    drafts += [draft(len(drafts) + at, text, abstract=text) for at, text in enumerate(OTHERS, 1)]
    with closing(Cache.open(path, ByName())) as stored, closing(Texts.open(path)) as kept:
        stored.store(Listing(None, tuple(drafts)), NOW)
        for pk, text in enumerate([*texts, *OTHERS], 1):
            if text:
                kept.put(pk, Document("", (Paragraph((Span(text),)),)), "feed", NOW)
    with closing(connections.connect(path)) as opened:
        register_functions(opened)
        yield opened


def found(cache: sqlite3.Connection, query: str) -> set[int]:
    """The papers of a query, which both ways of reading find."""
    selection = compile_query(parse(query), SCOPE)
    pks = {pk for pk, _ in cache.execute(*selection.statement())}
    assert {pk for pk, _ in cache.execute(*selection.statement(1_000))} == pks
    return pks


def papers(word: str, *places: int) -> set[int]:
    """The papers that have a word in any spelling, in some places."""
    return {4 * at + place + 1 for at, (one, _) in enumerate(TEXTS) if one == word for place in places}


ASKED = TEXTS


@each(("word", "typed"), ASKED)
def test_every_spelling_finds_the_same_papers(cache: sqlite3.Connection, word: str, typed: str) -> None:
    everywhere = papers(word, 0, 1, 2)
    assert {pk for pk in found(cache, f'"{typed}"') if pk <= 4 * len(TEXTS)} == everywhere
    assert found(cache, f'title:"{typed}"') == papers(word, 0)
    assert found(cache, f'abstract:"{typed}"') == papers(word, 1)
    assert found(cache, f'keyword:"{typed}"') >= papers(word, 2)
    assert found(cache, f'fulltext:"{typed}"') >= papers(word, 3)
    assert not found(cache, f'-"{typed}"') & papers(word, 0, 1, 2)
    assert found(cache, typed) >= everywhere
    assert found(cache, f"study {typed} sort:relevance") >= everywhere


@each(
    ("typed", "word"),
    [("pre training", "pretraining"), ("fine tuned", "finetuned"), ("beta vae", "βvae"), ("multi modal", "multimodal")],
)
def test_two_plain_words_find_the_joined_one(cache: sqlite3.Connection, word: str, typed: str) -> None:
    assert found(cache, typed) >= papers(word, 0, 1, 2)


def test_quoted_and_finds_its_sign_but_not_a_dash(cache: sqlite3.Connection) -> None:
    signed, spelled, dashed = range(4 * len(TEXTS) + 1, 4 * len(TEXTS) + 4)
    for field in ("title:", "abstract:"):
        assert found(cache, f'{field}"vision and language"') == {signed, spelled}
        assert found(cache, f'{field}"vision & language"') == {signed, spelled}
    assert found(cache, '"vision and language" -"models world"') == {signed, spelled}
    assert dashed in found(cache, "vision-language")


def test_quoted_words_are_found_as_they_are_and_plain_ones_in_any_form(cache: sqlite3.Connection) -> None:
    model, models = 4 * len(TEXTS) + 4, 4 * len(TEXTS) + 5
    assert {model, models} <= found(cache, "models")
    assert found(cache, '"models of the world"') == {models}
    assert model in found(cache, 'title:"model"') and models not in found(cache, 'title:"model"')
    assert models in found(cache, '-"model"') and models not in found(cache, "-model")


def _letters(form: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in form.lower()).split())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ASKED), st.sampled_from(TEXTS), st.booleans())
def test_marks_cover_what_matched(asked: tuple[str, str], text: tuple[str, str], is_quoted: bool) -> None:
    typed = f'"{asked[1]}"' if is_quoted else asked[1]
    sentence = f"We study {' '.join(text[1].split())} here."
    marked = [sentence[start:end] for start, end in hits(sentence, pattern(parse(typed).words()))]
    if asked[0] == text[0]:
        assert _letters(" ".join(marked)) == _letters(text[1])
    elif is_quoted:
        assert not marked


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(ASKED), st.sampled_from(TEXTS))
def test_a_full_text_is_searched_in_all_spellings(asked: tuple[str, str], text: tuple[str, str]) -> None:
    word = f'"{asked[1]}"'
    document = Document("", (Paragraph((Span(f"We study {text[1]} here."),)), Paragraph((Span("Nothing else."),))))
    searched = pattern((word,))
    assert len(list(find(document, [lambda text: hits(text, searched)]))) == (asked[0] == text[0])


def test_a_followed_word_is_followed_in_all_spellings(cache: sqlite3.Connection) -> None:
    with connections.transaction(cache):
        one = follow_query(Follow("word", "pre-training"))
        cache.execute(
            "INSERT INTO mark (paper, kind, value, clock, action, by, undone) VALUES ('', ?, ?, 1, '', '', 0)",
            (mark_kind(one.name), as_json(one)),
        )
        derive_follows(cache)
        follow_papers(cache, range(1, 50))
    assert _followed(cache) == papers("pretraining", 0, 1, 2)


def _followed(cache: sqlite3.Connection) -> set[int]:
    return {pk for (pk,) in cache.execute("SELECT pk FROM follow_paper")}


def test_rules_and_muted_words_know_all_spellings(cache: sqlite3.Connection) -> None:
    rule = StandingQuery("trained", "pre-training", ("hide",))
    for after in (0, -2_000):
        # Few candidates are tested each in turn; of many, those with the words are looked up.
        hidden, _ = judge(cache, [rule], SCOPE, after)
        assert set(hidden.pks) == papers("pretraining", 0, 1, 2)
    path = Path(cache.execute("SELECT file FROM pragma_database_list").fetchone()[0])
    muted = "SELECT pk FROM paper WHERE hidden = 1"
    mute(path, "pretraining")
    assert {pk for (pk,) in cache.execute(muted)} == papers("pretraining", 0, 1, 2)
    assert muting_queries(cache, min(papers("pretraining", 0))) == ("pretraining",)
    mute(path)
    assert not cache.execute(muted).fetchall()


def test_a_hostile_query_stays_small(cache: sqlite3.Connection) -> None:
    many = "-".join(["pre"] * 499)
    for query in (
        many,
        f'"{many}"',
        " ".join(["pre-training-based-optimisation"] * 60),
        " OR ".join(["H2O-β-VAE"] * 99),
    ):
        where = compile_query(parse(query), SCOPE).where
        assert len(where.params) < 2_000 and len(where.sql) + sum(len(str(one)) for one in where.params) < 200_000
        found(cache, query)
        assert pattern(parse(query).words()) is not None


some_words = st.text(st.sampled_from("abAB éÉñßæøαΣςжЖЙй中, .-_'\"\n1²½&"), max_size=12)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='porter unicode61 remove_diacritics 2')")
    yield opened
    opened.close()


@given(some_words, some_words)
@example("a é", "A É b")
@example("new", "old news")
@example("a b", "a  b")
@example("a-b", "ab")
@settings(max_examples=300)
def test_the_index_finds_all_texts_that_have_quoted_words(index: sqlite3.Connection, text: str, word: str) -> None:
    for wanted in (word, text[1:5]):
        key, expression = search_keys(wanted, exact=True), any_form(wanted, exact=True)
        assert bool(key) == bool(expression)
        if key and has_words(key, text):
            index.execute("DELETE FROM f")
            index.execute("INSERT INTO f VALUES (?)", (index_text(text),))
            assert index.execute("SELECT count(*) FROM f WHERE f MATCH ?", (expression,)).fetchone() == (1,)


def test_words_do_not_run_on_from_one_text_to_the_next() -> None:
    assert has_words(" a b ", "x a b")
    assert not has_words(" a b ", "x a", "b", None)
    assert not has_words(" a b ")
    assert search_keys("+ #", exact=True) == ""
    assert not is_letter("")
