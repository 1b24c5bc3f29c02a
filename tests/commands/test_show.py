"""One paper in full: what is known of it, its text, its PDF, its page in the browser, and passages of kept texts."""

from __future__ import annotations

import json
import sqlite3
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.model import Document, Heading, Paragraph, Span
from reader.feeds.http import Limits
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages
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
        Video generation                                  video, video editing, editing
        $ show 2606.26740 --why --jsonl
        {"id": "2606.26740", "title": "LiveEdit: Streaming Video Editing", "abstract": "We look at LiveEdit: Streaming Video Editing and find that it holds.", "day": "2026-06-30", "published": "2026-05-08", "authors": ["Ada Example", "Bo Sample"], "author_count": 2, "organization": null, "upvotes": 57, "comments": 2, "topics": ["video-generation"], "keywords": ["video"], "summary": "It holds.", "read": false, "starred": false, "queued": true, "hidden": false, "tags": ["later"], "note": "A note", "url": "https://huggingface.co/papers/2606.26740", "highlights": [], "code_url": "https://github.com/a/b", "code_stars": null, "project_url": null, "media": [], "source": "hf", "categories": [], "version": null, "revised": null, "versions": [], "venue": null, "remark": null, "doi": null, "journal": null, "models": null, "datasets": null, "spaces": null, "addresses": [], "submitter": null, "profiles": [], "entry_url": null, "linked": [], "discussion": [], "follows": [], "why": [{"slug": "video-generation", "phrases": ["video", "video editing", "editing"]}]}
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
    output = run("show", "2606.30616", "--json=for_you").record["for_you"]
    assert output["score"] > 0 and output["why"].startswith("like ") and output["why"].endswith(", which you starred")
    assert output["phrases"] == []


def test_the_page_tells_what_happened_since_the_paper_was_marked(run: Run, papers: Path) -> None:
    id = "2606.26740"
    assert run("show", id, "--json=changes").json == {"changes": None}
    with closing(Events.open(papers, now=lambda: 1.0e9)) as events:
        events.mark("star", True, [pk_of(papers, id)])
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute("INSERT INTO paper_event VALUES (?, 1000000002, 1)", (pk_of(papers, id),))
    assert run("show", id, "--json=changes").record["changes"]["events"] == ["code released"]


def pk_of(file: Path, id: str) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (pk,) = connection.execute("SELECT pk FROM paper WHERE id = ?", (id,)).fetchone()
    return int(pk)


