"""What a rule may do to a paper."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.marks import RULE_MARKS, allowed_marks, is_against, opposes, rule_done, rule_words
from reader.core.settings.types import InvalidValue, RuleMarks

KINDS = st.sampled_from([*RULE_MARKS, "tag:a", "tag:b", "note", "read", "open", "finish", "pass"])
THEN = st.lists(st.sampled_from([*RULE_MARKS, "tag:a", "tag:b"]), min_size=1, unique=True)


@given(THEN, st.sets(KINDS), st.sets(KINDS))
@settings(max_examples=60, deadline=None)
def test_a_rule_does_only_what_nothing_speaks_against(then: list[str], acted: set[str], taken: set[str]) -> None:
    kinds = allowed_marks(then, acted, taken)
    assert set(kinds) <= set(then) - acted
    assert not any(opposes(one, other) for one in kinds for other in (*acted, *taken))
    assert ("hide" in kinds) <= acted.isdisjoint({*RULE_MARKS, "tag:a", "tag:b", "note", "read", "open", "finish"})
    # Whoever only passed a paper has said nothing about it.
    assert allowed_marks(then, {"pass"}, ()) == tuple(then)


def test_marks_of_rules_are_read_and_told() -> None:
    check = RuleMarks().check
    assert check("hide") == ("hide",)
    assert check(["star", "tag:to read", "star"]) == ("star", "tag:to read")
    for wrong in (None, [], [1], "tag:", "tag: a", 'tag:"a"', "staar", ["hide", "queue"]):
        with pytest.raises(InvalidValue):
            check(wrong)
    assert (rule_words(("hide", "tag:a")), rule_done("tag:a"), rule_done("queue")) == (
        "hide, tag a",
        "tagged a",
        "queued",
    )
    assert is_against("tag:a", ("tag:a",)) and not is_against("tag:a", ("tag:b", "star", "hide"))
