"""Notices: the answer to an action, and news that waits for it."""

from __future__ import annotations

from reader.ui.shell.state import Notice, Notices


def test_an_answer_replaces_the_last_one_and_passes_with_time_or_the_next_action() -> None:
    notices = Notices().answered("nothing to undo", "warning").answered("41 read")
    assert notices.shown == Notice("41 read")
    assert notices.acted().shown == notices.passed().shown == Notice()
    assert Notices().acted() == Notices()


def test_news_never_covers_an_answer_and_waits_until_it_has_passed() -> None:
    notices = Notices().answered("41 read · u undoes").told("12 new")
    assert notices.shown == Notice("41 read · u undoes")
    assert notices.acted().shown == notices.passed().shown == Notice("12 new")
    assert notices.passed().passed().shown == Notice()
    assert notices.told("nothing new").passed().shown == Notice("nothing new")


def test_an_outcome_replaces_what_its_action_began_with_and_covers_no_other_answer() -> None:
    begun = Notices().answered("esc stops searching")
    assert begun.ended("the feed is silent", "warning", "esc stops searching").shown.text == "the feed is silent"
    assert Notices().ended("the feed is silent").answer.text == "the feed is silent"
    other = Notices().answered("1 read · u undoes").ended("the feed is silent", "warning", "esc stops searching")
    assert other.shown.text == "1 read · u undoes"
    assert other.acted().shown.text == "the feed is silent"


def test_an_action_does_not_end_the_news_but_its_answer_covers_it() -> None:
    notices = Notices().told("no network", "warning")
    assert notices.acted().shown == Notice("no network", "warning")
    assert notices.answered("1 read").shown == Notice("1 read")
    assert notices.answered("1 read").acted().shown == Notice("no network", "warning")


def test_the_time_of_a_notice_begins_when_it_is_shown() -> None:
    notices = Notices().answered("1 read")
    assert notices.answered("1 read").happened > notices.happened
    waiting = notices.told("12 new")
    assert waiting.happened == notices.happened
    assert waiting.acted().happened > waiting.happened
    assert waiting.passed().happened > waiting.happened
    assert Notices().told("12 new").happened > 0