def test_show_fetches_and_prints_comments_and_repositories(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def comment_record(id: str, text: str, **data: object) -> dict[str, object]:
        return {"id": id, "author": {"name": "ana"}, "createdAt": "2026-06-30T09:00:00.000Z",
                "data": {"latest": {"raw": text}, **data}}  # fmt: skip

    bot = "This is an automated message from the bot."
    comments = [
        comment_record("a", "Is it *open*?", reactions=[{"reaction": "👍", "count": 3}]),
        comment_record("b", "No.", hidden=True),
        comment_record("c", "Yes:\n\n- here", parentCommentId="b", numEdits=1),
        comment_record("d", bot, parentCommentId="x"),
    ]
    models = [{"id": "lab/seven", "likes": 1, "downloads": 40, "gated": "auto"}]
    belonging = {"comments": comments, "linkedModels": models, "numTotalModels": 254, "linkedSpaces": [{"id": "a/b"}]}
    with FeedServer(
        {"2026-06-30": [item("2606.26740", "LiveEdit: Streaming Video Editing", None, **belonging)]}
    ) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        out = run("show", "2606.26740", "--refresh").out
        assert "     https://huggingface.co/lab/seven  1 like" in out
        assert out.endswith("an automated list of similar papers\n")
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


def test_a_failed_refresh_is_reported_and_the_paper_printed(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = run("show", "2606.26740", "--refresh")
    assert found.code == 0 and found.lines[0] == "LiveEdit: Streaming Video Editing"
    assert found.err.startswith("Not refreshed: Offline mode is on") and found.err.count("\n") == 1


# Its full text

ID = "2606.26740"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[FeedServer]:
    with FeedServer({"2026-06-30": [item("2606.00009", "Not here yet", "2026-06-30")]}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/html/{ID}"] = pages.PAGE.encode()
        yield server


TEXT = """\
LiveEdit: Streaming Video Editing
Ada Example, Bo Sample
arXiv:2606.26740v3 · CC BY 4.0 · text from 127.0.0.1

1  Start of it

We cite (Kay, 2024) and sum xᵢ + 1.¹ Next word. ▯
  ¹ A note.
"""


def test_a_fetched_text_is_read_offline(
    run: Run, session: Session, papers: Path, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("read", ID, "--section", "2").out.startswith(TEXT)
    assert run("count", "has:fulltext").out == "1\n"
    asked = len(feed.requests)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    session(
        """
        $ read https://arxiv.org/abs/2606.26740v1 --section references
        LiveEdit: Streaming Video Editing
        Ada Example, Bo Sample
        arXiv:2606.26740v3 · CC BY 4.0 · text from 127.0.0.1

        References

        Kay (2024) Kay. On it. link External Links: https://doi.org/10.1/x
        $ read 2606.30616
        1! dailypapers: Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.
        """
    )
    assert len(feed.requests) == asked


def test_a_paper_without_text_says_why_and_where_to_look(run: Run, papers: Path, feed: FeedServer) -> None:
    feed.pages = {f"/html/{ID}": pages.NO_HTML.encode()}
    found = run("read", ID)
    assert (found.code, found.out) == (1, "")
    assert found.err == (
        f"dailypapers: {ID} has no full text: it has neither HTML nor a PDF at arXiv. See https://arxiv.org/pdf/{ID}\n"
    )
    assert run("count", "has:fulltext").out == "0\n"


def test_a_paper_that_is_not_stored_is_fetched(run: Run, papers: Path, feed: FeedServer) -> None:
    feed.pages["/html/2606.00009"] = pages.PAGE.encode()
    assert run("read", "2606.00009").lines[0] == "Not here yet"


def test_read_again_fetches_a_newer_text_and_says_what_it_lacks(run: Run, papers: Path, feed: FeedServer) -> None:
    first = f"arXiv:{ID}v3 · CC BY 4.0 · text from 127.0.0.1"
    assert run("read", ID).lines[2] == first
    start, _, end = pages.PAGE.replace("00001v3", "00001v4").partition('<li id="bib.bib1"')
    feed.pages = {f"/html/{ID}": (start + end.partition("</li>")[2]).encode()}
    assert run("read", ID).lines[2] == first
    again = f"arXiv:{ID}v4 · CC BY 4.0 · text from 127.0.0.1 · no references"
    assert run("read", ID, "--again").lines[2] == again
    feed.fault = "redirect:/abs/x"
    assert run("read", ID, "--again").code == 1
    assert run("read", ID).lines[2] == again


def test_a_section_is_read_by_its_number_or_its_title(session: Session, papers: Path, feed: FeedServer) -> None:
    session(
        """
        $ read 2606.26740 --sections
        0	0	A paper
        1	580	Abstract
        2	549	1 Start of it
        3	18	Appendix A More
        4	12	A.1 Deep
        5	134	References
        6	52	Authors
        $ read 2606.26740 --section 4 --jsonl
        {"id": "2606.26740", "version": 3, "source": "127.0.0.1", "sections": [{"section": 4, "level": 2, "title": "A.1 Deep", "letters": 12, "text": "### A.1 Deep"}]}
        $ read 2606.26740 --section "appendix a" --markdown
        ## Appendix A More

        ### A.1 Deep
        $ read 2606.26740 --section 0
        LiveEdit: Streaming Video Editing
        Ada Example, Bo Sample
        arXiv:2606.26740v3 · CC BY 4.0 · text from 127.0.0.1

        $ read 2606.26740 --section 99
        1! dailypapers: 2606.26740 has no section '99'. 'dailypapers read 2606.26740 --sections' lists them.
        $ read 2606.26740 --section " "
        1! dailypapers: 2606.26740 has no section ''. 'dailypapers read 2606.26740 --sections' lists them.
        """  # noqa: E501
    )


@each("columns", [30, 140])
def test_on_a_terminal_text_is_wrapped(
    on_terminal: RunOnTerminal, papers: Path, feed: FeedServer, columns: int
) -> None:
    lines = on_terminal("read", ID, columns=columns).lines
    assert max(map(len, lines)) <= min(columns, 80)
    assert "This sentence fills the page" in " ".join(lines)


# The browser and the PDF


class Browser:
    def __init__(self, name: str, *, starts: bool = True) -> None:
        self.name, self.starts = name, starts
        self.urls: list[str] = []

    def open(self, url: str) -> bool:
        self.urls.append(url)
        return self.starts


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    browser = Browser("firefox")
    monkeypatch.setattr(webbrowser, "open", browser.open)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    return browser.urls


def test_open_opens_a_link_or_says_why_not(session: Session, papers: Path, opened: list[str]) -> None:
    session(
        """
        $ open 2606.26740 --link project
        1! dailypapers: 2606.26740 has no link called project. It has: page, pdf, arxiv, code.
        $ open 2606.26740 --link xyz
        2! dailypapers open: --link 'xyz' is not one of page, pdf, arxiv, code, project, doi, entry. See 'dailypapers open --help'.
        $ open 2606.26740
        $ open 2606.30616 --jsonl
        {"id": "2606.30616", "link": "page", "url": "https://huggingface.co/papers/2606.30616", "opened": true}
        $ open 2606.30616 --link arxiv --jsonl
        {"id": "2606.30616", "link": "arxiv", "url": "https://arxiv.org/abs/2606.30616", "opened": true}
        $ pdf 2606.99999
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        """  # noqa: E501
    )
    assert opened == [
        *("https://huggingface.co/papers/2606.26740", "https://huggingface.co/papers/2606.30616"),
        "https://arxiv.org/abs/2606.30616",
    ]


def test_open_prints_the_address_where_there_is_no_browser(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: Browser("firefox", starts=False))
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert json.loads(run("open", "2606.26740", "--json").out)["opened"] is False


@pytest.mark.parametrize("name", ["w3m", "/usr/bin/lynx"])
def test_a_browser_in_the_terminal_does_not_print_its_screen_into_a_pipe(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    browser = Browser(name)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert run("open", "2606.26740", "--json").record["opened"] is False
    assert browser.urls == []
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO()))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    on_terminal("open", "2606.26740")
    assert browser.urls == ["https://huggingface.co/papers/2606.26740"]


PDF = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
NAME = f"{ID} LiveEdit Streaming Video Editing.pdf"


@pytest.fixture
def pdf_feed(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[FeedServer]:
    with FeedServer() as server:
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/pdf/{ID}"] = PDF
        yield server


def test_a_pdf_is_fetched_once_and_its_path_is_printed(
    run: Run, papers: Path, pdf_feed: FeedServer, tmp_path: Path
) -> None:
    folder = tmp_path / "my papers"
    for _ in range(2):
        found = run("pdf", f"arXiv:{ID}v2", "-o", str(folder))
        assert (found.code, found.out, found.err) == (0, f"{folder / NAME}\n", "")
    assert (folder / NAME).read_bytes() == PDF
    assert len(pdf_feed.requests) == 1


def test_the_settings_name_the_folder(run: Run, papers: Path, pdf_feed: FeedServer, home: Path) -> None:
    (home / "config.toml").write_text('pdf_folder = "pdfs"\n')
    assert run("pdf", ID).out == f"{home / 'pdfs' / NAME}\n"


def test_a_failure_is_one_line_and_leaves_no_pdf(
    session: Session, papers: Path, pdf_feed: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.feeds.fulltext.pdf_client._LIMITS", Limits(attempts=1))
    pdf_feed.fault = "error:406"
    session(
        """
        $ pdf 2606.26740 -o p
        1! dailypapers: 127.0.0.1 is too busy to answer (406); the next try is in 10 min. See https://arxiv.org/pdf/2606.26740
        """
    )
    assert not list(tmp_path.glob("p/*.pdf"))


# Passages

LONG = "padding words on this side " * 20


def document(*texts: str) -> Document:
    return Document(
        "T",
        (
            Heading(1, "", (Span("Abstract"),)),
            Paragraph((Span("We use "), Span("sparse", "emphasis"), Span(" attention."))),
            Heading(2, "3.2", (Span("Fréchet spaces"),)),
            *(Paragraph((Span(text),)) for text in texts),
        ),
    )


@pytest.fixture
def texts(papers: Path) -> Path:
    with closing(Window.open(papers)) as window, closing(Texts.open(papers)) as kept:
        for id, found in (
            ("2606.26740", document(f"{LONG}Attention that is sparse{LONG}", "Nothing.")),
            ("2606.00003", document("Dense attention alone.")),
            ("2606.00001", Document("T", (Paragraph((Span("x_{i}\\leq\\alpha", "formula"), Span(" holds"))),))),
        ):
            pk = window.pk_of(id)
            assert pk is not None
            kept.put(pk, found, "feed", "2026-07-01T00:00:00Z")
    return papers


def test_passages_are_printed_with_id_section_and_surrounding_words(
    session: Session, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(
        """
        $ list --passages fulltext:sparse fulltext:attention
        2606.26740	Abstract	We use sparse attention.
        2606.26740	3.2 Fréchet spaces	…words on this side padding words on this side padding words on this side Attention that is sparsepadding words on this side padding words on this side padding…
        2606.00003	Abstract	We use sparse attention.
        @ list --passages fulltext:sparse fulltext:attention
        2606.26740 LiveEdit: Streaming Video Editing
          Abstract
            We use sparse attention.
          3.2 Fréchet spaces
            …words on this side padding words on this side padding words on this side
            Attention that is sparsepadding words on this side padding words on this
            side padding…

        2606.00003 Small verifiers, long horizons
          Abstract
            We use sparse attention.
        $ list --passages fulltext:attention -n 1 --jsonl
        {"id": "2606.26740", "title": "LiveEdit: Streaming Video Editing", "section": "Abstract", "text": "We use sparse attention."}
        $ list --passages fulltext:quantum
        ! No stored full text contains these words.
        $ list --passages fulltext:quantum --json
        []
        $ list --passages 'fulltext:"attention that"' --jsonl=section
        {"section": "3.2 Fréchet spaces"}
        $ list --passages 'fulltext:"att"'
        ! No stored full text contains these words.
        $ list --passages fulltext:atten fulltext:sparse upvotes:>50 --jsonl=id,section
        {"id": "2606.26740", "section": "Abstract"}
        {"id": "2606.26740", "section": "3.2 Fréchet spaces"}
        $ list --passages fulltext:frechet id:2606.00003
        2606.00003	3.2 Fréchet spaces	3.2 Fréchet spaces
        $ list --passages fulltext:α
        2606.00001		xᵢ ≤ α holds
        @ list --passages fulltext:α
        2606.00001 Where do web agents lose their way?
            xᵢ ≤ α holds
        $ list --passages attention
        2! dailypapers: --passages needs words to look for: add a term such as fulltext:attention.
        """  # noqa: E501
    )
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    session(
        """
        $ list --passages fulltext:attention id:2606.00003
        \x1b[2m2606.00003\x1b[0m	\x1b[2mAbstract\x1b[0m	We use sparse \x1b[1mattention\x1b[0m.
        \x1b[2m2606.00003\x1b[0m	\x1b[2m3.2 Fréchet spaces\x1b[0m	Dense \x1b[1mattention\x1b[0m alone.
        """
    )


def test_without_texts_nothing_is_found(session: Session, papers: Path) -> None:
    session(
        """
        $ list --passages fulltext:quantum
        ! No full text is stored yet. 'dailypapers read ID' fetches one.
        """
    )


def test_a_damaged_text_is_skipped(run: Run, texts: Path) -> None:
    with closing(sqlite3.connect(texts)) as connection, connection:
        connection.execute("UPDATE full_text SET body = x'00ff' WHERE pk = (SELECT min(pk) FROM full_text)")
    assert run("list", "--passages", "fulltext:attention").code == 0
