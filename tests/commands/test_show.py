"""One paper in full."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.feed_server import FeedServer, item
from tests.table import each


@pytest.mark.usefixtures("own_words")
def test_show_prints_a_paper(session: Session, papers: Path) -> None:
    session(
        """
        $ note 2606.26740 --text "A note"
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ tag add later 2606.26740
        1 paper tagged later. 'dailypapers undo' takes it back.
        $ mark queue 2606.26740
        1 paper marked queued. 'dailypapers undo' takes it back.
        $ show 2606.26740
        LiveEdit: Streaming Video Editing

        Ada Example, Bo Sample
        ◔ Tue 30 Jun · arXiv 8 May · ▲ 57 · 2 comments

        Tags later
        ✎ A note

        ▎ AI summary
        ▎ It holds.

        Abstract
        We look at LiveEdit: Streaming Video Editing and find that it holds.

           Feed     https://huggingface.co/papers/2606.26740
           PDF      https://arxiv.org/pdf/2606.26740
           arXiv    https://arxiv.org/abs/2606.26740
           Code     https://github.com/a/b

        Video generation
        video
        $ show 2606.26740 --why
        LiveEdit: Streaming Video Editing

        Why these topics
        Video generation  video, video editing, editing
        $ show 2606.26740 --why --jsonl
        {"id": "2606.26740", "title": "LiveEdit: Streaming Video Editing", "abstract": "We look at LiveEdit: Streaming Video Editing and find that it holds.", "day": "2026-06-30", "published": "2026-05-08", "authors": ["Ada Example", "Bo Sample"], "author_count": 2, "organization": null, "upvotes": 57, "comments": 2, "topics": ["video-generation"], "keywords": ["video"], "summary": "It holds.", "read": false, "starred": false, "queued": true, "hidden": false, "tags": ["later"], "note": "A note", "url": "https://huggingface.co/papers/2606.26740", "highlights": [], "code_url": "https://github.com/a/b", "code_stars": null, "project_url": null, "media": [], "source": "hf", "categories": [], "version": null, "revised": null, "versions": [], "venue": null, "remark": null, "doi": null, "journal": null, "models": null, "datasets": null, "spaces": null, "addresses": [], "submitter": null, "profiles": [], "entry_url": null, "linked": [], "discussion": [], "choices": [], "outputs": [], "follows": [], "marked_by": [], "why": [{"slug": "video-generation", "phrases": ["video", "video editing", "editing"]}]}
        $ show 2606.99999
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        $ show 2606.26740 2606.30616
        2! dailypapers show: 2606.30616 is not understood. See 'dailypapers show --help'.
        """  # noqa: E501
    )


@each("more", [(), ("--why",)])
@each("columns", [30, 80, 140])
def test_lines_fit_the_terminal_and_words_and_addresses_stay_whole(
    on_terminal: RunOnTerminal, papers: Path, columns: int, more: tuple[str, ...]
) -> None:
    lines = on_terminal("show", "2606.26740", *more, columns=columns).lines
    assert all(len(line) <= (columns if more else min(columns, 80)) for line in lines if "://" not in line)
    assert "Streaming" in " ".join(lines).split()
    assert more or "   Code     https://github.com/a/b" in lines


def test_links_can_be_clicked_where_the_terminal_has_them(
    on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    out = on_terminal("show", "2606.26740").out
    assert "\x1b]8;;https://github.com/a/b\x1b\\https://github.com/a/b\x1b]8;;\x1b\\" in out


def test_a_long_note_is_printed_in_full_without_a_button(run: Run, papers: Path) -> None:
    run("note", "2606.26740", "--text", "\n".join(f"- point {number}" for number in range(40)))
    shown = run("show", "2606.26740").lines
    assert any("point 39" in line for line in shown) and not any("less" in line for line in shown)


@pytest.mark.usefixtures("own_words")
def test_show_why_names_the_marked_papers_that_are_similar(run: Run, papers: Path) -> None:
    assert "For you" not in run("show", "2606.30616", "--why").out
    assert run("show", "2606.30616", "--json=for_you").json == {"for_you": {"score": 0.0, "why": None, "phrases": []}}
    run("mark", "star", "2606.00001", "2606.28480")
    lines = run("show", "2606.30616", "--why").lines
    assert any(line.startswith("For you") for line in lines)
    told = run("show", "2606.30616", "--json=for_you").record["for_you"]
    assert told["score"] > 0 and told["why"].startswith("like ") and told["why"].endswith(", which you starred")
    assert told["phrases"] == []


def test_the_page_tells_what_happened_since_the_paper_was_marked(run: Run, papers: Path) -> None:
    id = "2606.26740"
    assert run("show", id, "--json=changes").json == {"changes": None}
    with closing(Events.open(papers, now=lambda: 1.0e9)) as events:
        events.mark("star", True, [pk_of(papers, id)])
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute(
            "INSERT INTO paper_change VALUES (?, 1000000002, 57, 2, NULL, 0, 9, 0)", (pk_of(papers, id),)
        )
    assert run("show", id, "--json=changes").record["changes"]["events"] == ["code released"]


def pk_of(file: Path, id: str) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (pk,) = connection.execute("SELECT pk FROM paper WHERE id = ?", (id,)).fetchone()
    return int(pk)


def test_show_fetches_and_prints_comments_and_repositories(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(id: str, text: str, **data: object) -> dict[str, object]:
        return {"id": id, "author": {"name": "ana"}, "createdAt": "2026-06-30T09:00:00.000Z",
                "data": {"latest": {"raw": text}, **data}}  # fmt: skip

    bot = "This is an automated message from the bot."
    comments = [
        said("a", "Is it *open*?", reactions=[{"reaction": "👍", "count": 3}]),
        said("b", "No.", hidden=True),
        said("c", "Yes:\n\n- here", parentCommentId="b", numEdits=1),
        said("d", bot, parentCommentId="x"),
    ]
    models = [{"id": "lab/seven", "likes": 1, "downloads": 40, "gated": "auto"}]
    belonging = {"comments": comments, "linkedModels": models, "numTotalModels": 254, "linkedSpaces": [{"id": "a/b"}]}
    with FeedServer(
        {"2026-06-30": [item("2606.26740", "LiveEdit: Streaming Video Editing", None, **belonging)]}
    ) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        out = run("show", "2606.26740", "--refresh").out
        assert "     https://huggingface.co/lab/seven  1 like" in out
        assert out.endswith("This is an automated message from the bot.\n")
        feed.fault = "error"
        record = run("show", "2606.26740", "--refresh", "--json=models,linked,discussion").record
        assert [record["models"], record["linked"][0]["state"]] == [254, "gated"]
        assert [(one["id"], one["depth"], one["text"]) for one in record["discussion"]] == [
            ("a", 0, "Is it *open*?"), ("b", 0, None), ("c", 1, "Yes:\n\n- here"), ("d", 0, bot),
        ]  # fmt: skip
        assert len([one for one in feed.requests if one.query.get("field") == "comments"]) == 1
        lines = on_terminal("show", "2606.26740", columns=40).lines
        assert any(line.startswith("     https://huggingface.co/lab/seven  ") for line in lines)
        assert "3 comments" in lines and "│ Yes:" in lines


def test_a_refresh_that_fails_is_told_and_the_paper_printed(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = run("show", "2606.26740", "--refresh")
    assert found.code == 0 and found.lines[0] == "LiveEdit: Streaming Video Editing"
    assert found.err.startswith("Not refreshed: Offline mode is on") and found.err.count("\n") == 1
