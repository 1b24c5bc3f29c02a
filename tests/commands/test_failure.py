"""A failure as JSON: its sentence, its kind, and the way out."""

from __future__ import annotations

import pytest

from reader.commands.output import failure_record, kind_of
from reader.core import errors
from reader.feeds.http.responses import HttpRefused


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        ("Nothing more to say.", "Nothing more to say.", None),
        (
            "dailypapers list: --jsn is not understood. Did you mean --json?",
            "--jsn is not understood.",
            "Did you mean --json?",
        ),
        ("There is no topic 'a. B. c'. Did you mean b?", "There is no topic 'a. B. c'.", "Did you mean b?"),
        (
            "arxiv.org can't be reached in 10 s. 'dailypapers doctor' says why. Wait.",
            "arxiv.org can't be reached in 10 s.",
            "'dailypapers doctor' says why. Wait.",
        ),
        ("/a. b/c: Permission denied.", "/a. b/c: Permission denied.", None),
    ],
)
def test_the_first_sentence_is_the_error(line: str, error: str, hint: str | None) -> None:
    assert failure_record(line, "k") == {"error": error, "kind": "k", "hint": hint}


def test_the_kind_is_that_of_the_class() -> None:
    kinds = [
        kind_of(one)
        for one in (
            errors.ReaderError(""),
            errors.UsageError(""),
            errors.ConfigError(""),
            errors.FeedOffline(""),
            errors.CacheTooNew(""),
            errors.NotFound(""),
            HttpRefused("", 503),
        )
    ]
    assert kinds == ["failed", "usage", "config", "feed_offline", "cache_too_new", "not_found", "feed_refused"]
