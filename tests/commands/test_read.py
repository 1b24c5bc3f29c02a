"""A paper's full text, its PDF and its page in the browser."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from reader.feeds.http import Limits
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages
from tests.table import each

ID = "2606.26740"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[FeedServer]:
    with FeedServer({"2026-06-30": [item("2606.00009", "Not here yet", "2026-06-30")]}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        (home / "config.toml").write_text('full_text_from = ["feed", "https://arxiv.org", "pdf"]\n')
        server.pages[f"/papers/{ID}.md"] = pages.MARKDOWN.encode()
        server.pages[f"/html/{ID}"] = pages.PAGE.encode()
        yield server


TEXT = """\
LiveEdit: Streaming Video Editing
Ada Example, Bo Sample
arXiv:2606.26740v2 · text from Hugging Face

1  Start

We cite (Kay, 2024), see Table 1 and take xᵢ ≤ 1, which is so by 𝒪(n log n) steps.

a = b∕c  (1)

1.1  Parts

Theorem 1(Main). All is so.

Table 1: Numbers.
Model    α
a      1.5

Figure 1: Both.

Algorithm 1: Run

1: if x
2: go
3: stop

$ run  <it>

> Said.

• One
"""


def test_a_fetched_text_is_read_offline(
    run: Run, session: Session, papers: Path, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("read", ID, "--section", "2").out == TEXT
    assert run("count", "has:fulltext").out == "1\n"
    asked = len(feed.requests)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    session(
        """
        $ read https://arxiv.org/abs/2606.26740v1 --section references
        LiveEdit: Streaming Video Editing
        Ada Example, Bo Sample
        arXiv:2606.26740v2 · text from Hugging Face

        References

        Kay (2024) Kay. On it. link
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


def test_a_paper_that_is_not_here_is_fetched_too(run: Run, papers: Path, feed: FeedServer) -> None:
    feed.pages["/papers/2606.00009.md"] = pages.MARKDOWN.encode()
    assert run("read", "2606.00009").lines[0] == "Not here yet"


def test_read_again_fetches_a_newer_text_and_says_what_it_lacks(run: Run, papers: Path, feed: FeedServer) -> None:
    first = f"arXiv:{ID}v2 · text from Hugging Face"
    assert run("read", ID).lines[2] == first
    newer = pages.MARKDOWN.replace("v2", "v4").partition("## References")[0]
    feed.pages = {f"/papers/{ID}.md": newer.encode()}
    assert run("read", ID).lines[2] == first
    again = f"arXiv:{ID}v4 · text from Hugging Face · no references"
    assert run("read", ID, "--again").lines[2] == again
    feed.fault = "redirect:/abs/x"
    assert run("read", ID, "--again").code == 1
    assert run("read", ID).lines[2] == again


def test_markdown_has_formulas_in_tex(run: Run, papers: Path, feed: FeedServer) -> None:
    lines = run("read", ID, "--markdown").lines
    assert lines[0].startswith("# ") and lines[4].startswith(f"arXiv:{ID}")
    assert "## 1 Start" in lines
    assert (
        r"We cite (Kay, 2024), see Table 1 and take $x_{i}\leq 1$, which is **so** by $\mathcal{O}(n\log n)$ steps."
        in lines
    )
    assert r"a=\frac{b}{c} \tag{1}" in lines
    assert r"| Model | $\alpha$ |" in lines
    assert "> Said." in lines
    assert "- Kay (2024) Kay. On it. [link](https://example.org/x)" in lines


def test_a_section_is_read_by_its_number_or_its_title(session: Session, papers: Path, feed: FeedServer) -> None:
    session(
        """
        $ read 2606.26740 --sections
        0	0	A paper
        1	2852	Abstract
        2	146	1 Start
        3	285	1.1 Parts
        4	18	Appendix A More
        5	69	References
        $ read 2606.26740 --sections --jsonl
        {"id": "2606.26740", "version": 2, "source": "feed", "sections": [{"section": 0, "level": 0, "title": "A paper", "letters": 0}, {"section": 1, "level": 1, "title": "Abstract", "letters": 2852}, {"section": 2, "level": 1, "title": "1 Start", "letters": 146}, {"section": 3, "level": 2, "title": "1.1 Parts", "letters": 285}, {"section": 4, "level": 1, "title": "Appendix A More", "letters": 18}, {"section": 5, "level": 1, "title": "References", "letters": 69}]}
        $ read 2606.26740 --section 3 --jsonl
        {"id": "2606.26740", "version": 2, "source": "feed", "sections": [{"section": 3, "level": 2, "title": "1.1 Parts", "letters": 285, "text": "### 1.1 Parts\\n\\n**Theorem 1(Main).**\\n\\nAll is so.\\n\\n**Table 1**: Numbers.\\n\\n| Model | $\\\\alpha$ |\\n| --- | --- |\\n| a | 1.5 |\\n\\n![Figure 1](https://arxiv.org/html/2605.00001v2/x1.png)\\n**Figure 1**: Both.\\n\\n**Algorithm 1**: Run\\n\\n```\\n1: if x\\n2: go\\n3: stop\\n```\\n\\n```\\n$ run  <it>\\n```\\n\\n> Said.\\n\\n- One"}]}
        $ read 2606.26740 --section "appendix a" --markdown
        ## Appendix A More
        $ read 2606.26740 --section 0
        LiveEdit: Streaming Video Editing
        Ada Example, Bo Sample
        arXiv:2606.26740v2 · text from Hugging Face

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
        1! dailypapers: 127.0.0.1 is too busy to answer (406); the next try is in 5 min. See https://arxiv.org/pdf/2606.26740
        """
    )
    assert not list(tmp_path.glob("p/*.pdf"))
