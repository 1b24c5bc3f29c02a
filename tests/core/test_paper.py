"""A paper's fields, its venue, its authors, and the comments under it."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.community import MAX_REPLY_DEPTH, Comment, Community, Repository, dump, load, threads
from reader.core.document.model import Item, Items, Paragraph, Quote, Span
from reader.core.paper import (
    COLUMNS,
    FIELDS,
    Draft,
    FieldRules,
    Listing,
    Paper,
    SkippedRecord,
    facts,
    fields_of,
)
from reader.core.paper_row import UNKNOWN
from reader.core.people import Name, find_person, is_same_person, spellings, split_name
from reader.core.query import parse
from reader.core.similarity import apply_corrections, like_query
from reader.core.venue import read_venue, series_of, year_of
from tests.table import each


def test_every_field_of_a_paper_but_its_key_has_rules() -> None:
    assert tuple(field.name for field in FIELDS) == Paper._fields[1:]


def test_a_draft_has_every_field_that_sources_fill() -> None:
    draft_types, known = get_type_hints(Draft), get_type_hints(Paper) | {"organization_slug": str | None}
    for field in COLUMNS:
        assert draft_types[field.name] in (known[field.name], known[field.name] | None), field.name


def test_the_tables_have_the_columns_of_the_fields_in_their_types() -> None:
    from reader.cache.tables import PAPER, TEXT

    tables = {"paper": PAPER, "paper_text": TEXT}

    columns: dict[str, Any] = {}
    for field in (*FIELDS, *fields_of(Draft.__annotations__)):
        if field.rules.table is not None:
            column = columns[field.name] = tables[field.rules.table].c[field.name]
            assert column.nullable == field.is_nullable, field.name
            assert str(column.type) == ("INTEGER" if field.type in (int, bool) else "VARCHAR"), field.name
    own = {
        "pk", "title_hash", "sort_day", "first_day", "added", "has_code", "has_project", "has_media", "has_note",
        "arxiv_asked",
    }  # fmt: skip
    stored = {name for table in tables.values() for name in dict(table.c)}
    assert stored == columns.keys() | own


def test_the_journal_and_the_remark_are_listed_beside_the_categories() -> None:
    assert facts(Paper(1, "2411.00001", "T", journal="J.\x07 X", remark="12 pages")) == ["J. X", "12 pages"]


def test_the_number_of_skipped_records_includes_unlisted_ones() -> None:
    assert Listing("2026-11-24", (), skipped=(SkippedRecord("a", "b"),), more_skipped=2).skipped_count == 3


def test_lists_and_flags_are_decoded() -> None:
    by_name = {field.name: field for field in FIELDS}
    assert by_name["authors"].decode("Ada\nAlan") == ("Ada", "Alan")
    assert by_name["authors"].decode("") == by_name["categories"].decode(None) == ()
    assert by_name["read"].decode(1) is True
    assert [by_name["upvotes"].decode(number) for number in (3, 0, UNKNOWN)] == [3, 0, None]
    assert by_name["author_count"].decode(0) is None


def test_unknown_fields_are_empty_or_null() -> None:
    assert {field.name: field.blank for field in FIELDS if field.blank not in ("", None)} == {
        "author_count": 0, "upvotes": UNKNOWN, "comments": UNKNOWN,
    }  # fmt: skip
    assert [field.name for field in FIELDS if field.is_nullable and field.type is not str] == [
        "code_stars", "categories", "version", "versions", "models", "datasets", "spaces", "addresses", "profiles",
    ]  # fmt: skip
    assert [field.key for field in FIELDS if field.key != field.name] == ["entry_url"]


def test_an_unsupported_annotation_is_refused() -> None:
    from typing import Annotated

    with pytest.raises(KeyError):
        fields_of({"odd": Annotated[dict[str, str], FieldRules()]})


# Venues


TESTING, THEORY = "Software Testing, Verification and Reliability", "IEEE Transactions on Information Theory"


@each(
    ("remark", "venue"),
    [
        ("Accepted to ICLR 2026 (Oral)", "ICLR 2026 oral"),
        ("ICLR'26 Spotlight", "ICLR 2026 spotlight"),
        ("12 pages, CVPR2026 Highlight", "CVPR 2026 highlight"),
        ("ICML-26 best paper award", "ICML 2026 best paper"),
        ("Camera-ready for NAACL 25", "NAACL 2025"),
        ("NIPS 2017", "NeurIPS 2017"),
        ("NeurIPS 2025 Datasets and Benchmarks Track (Spotlight)", "NeurIPS 2025 Datasets and Benchmarks spotlight"),
        ("Findings of ACL 2025", "ACL 2025 Findings"),
        ("ICLR 2026 workshop, best paper, oral", "ICLR 2026 workshop best paper"),
        ("Presented at the spring school (Bonn 2025)", None),
        ("EMNLP 2025 Main", "EMNLP 2025"),
        ("Accepted to CVPRW 2025", "CVPR 2025 workshop"),
        ("CVPRW 2025", "CVPR 2025 workshop"),
        ("Accepted by TPAMI", "TPAMI"),
        ("Published in Transactions on Machine Learning Research (06/2025)", "TMLR 2025"),
        ("SIGGRAPH Asia 2025 (ACM Transactions on Graphics)", "SIGGRAPH Asia 2025"),
        ("Accepted at CVPR 2026. Code: https://example.org/2025", "CVPR 2026"),
        ("Accepted at COLM 2025, extended version submitted to JMLR", "COLM 2025"),
        # Series that are not known by name, as arXiv's own answers have them.
        ("Accepted at the 19th IEEE International Conference on Software Testing (ICST 2026)", "ICST 2026"),
        ("8 pages, accepted at the 6th International Workshop on Metamorphic Testing (MET'21)", "MET 2021 workshop"),
        ("MET'24: 9th ACM International Workshop on Metamorphic Testing", "MET 2024 workshop"),
        ("IROS 2025, 8 pages", "IROS 2025"),
        ("8 pages, IROS 2025", None),
        # The venue is not decided yet, or is that of another paper.
        ("Submitted to ICML 2026", None),
        ("Under review at TPAMI", None),
        ("ACL ARR 2025 February", None),
        ("Extended version of the paper on POPL 2026", None),
        ("14 pages. Part of this work has been presented at the ICALP 2011 Group Testing Workshop", None),
        ("We read RSS feeds, and CHI squared", None),
        ("", None),
    ],
)
def test_the_venue_is_read_from_a_remark(remark: str, venue: str | None) -> None:
    assert read_venue(remark, None) == venue


@each(
    ("journal", "venue"),
    [
        ("Phys.Lett.B573:94-100,2003", "Phys.Lett.B 2003"),
        ("Software Testing, Verification and Reliability, 35(2):e1914, 2025", f"{TESTING} 2025"),
        ("IEEE Transactions on Information Theory ( Volume: 65 , Issue: 4 , April 2019 )", f"{THEORY} 2019"),
        ("2020 IEEE International Conference On Artificial Intelligence Testing (AITest)", "AITest 2020"),
        ("2023 IEEE International Conference on Software Testing Workshops (ICSTW)", "ICST 2023 workshop"),
        ("SBES 2025 39th Brazilian Symposium on Software Engineering", "SBES 2025"),
        ("Journal of Machine Learning Research 26 (2025) 1-40", "JMLR 2025"),
        ("Advances in Neural Information Processing Systems 38, 2025", "NeurIPS 2025"),
        ("Cell 12, 2020", "Cell 2020"),
        ("Journal of Machine Learning Research", "JMLR"),
        ("Abc 12, 2020", "ICLR 2026"),
    ],
)
def test_a_journal_reference_takes_precedence_over_the_remark(journal: str, venue: str) -> None:
    assert read_venue("Accepted to ICLR 2026", journal) == venue


def test_the_series_and_year_of_a_venue() -> None:
    series = series_of("SIGGRAPH Asia 2025")
    assert series is not None and series.name == "SIGGRAPH Asia"
    assert (series := series_of("TMLR 2025")) is not None and series.is_journal
    assert series_of("Phys.Lett.B 2003") is series_of(None) is None
    assert (year_of("ICLR 2026 oral"), year_of("TPAMI"), year_of(None)) == ("2026", None, None)


# Authors


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

OTHER = [
    ("Kaiming He", "K. He"),
    ("K. L. He", "K. He"),
    ("Jun-Yan Zhu", "J.-Y. Zhu"),
    ("Wei Wang", "Wei Ming Wang"),
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


@each(("name", "other", "expected"), [*((*pair, True) for pair in SAME), *((*pair, False) for pair in OTHER)])
def test_names_of_the_same_person_are_recognized(name: str, other: str, expected: bool) -> None:
    assert is_same_person(name, other) is is_same_person(other, name) is expected


def test_a_person_is_found_preferably_in_the_same_spelling() -> None:
    names = ["Ada Byron", "K. He", "Kaiming Hu", "HE Kaiming", "Ke Li"]
    assert find_person("Kaiming He", names) == "HE Kaiming"
    assert find_person("Kaiming He", [*names, "Kaiming He"]) == "Kaiming He"
    assert find_person("Kaiming He", names[:3]) is None
    assert find_person("Martin Mueller", ["Martin Müller"]) == "Martin Müller"


def test_the_spellings_of_a_name() -> None:
    assert spellings("Müller, Özgür") == (("müller", "mueller"), ("öz", "oe"))
    assert spellings("K. O'Neil") == (("o'neil", "oneil"), ("k",))
    assert spellings("Jun Yan Zhu") == (("zhu",), ("ju",))
    assert spellings("Some Lab") == (("some lab",), ()) and spellings("") == (("",), ())


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
def test_a_name_is_split_into_parts(name: str, parts: Name) -> None:
    assert split_name(name) == parts


def test_a_name_is_inverted_with_its_suffix() -> None:
    assert split_name("Sammy Davis Jr.").inverted == "Davis, Sammy, Jr."
    assert split_name("Gemini Team").inverted == "Gemini Team"
    assert split_name("Davis Jr.").inverted == "Jr., Davis"


# Comments


TEXT = (Paragraph((Span("Yes."),)),)


def comment(id: str, parent: str = "", at: str = "", *, is_hidden: bool = False) -> Comment:
    return Comment(id, "ana", at, () if is_hidden else TEXT, parent, is_hidden)


def drawn(*comments: Comment) -> list[str]:
    return [f"{'-' * placed.depth}{placed.comment.id}{'?' * placed.lost_parent}" for placed in threads(comments)]


def test_replies_follow_their_comment_and_a_hidden_comment_is_kept_only_with_replies() -> None:
    comments = (
        comment("c", at="3"),
        comment("b", "a", "2"),
        comment("a", at="1"),
        comment("d", "b", "4"),
        comment("e", "a"),
    )
    assert drawn(*comments) == ["a", "-e", "-b", "--d", "c"]
    hidden = comment("a", is_hidden=True), comment("b", "a"), comment("c", is_hidden=True)
    assert drawn(*hidden) == ["a", "-b"]
    assert drawn(comment("a", "gone")) == ["a?"]


def test_the_depth_of_replies_is_limited() -> None:
    chain = [comment(str(n), str(n - 1) if n else "", f"{n:03}") for n in range(300)]
    assert [placed.depth for placed in threads(chain)] == [
        *range(MAX_REPLY_DEPTH),
        *[MAX_REPLY_DEPTH] * (300 - MAX_REPLY_DEPTH),
    ]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdefg"])), max_size=8))
def test_every_comment_is_listed_once_even_in_circles(links: list[tuple[str, str]]) -> None:
    comments = [comment(id, parent) for id, parent in links]
    assert sorted(placed.comment.id for placed in threads(comments)) == sorted({id for id, _ in links})


def test_a_community_is_stored_and_loaded() -> None:
    blocks = (Quote(TEXT), Items((Item("•", TEXT),)))
    whole = Community(
        (Comment("a", "ana", "2026-05-12T09:00:00Z", blocks, "b", True, True, (("🔥", 4),)), comment("b")),
        (Repository("model", "lab/seven", 3, 40, "text-generation", "gated"), Repository("space", "lab/demo")),
    )
    assert load(dump(whole)) == whole
    assert load(b"") == load(dump(whole)[:20]) == load(b"x\x9c") == Community()


def test_an_automated_comment_is_recognized_by_its_first_words() -> None:
    words = (Paragraph((Span("This is an automated message from the "), Span("bot", target="https://x.example"))),)
    assert Comment("a", "bot", "", words).is_automated
    assert not comment("a").is_automated
    assert not comment("a", is_hidden=True).is_automated


def test_a_like_query_has_all_ids() -> None:
    assert parse(like_query(["2606.00001", "page-a b"])).like == ("2606.00001", "page-a b")


def test_corrections_replace_the_typed_words() -> None:
    assert (
        apply_corrections("A Difusion Modl, rare", {"difusion": "diffusion", "Modl": "model"})
        == "A diffusion model, rare"
    )
