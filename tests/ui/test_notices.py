"""Notices: one of each kind, of which the loudest shows."""

from __future__ import annotations

from reader.ui.notices import Notices


def test_what_was_done_makes_room_for_the_meaning_of_what_is_looked_at_next() -> None:
    notices = Notices().show("topics by papers").show("", "hint")
    assert notices.loudest == ("done", "topics by papers")
    notices = notices.show("operates a screen", "hint")
    assert notices.loudest == ("hint", "operates a screen")
    notices = notices.show("no network", "warning").show("plans and uses tools", "hint")
    assert notices.loudest == ("warning", "no network")


def test_what_passed_gives_the_line_back_to_what_lasts() -> None:
    notices = Notices().show("operates a screen", "hint").show("offline since 08:14", "state")
    notices = notices.show("importing 1,200 of 9,295", "progress")
    assert notices.loudest == ("progress", "importing 1,200 of 9,295")
    notices = notices.show("41 read · u undoes")
    assert notices.loudest == ("done", "41 read · u undoes")
    notices = notices.passed()
    assert notices.loudest == ("progress", "importing 1,200 of 9,295")
    notices = notices.show("", "progress")
    assert notices.loudest == ("hint", "operates a screen")
    notices = notices.show("", "hint")
    assert notices.loudest == ("state", "offline since 08:14")
    assert notices.show("", "state").loudest is None


def test_the_last_thing_that_happened_replaces_the_one_before() -> None:
    notices = Notices().show("nothing can be undone", "warning").show("41 read")
    assert notices.loudest == ("done", "41 read")
    assert notices.show("the cache is busy", "warning").show("").loudest is None


def test_what_is_true_of_a_view_passes_with_it() -> None:
    notices = Notices().show("the best first", of_place=True)
    assert notices.left_place().loudest is None
    assert notices.show("41 read").left_place().loudest == ("done", "41 read")


def test_the_time_of_a_notice_begins_anew_with_the_same_words() -> None:
    once = Notices().show("nothing new")
    assert once.show("nothing new").happened > once.happened
    assert once.show("day 3 of 7", "progress").happened == once.happened


def test_notices_since_leave_out_what_was_said_earlier() -> None:
    earlier = Notices().show("offline since 08:14", "state").show("1 read")
    assert earlier.since(earlier).loudest is None
    assert earlier.show("1 read").since(earlier).loudest == ("done", "1 read")
    assert earlier.passed().show("fetching", "progress").since(earlier).loudest == ("progress", "fetching")
    assert earlier.passed().show("two sources fail", "state").since(earlier).loudest == ("state", "two sources fail")
