"""Titles that mean the same paper, that may, and that do not."""

from __future__ import annotations

from reader.core.titles import Titled, describe, find_choices, find_same, is_other, is_same, twin_id, without_cut_word
from tests.table import each

PAPER = Titled("Scaling C++ Agents to 1.5B", 3, "2025-01-31", "a")


@each(
    ("other", "same"),
    [
        (PAPER, True),
        (PAPER._replace(title="scaling  c++ agents to 1.5B."), True),
        (PAPER._replace(title="Scaling C Agents to 1.5B"), False),
        (PAPER._replace(title="Scaling C++ Agents to 15B"), False),
        (PAPER._replace(author_count=4), False),
        (PAPER._replace(published="2026-02-01"), True),
        (PAPER._replace(published="2026-02-02"), False),
        (PAPER._replace(published=None), True),
        (PAPER._replace(author_count=None), True),
        (PAPER._replace(author_count=None, published="2025-02-01"), False),
        (PAPER._replace(author_count=None, published=None), False),
    ],
)
def test_authors_or_the_date_make_a_title_sure(other: Titled, same: bool) -> None:
    assert is_same(PAPER, other) is is_same(other, PAPER) is same
    assert is_other(PAPER, other) is (not same and None not in other)
    assert other.title != PAPER.title or (twin_id(PAPER) == twin_id(other)) is (other == PAPER)


def test_only_one_paper_is_taken_and_the_likeliest_are_offered() -> None:
    again, twin = PAPER._replace(published=None), PAPER._replace(published=None, id="b")
    assert find_same(PAPER, [again, again]) == again
    assert find_same(PAPER, [again, twin]) is find_same(PAPER, []) is None
    wanted = Titled("Large agents that act in the web")
    titles = ["Large agents that act in the web: a study", "The web", "Large agents that act in a web", "Large agents"]
    titles += ["Large agents, that act in the Web!", "Agents act large in that the webs", ""]
    found = [Titled(title, id=title) for title in titles]
    assert [one.title for one in find_choices(wanted, [*found, *found])] == [titles[4], titles[0], titles[2], titles[5]]
    assert len(find_choices(wanted, [wanted._replace(id=str(at)) for at in range(9)])) == 5
    assert find_choices(Titled("Agents"), [Titled("Agents that act")]) == ()
    assert find_choices(Titled(""), [Titled("")]) == ()


def test_a_paper_is_named_with_what_is_known_of_it() -> None:
    facts = [describe(Titled("T", *known)) for known in ((3, "2025-01-31"), (1, None), (None, "2025-01-31"), (0, None))]
    assert facts == ["T (3 authors, 2025-01-31)", "T (1 author)", "T (2025-01-31)", "T"]
    assert [without_cut_word(title) for title in ("An agen…", "An agen...", "An …", "An agent")] == ["An"] * 3 + [
        "An agent"
    ]
