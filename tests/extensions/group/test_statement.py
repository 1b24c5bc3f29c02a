"""Statements of members: written and read alike, and whatever comes, nothing but clean marks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.members import Shared
from reader.extensions.group.statement import (
    Choice,
    Statement,
    is_name,
    new_secret,
    public_key,
    read,
    said,
    sign,
    thing,
    verified,
    write,
)
from tests.table import each

KINDS = st.sampled_from(("star", "queue", "note", "tag:a", "tag:Reading list"))
PAPERS = st.integers(1, 5).map(lambda number: f"2611.0000{number}")
MARKS = st.dictionaries(st.tuples(PAPERS, KINDS), st.sampled_from(("one", "two\nlines")), max_size=8)
WHOLE = Statement("00ff", "ab12", "ada", 7, ("star", "queue", "note", "tag"), has_left=True, choice=Choice(3, "c0"))
HEAD = write(WHOLE)


@settings(max_examples=25, deadline=None)
@given(MARKS)
def test_what_is_written_is_read(marks: dict[tuple[str, str], str]) -> None:
    shared = tuple(Shared(paper, kind, text if kind == "note" else "1") for (paper, kind), text in marks.items())
    found = read(write(replace(WHOLE, marks=shared)))
    assert (set(found.marks), replace(found, marks=())) == (set(shared), WHOLE)


@each(
    ("body", "why"),
    [
        (b"", "it is cut off"),
        (b"{}", "it is cut off"),
        (b"{\n", "it is damaged"),
        (b"[]\n", "it is not a statement"),
        (b'{"v":2}\n', "its form is newer than this program: update that to read it"),
        (b'{"v":1}\n', "it is not a statement"),
        *((HEAD.replace(b":7,", number), "it is not a statement") for number in (b":-1,", b":true,", b':"7",')),
        (HEAD.replace(b"ab12", b"xyz"), "it is not a statement"),
        (HEAD + b"[]\n", "it is not a statement"),
    ],
)
def test_what_is_no_statement_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(ValueError) as refused:
        read(body)
    assert str(refused.value) == why


def test_a_statement_has_a_bound_of_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.cache.members.MOST_PAPERS", 2)
    assert read(HEAD + b"{}\n" * 2).refused == 2
    with pytest.raises(ValueError, match="it has too many papers"):
        read(HEAD + b"{}\n" * 3)


def test_lines_without_a_paper_are_counted_others_are_cleaned_and_a_wrong_choice_is_none() -> None:
    assert read(HEAD.replace(b":7,", b":0,")).number == 0
    lines = (
        b'{"paper":"2611.00001","marks":["star","read",5],"note":""}\n{"paper":"x","marks":["star"]}\n'
        b'{"paper":"2611.00002","marks":["tag:\\u001b[31mred"],"note":"\\u001b]0;a\\u0007clear\\u202e"}\n'
    )
    found = read(HEAD.replace(b'[3,"c0"]', b'[-1,"c0"]') + lines)
    marks = Shared("2611.00001", "star"), Shared("2611.00002", "tag:red"), Shared("2611.00002", "note", "clear")
    assert (found.marks, found.refused, found.choice) == (marks, 1, Choice())
    signed = sign(HEAD, secret := new_secret())
    assert signed.startswith(HEAD) and len(public_key(secret)) == 64
    with pytest.raises(ValueError, match="its signature is wrong: somebody else has changed it, or it is damaged"):
        verified(signed)


def test_marks_of_things_that_were_not_chosen_are_left_out() -> None:
    marks = (Shared("2611.00001", "star"), Shared("2611.00001", "tag:A"), Shared("2611.00001", "tag:b"))
    assert read(write(replace(WHOLE, shares=("tag:a",), marks=marks))).marks == marks[1:2]


def test_names_and_things() -> None:
    assert all(map(is_name, ("ada", "Zoë.M")))
    assert not any(map(is_name, ("a b", "", "Anyone", "a+b", "x" * 41)))
    assert list(map(thing, ("star", "tag", "tag:A List", "tag:", "read"))) == ["star", "tag", "tag:a list", None, None]
    assert said(("star", "tag:a")) == "stars, the tag a" and said(()) == "nothing"
    assert read(write(replace(WHOLE, name="Ada\x1b[1m L"))).name == "Ada-L"
    assert read(write(replace(WHOLE, name="anyone"))).name == "nobody"
