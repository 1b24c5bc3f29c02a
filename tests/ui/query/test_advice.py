"""What the line below a typed query says, whole."""

from __future__ import annotations

from reader.core.errors import QueryError
from reader.core.query.suggestions import Completion
from reader.ui.query.advice import (
    ADD_A_PAPER,
    EXAMPLES,
    AdviceKeys,
    Reach,
    TypedTerms,
    advise,
    find_mistake,
    find_unknown_topic,
    with_known_topics,
)
from tests.table import each
from tests.ui.drawings import text

KEYS = AdviceKeys("tab", "^f", "^a", "^s", "-")
WRONG = QueryError("No unred.", 3, 8, "unread")
COMPLETION = Completion(0, 2, ("agents", "gui", "vision"), (1200, 7, 3))


@each(
    ("typed", "width", "reach", "said"),
    [
        (TypedTerms("id:"), 80, Reach(), (ADD_A_PAPER, "")),
        (TypedTerms(" "), 80, Reach(back="Starred"), (EXAMPLES, "  ^a back to Starred")),
        (TypedTerms("cats"), 80, Reach(6, 54), ("", "  6 here - ^a 54 in all  ^f searches the feed  ^s saves it")),
        (TypedTerms("cats"), 58, Reach(6, 54), ("", "  6 here - ^a 54 in all  ^f searches the feed  ^s saves it")),
        (TypedTerms("cats"), 57, Reach(6, 54), ("", "  6 here - ^a 54 in all  ^f searches the feed")),
        (TypedTerms("is:unread"), 80, Reach(6), ("", "  ^s saves it")),
        (TypedTerms("ag", None, COMPLETION), 46, Reach(), ("tab  agents 1,200  gui 7  vision 3", "")),
        (TypedTerms("ag", None, COMPLETION, 2), 47, Reach(), ("tab  agents 1,200  gui 7  vision 3", "  ^s saves it")),
        (TypedTerms("ag", None, COMPLETION, 2), 34, Reach(), ("tab  agents 1,200  gui 7  vision 3", "")),
        (TypedTerms("ag", None, COMPLETION, 2), 33, Reach(), ("tab  gui 7  vision 3", "  ^s saves it")),
        (TypedTerms("ag", None, COMPLETION), 9, Reach(), ("tab  agents 1,200  gui 7  vision 3", "")),
        (TypedTerms("is:unred", WRONG, COMPLETION, insists=True), 80, Reach(), ("No unred.", "  tab takes unread")),
    ],
)
def test_advice_fits_the_line(typed: TypedTerms, width: int, reach: Reach, said: tuple[str, str]) -> None:
    advice, hints = advise(typed, KEYS, width, reach)
    assert (text(advice), text(hints)) == said


@each(
    ("typed", "style"),
    [("(cats", "quiet"), ("(cats OR dogs) OR", "quiet"), ("is:unred", "mistake"), ("cats ) dogs", "mistake")],
)
def test_a_mistake_that_more_typing_may_correct_is_quiet_until_enter(typed: str, style: str) -> None:
    for insists, shown in ((False, style), (True, "mistake")):
        advice, _ = advise(TypedTerms(typed, find_mistake(typed), insists=insists), KEYS, 80)
        assert [piece.role for piece in advice] == [shown]


@each(
    ("typed", "meant", "wrong"),
    [
        ("topic:agnets is:unread", "topic:agents is:unread", "agnets"),
        ("topic:zzzzz,agnets topic:Vison cats", "topic:zzzzz,agents topic:vision cats", "agnets"),
        ("topic:zzzzz topic:yyyyy", "topic:zzzzz topic:yyyyy", "zzzzz"),
        ("topic:agents cats", "topic:agents cats", ""),
    ],
)
def test_unknown_topics_are_mended_where_one_is_near(typed: str, meant: str, wrong: str) -> None:
    error = find_unknown_topic(typed, ("agents", "vision"))
    assert with_known_topics(typed, ("agents", "vision")) == meant
    assert (str(error) if error else "") == (f"There is no topic {wrong}." if wrong else "")
