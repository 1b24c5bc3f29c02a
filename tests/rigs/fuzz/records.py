"""Records of JSON shapes, made of bytes that choose: few mutations of bytes are JSON."""

from __future__ import annotations

from itertools import islice

_KEYS = (
    "id", "title", "summary", "authors", "name", "hidden", "publishedAt", "submittedOnDailyAt", "upvotes",
    "numComments",
    "ai_summary", "ai_keywords", "githubRepo", "githubStars", "projectPage", "mediaUrls", "mediaUrl", "organization",
    "submitterOrganization", "fullname", "paper", "x",
)  # fmt: skip
_LEAVES = (
    None, True, False, 0, -1, 10**400, 1e308, 0.5, "", "2605.00001", "hep-th/9901001v2", "2026-05-12T00:00:00Z",
    "9999-99-99", "0000-00-00", "https://github.com/a/b", "//x", "javascript:1", "<b>&amp;</b>", "$\\frac{{$", "\ud83d",
    "a\0b\nc\u202e", "x" * 3_000, "ж" * 90_000,
)  # fmt: skip


def make_record(choices: bytes) -> object:
    """A JSON value of the feed's shapes, by bytes that choose."""
    chooser = iter(choices)

    def value(depth: int) -> object:
        choice = next(chooser, 0)
        if choice % 4 == 0 and depth < 4:
            return {_KEYS[next(chooser, 0) % len(_KEYS)]: value(depth + 1) for _ in range(choice // 4 % 16)}
        if choice % 4 == 1 and depth < 4:
            return [value(depth + 1) for _ in range(choice // 4 % 8)]
        if choice % 4 == 2:
            return bytes(islice(chooser, choice // 4)).decode("latin-1")
        return _LEAVES[choice // 4 % len(_LEAVES)]

    paper = {"id": "2605.00001", "title": "A title"}
    for _ in range(next(chooser, 0) % 12):
        paper[_KEYS[next(chooser, 0) % len(_KEYS)]] = value(1)  # type: ignore[assignment]
    return {"paper": paper, "title": value(3), "mediaUrls": value(3)}
