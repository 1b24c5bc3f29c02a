"""The feed's page of a paper: comments in either shape, and repositories."""

from __future__ import annotations

from typing import Any

import pytest

from reader.core.community import Comment, Repository
from reader.core.errors import FeedMalformed
from reader.feeds.huggingface.parse import RawComment, parse_page

ID = "2605.00001"


def said(id: str, text: str = "Yes.", *, author: str = "ana", **data: Any) -> dict[str, Any]:
    return {
        "id": id,
        "author": {"name": author, "fullname": "Ana N."},
        "createdAt": "2026-05-12T09:00:00.412Z",
        "type": "comment",
        "data": {"hidden": False, "latest": {"raw": text, "html": "<p>Never shown</p>"}, "reactions": [], **data},
    }


def page(*comments: object, **more: object) -> dict[str, object]:
    return {"id": ID, "title": "A title", "upvotes": 3, "comments": list(comments), **more}


def test_a_comment_is_read_whole() -> None:
    reactions = [{"reaction": "👍", "count": 1}, {"reaction": "🔥", "users": ["a"], "count": 4}, {"reaction": "x"}]
    whole = said("a", "Is it *open*?", numEdits=2, reactions=reactions, parentCommentId="b")
    comment = Comment("a", "ana", "2026-05-12T09:00:00Z", (), "b", False, True, (("🔥", 4), ("👍", 1)))
    assert parse_page(page(whole), ID).said == (RawComment(comment, "Is it *open*?"),)


def test_replies_within_a_comment_are_read_like_flat_ones() -> None:
    nested = said("a") | {"replies": [said("b") | {"replies": [said("c")]}, said("d")]}
    parents = [(one.comment.id, one.comment.parent) for one in parse_page(page(nested, said("e")), ID).said]
    assert parents == [("a", ""), ("b", "a"), ("c", "b"), ("d", "a"), ("e", "")]


def test_a_comment_may_stand_in_the_paper_and_lack_a_time() -> None:
    times = ("2026-05-12T09:00:00+02:00", "2026-05-12T09:00:00", "1970-01-01T00:00:00Z", "soon")
    comments = (said(str(at), edited=at == 1) | {"createdAt": time} for at, time in enumerate(times))
    found = [one.comment for one in parse_page({"paper": page(*comments)}, ID).said]
    assert [one.at for one in found] == ["2026-05-12T07:00:00Z", "", "", ""]
    assert [one.is_edited for one in found] == [False, True, False, False]


def test_a_hidden_comment_has_no_text_and_other_types_are_left_out() -> None:
    hidden = said("a", "Buy this", hidden=True, hiddenReason="Spam", reactions=[{"reaction": "👍", "count": 1}])
    assert parse_page(page(hidden, said("b") | {"type": "status-change"}, said(""), "x", None), ID).said == (
        RawComment(Comment("a", "ana", "2026-05-12T09:00:00Z", is_hidden=True), ""),
    )


def test_a_page_is_bounded() -> None:
    many = [{"reaction": f"{n:02}", "count": n + 1} for n in range(20)]
    named = said("i" * 200, "x" * 90_000, author="a" * 200, reactions=many)
    repositories = [{"id": f"a/{n}"} for n in range(60)]
    found = parse_page(page(named, *(said(str(n)) for n in range(509)), linkedModels=repositories), ID)
    assert (len(found.said), len(found.repositories)) == (500, 50)
    comment, markdown = found.said[0]
    assert [len(comment.id), len(comment.author), len(comment.reactions), len(markdown)] == [100, 100, 12, 20_000]


def test_repositories_are_read_with_what_stands_in_the_way_of_their_use() -> None:
    record = page(
        linkedModels=[
            {"id": "lab/seven", "likes": 842, "downloads": 1_200, "pipeline_tag": "text-generation", "gated": False},
            {"id": "lab/big", "gated": "manual"},
            {"id": "lab/secret", "private": True},
            {"id": "../../etc passwd"},
            7,
        ],
        linkedDatasets=[{"id": "lab/示例-corpus", "likes": None}],
        linkedSpaces=[
            {"id": "lab/demo", "title": "A [bold]demo[/bold]", "runtime": {"stage": "RUNNING"}},
            {"id": "a/b", "runtime": {"stage": "SLEEPING"}},
            {"id": "a/c", "runtime": {"stage": "RUNTIME_ERROR"}},
        ],
        numTotalModels=254,
        numTotalDatasets=1,
        numTotalSpaces="many",
    )
    found = parse_page(record, ID)
    assert found.repositories == (
        Repository("model", "lab/seven", 842, 1_200, "text-generation"),
        Repository("model", "lab/big", state="gated"),
        Repository("dataset", "lab/示例-corpus"),
        Repository("space", "lab/demo", about="A [bold]demo[/bold]"),
        Repository("space", "a/b", state="sleeping"),
        Repository("space", "a/c", state="broken"),
    )
    assert found.repositories[2].url == "https://huggingface.co/datasets/lab/%E7%A4%BA%E4%BE%8B-corpus"
    assert found.repositories[3].url == "https://huggingface.co/spaces/lab/demo"
    (draft,) = found.listing.drafts
    assert (draft.models, draft.datasets, draft.spaces) == (254, 1, None)


def test_a_record_without_a_paper_is_malformed() -> None:
    with pytest.raises(FeedMalformed, match=rf"^The feed's record of {ID} can't be used: no title\.$"):
        parse_page({"id": ID}, ID)
