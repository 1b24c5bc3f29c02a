"""What is known of a refresh, and of machines that can't be joined."""

from __future__ import annotations

from datetime import UTC, datetime

from reader.ui.refresh.state import RefreshStatus

MORNING, LATER = (datetime(2026, 5, 12, hour, 30, tzinfo=UTC) for hour in (7, 9))


def test_a_refresh_says_how_far_it_is_and_for_which_view() -> None:
    begun = RefreshStatus().started("trending")
    assert (begun.progress, begun.view, begun.is_running) == ("starting", "trending", True)


def test_a_refresh_that_fails_again_fails_since_the_first_time() -> None:
    running = RefreshStatus("day 3 of 7")
    failed = running.failed("The feed did not answer.", "feed error", MORNING).failed("No network.", "offline", LATER)
    assert failed == RefreshStatus("day 3 of 7", problem="No network.", trouble="offline", failing_since=MORNING)


def test_a_refresh_that_ends_is_counted_and_idle_unless_another_runs() -> None:
    running = RefreshStatus().started("trending")
    assert running.end(is_idle=True, last=LATER) == RefreshStatus(last=LATER, ended=1)
    assert running.end(is_idle=False, last=None) == RefreshStatus("starting", "trending", ended=1)
