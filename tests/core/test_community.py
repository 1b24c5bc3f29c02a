"""Comments in threads, and how they are packed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.community import DEEPEST, Comment, Community, Repository, dump, load, threads
from reader.core.document.model import Item, Items, Paragraph, Quote, Span

TEXT = (Paragraph((Span("Yes."),)),)


def comment(id: str, parent: str = "", at: str = "", *, is_hidden: bool = False) -> Comment:
    return Comment(id, "ana", at, () if is_hidden else TEXT, parent, is_hidden)


def drawn(*comments: Comment) -> list[str]:
    return [f"{'-' * one.depth}{one.comment.id}{'?' * one.lost_parent}" for one in threads(comments)]


def test_replies_follow_their_comment_oldest_first_and_a_hidden_one_stays_only_over_its_replies() -> None:
    told = comment("c", at="3"), comment("b", "a", "2"), comment("a", at="1"), comment("d", "b", "4"), comment("e", "a")
    assert drawn(*told) == ["a", "-e", "-b", "--d", "c"]
    hidden = comment("a", is_hidden=True), comment("b", "a"), comment("c", is_hidden=True)
    assert drawn(*hidden) == ["a", "-b"]
    assert drawn(comment("a", "gone")) == ["a?"]


def test_deep_replies_stand_beside_each_other() -> None:
    chain = [comment(str(n), str(n - 1) if n else "", f"{n:03}") for n in range(300)]
    assert [one.depth for one in threads(chain)] == [*range(DEEPEST), *[DEEPEST] * (300 - DEEPEST)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdefg"])), max_size=8))
def test_every_comment_stands_once_even_in_circles(links: list[tuple[str, str]]) -> None:
    told = [comment(id, parent) for id, parent in links]
    assert sorted(one.comment.id for one in threads(told)) == sorted({id for id, _ in links})


def test_a_community_is_packed() -> None:
    blocks = (Quote(TEXT), Items((Item("•", TEXT),)))
    whole = Community(
        (Comment("a", "ana", "2026-05-12T09:00:00Z", blocks, "b", True, True, (("🔥", 4),)), comment("b")),
        (Repository("model", "lab/seven", 3, 40, "text-generation", "gated"), Repository("space", "lab/demo")),
    )
    assert load(dump(whole)) == whole
    assert load(b"") == load(dump(whole)[:20]) == load(b"x\x9c") == Community()


def test_an_automated_comment_is_known_by_its_first_words() -> None:
    words = (Paragraph((Span("This is an automated message from the "), Span("bot", target="https://x.example"))),)
    assert Comment("a", "bot", "", words).is_automated
    assert not comment("a").is_automated
    assert not comment("a", is_hidden=True).is_automated
