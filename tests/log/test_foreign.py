"""Events that another machine may have written: what is taken as it is, what is cleaned, and what is refused."""

from __future__ import annotations

from zlib import compress

import pytest
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.foreign import checked, foreign_event
from reader.cache.marks.journal import Entry, Owner, encode

from reader.core.foreign import AHEAD, Clock
from tests.table import each

FEED = '"kind": "rss", "url": "https://a.example/feed", "title": "A", "added": "2026"'


def entry(kind: str, value: str, papers: str = "") -> Entry:
    packed = compress(papers.encode()) if papers else NOBODY
    return Entry("0" * 24, "bababababaab", 1, 1, kind, value, int(bool(papers)), packed)


@each(
    ("kind", "value", "papers"),
    [
        # Known once it is clean.
        (" follow:blog", "no JSON", ""),
        (" queue", "first", ""),
        ("follow:blog", f'{{{FEED}, "home": []}}', ""),
        ("follow:blog", f'{{{FEED}, "more": "\ud800"}}', ""),
        ("follow:blog", f"{{{FEED.replace('https://a.example', 'https://u:p@a.example')}}}", ""),
        ("follow:blog", f"{{{FEED.replace('https://a.example/feed', 'file:///etc/passwd')}}}", ""),
        ("follow:blog", f"{{{FEED.replace('rss', 'arxiv')}}}", ""),
        ("follow:blog", f'{{{FEED}, "folder": "a\\u001b[31mb"}}', ""),
        ("follow:blog", "[1]", ""),
        ("setting:mute", "[" * 9 + "]" * 9, ""),
        ("setting:mute", "no JSON", ""),
        ("setting:../x", "1", ""),
        ("here:views:0123456789abcdef", "{}", ""),
        ("entry:views:x", "{}", ""),
        ("entry:views:0123456789abcdef", "[]", ""),
        ("entry:views:0123456789abcdef", '{"name":"a\\u009bb"}', ""),
        ("entry:views:0123456789abcdef", '{"query":7}', ""),
        ("entry:views:0123456789abcdef", f'{{"query":"{"a" * 4001}"}}', ""),
        ("entry:rules:0123456789abcdef", '{"then":["a\\nb"]}', ""),
        ("entry:mute:0123456789abcdef", '{"text":"a\\u202eb"}', ""),
        ("entry:mute:0123456789abcdef", '{"place":"up"}', ""),
        ("entry:mute:0123456789abcdef", "{" * 4000, ""),
        ("star", "7", "2611.00002"),
        ("undo", "nothing", ""),
        ("undo", "0" * 24, "2611.00002"),
        ("forget:bababababaab", "1", "2611.00002"),
        ("forget:bababababaab", "2", ""),
        ("forget:me", "1", ""),
        ("follow:Blog", "", ""),
        ("follow:blog", "[" * 30_000, ""),
        ("entry:mute:0123456789abcdef", '{"text":"a"}', "2611.00002"),
        ("tag:", "1", "2611.00002"),
        ("", "", ""),
        ("open", "yesterday", "2611.00002"),
    ],
)
def test_what_no_machine_of_ours_writes_is_refused(kind: str, value: str, papers: str) -> None:
    with pytest.raises(ValueError, match="it is not an event"):
        checked(entry(kind, value, papers))


@each(
    ("kind", "value", "cleaned"),
    [
        ("undo", "0" * 24, None),
        ("follow:blog", "", None),
        ("follow:blog.example", f'{{{FEED}, "home": "https://a.example", "folder": "F", "more": 1}}', None),
        *(
            ("follow:feed", f"{{{FEED.replace('rss', 'arxiv').replace('https://a.example/feed', name)}}}", None)
            for name in ("cs.RO", "cond-mat.mes-hall", "math-ph")
        ),
        ("setting:density", '"compact"', None),
        ("forget:bababababaab", "0", None),
        (f"forget:{'ab' * 32}", "1", None),
        ("entry:mute:0123456789abcdef", '{"text":"a","there":true}', None),
        # What a newer program may write.
        ("entry:future:0123456789abcdef", '{"colour":"blue","there":true}', None),
        ("mood", "a\x07b\nc", ("mood", "ab\nc")),
        ("star", "1", None),
        ("tag:a\x07  b", "1", ("tag:a b", "1")),
        ("note", "a\x07b", ("note", "ab")),
    ],
)
def test_what_a_machine_may_write_is_taken_and_cleaned(kind: str, value: str, cleaned: tuple[str, str] | None) -> None:
    said = entry(kind, value)
    assert checked(said) == entry(*(cleaned or (kind, value)))
    assert (checked(said) is said) == (cleaned is None)


def test_a_line_is_taken_unless_its_clock_is_ahead() -> None:
    assert foreign_event(encode(Owner("bababababaab", "box")), Clock(0)) == Owner("bababababaab", "box")
    said = entry("star", "1", "2611.00002")
    assert foreign_event(encode(said), Clock(1)) == said
    days = AHEAD // 86_400_000
    with pytest.raises(ValueError, match=f"^its clock is {days + 2:,} days ahead of this machine's$"):
        checked(said, Clock(1 - 2 * 86_400_000))
