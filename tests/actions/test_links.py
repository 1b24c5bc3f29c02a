"""The links of a paper, the safe opening of addresses, file names of PDFs, and copied texts."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.actions.citations import CitationKeys
from reader.actions.export import COPIES
from reader.actions.links import (
    Link,
    find_browser,
    link_choices,
    links,
    open_url,
    pdf_file,
    pdf_folder,
    pdf_name,
    repository_links,
    safe_url,
)
from reader.core.community import Repository
from reader.core.errors import ConfigError, ReaderError
from reader.core.paper import Paper
from tests.actions.test_export import WRITTEN
from tests.table import each

LONGEST = "https://x.example/" + "a" * 1982


class Browser(webbrowser.BaseBrowser):
    def __init__(self, works: bool = True) -> None:
        super().__init__("recorder")
        self.works = works
        self.opened: list[str] = []

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        return self.works


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(webbrowser, "open", browser.open)
    return browser


def test_links_of_a_paper_have_letters(live_edit: Paper) -> None:
    paper = live_edit._replace(project_url="https://live.example/a b", media=("https://x.example/1.mp4",))
    assert [(link.letter, link.url) for link in links(paper)] == [
        ("o", "https://huggingface.co/papers/2606.12345"),
        ("p", "https://arxiv.org/pdf/2606.12345"),
        ("a", "https://arxiv.org/abs/2606.12345"),
        ("c", "https://github.com/someone/live_edit"),
        ("w", "https://live.example/a%20b"),
        ("1", "https://x.example/1.mp4"),
    ]


def test_addresses_in_the_abstract_replace_those_that_the_feed_lacks(live_edit: Paper) -> None:
    addresses = (
        "https://github.com/someone/live_edit.git",
        "https://lab.example/data",
        "https://ada.github.io/engine",
        "https://github.com/ada/other",
    )
    paper = live_edit._replace(project_url=None, addresses=addresses)
    assert [(link.letter, link.name, link.url, link.in_text) for link in links(paper)[3:]] == [
        ("c", "code", "https://github.com/someone/live_edit", False),
        ("w", "project", "https://ada.github.io/engine", True),
        ("1", "lab.example", "https://lab.example/data", True),
        ("2", "github.com", "https://github.com/ada/other", True),
    ]
    many = paper._replace(addresses=tuple(f"https://lab.example/{number}" for number in range(12)))
    assert [link.letter for link in links(many)] == list("opac123456789")
    code = next(link for link in links(paper._replace(code_url=None)) if link.letter == "c")
    assert (code.url, code.in_text) == ("https://github.com/someone/live_edit.git", True)
    assert dict(link_choices(paper))["w"] == "project in the text"


def test_the_repositories_that_name_a_paper_are_numbered_by_their_kind() -> None:
    models = [Repository("model", f"ada/{number}") for number in range(11)]
    found = repository_links([models[0], Repository("space", "ada/demo"), *models[1:]])
    assert found == {
        "m": tuple(Link(f"{at}", f"ada/{at - 1}", f"https://huggingface.co/ada/{at - 1}") for at in range(1, 10)),
        "s": (Link("1", "ada/demo", "https://huggingface.co/spaces/ada/demo"),),
    }


def test_the_menu_of_links_names_their_targets(live_edit: Paper) -> None:
    full = live_edit._replace(project_url="https://example.org", media=("https://example.org/1.png",), doi="10.1/x")
    expected = ("feed", "PDF", "arXiv", "code", "project", "DOI", "media")
    assert dict(link_choices(full)) == dict(zip("opacwd1", expected, strict=True))
    assert dict(link_choices(full._replace(day=None, source="arxiv")))["o"] == "arXiv"
    assert dict(link_choices(full._replace(source="arxiv")))["o"] == "feed"
    post = full._replace(id="feed:0a1b2c3d4e5f", source="lab", day=None, url="https://lab.example/1")
    assert dict(link_choices(post))["o"] == "entry"


def test_the_page_of_a_paper_that_the_feed_never_listed_is_on_arxiv(live_edit: Paper) -> None:
    paper = live_edit._replace(day=None, source="arxiv", code_url=None, doi="10.1000/a b", url="https://lab.example/1")
    assert [(link.letter, link.url) for link in links(paper)] == [
        ("o", "https://arxiv.org/abs/2606.12345"),
        ("p", "https://arxiv.org/pdf/2606.12345"),
        ("d", "https://doi.org/10.1000/a%20b"),
        ("e", "https://lab.example/1"),
    ]
    post = paper._replace(id="feed:0a1b2c3d4e5f", source="lab", doi=None)
    assert [(link.letter, link.url) for link in links(post)] == [("o", "https://lab.example/1")]
    # A paper of a saved page has only the links that it brought.
    assert [link.letter for link in links(live_edit._replace(id="page:0a1b2c3d4e5f"))] == ["c"]


@each(
    "url",
    [
        *("javascript:alert(1)", "file:///etc/passwd", "ftp://x.example/", "-version", "--help", "https://", ""),
        *("https://huggingface.co@evil.example/", "https://a b.example/", "https://x.example:99999/", "http://[::1"),
        "https://x.example/" + "a" * 1983,
    ],
)
def test_unsafe_addresses_are_not_opened(url: str, browser: Browser) -> None:
    with pytest.raises(ReaderError, match="only http and https"):
        open_url(url)
    assert browser.opened == []


@each(
    ("url", "safe"),
    [
        (" https://x.example/a?b=c#d ", "https://x.example/a?b=c#d"),
        ("https://x.example/$(id);`id`'\"", "https://x.example/$%28id%29;%60id%60%27%22"),
        ("https://x.example/100%25", "https://x.example/100%25"),
        ("HTTPS://X.example:8080/", "https://x.example:8080/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        (LONGEST, LONGEST),
    ],
)
def test_addresses_are_opened_in_a_safe_form(url: str, safe: str, browser: Browser) -> None:
    assert open_url(url)
    assert browser.opened.pop() == safe


@given(st.text(max_size=60).map(lambda text: f"https://x.example/{text}"))
def test_a_safe_address_is_ascii_and_unchanged_by_a_second_check(url: str) -> None:
    safe = safe_url(url)
    assert safe is not None
    assert safe.isascii()
    assert not set(safe) & set(" \"'<>\\^`{|}()\n\t\x1b")
    assert safe_url(safe) == safe


def test_a_console_browser_is_started_only_with_a_terminal(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    for browser.name, is_opened in (("/usr/bin/w3m", False), ("firefox", True)):
        assert open_url("https://x.example/", has_terminal=False) is is_opened
        assert find_browser() == browser.name
        assert open_url("https://x.example/")
    assert len(browser.opened) == 3
    # A missing browser gives an answer, not an error.
    browser.works = False
    assert not open_url("https://x.example/")
    monkeypatch.setattr(webbrowser, "get", Mock(side_effect=webbrowser.Error))
    assert open_url("https://x.example/", has_terminal=False) is False
    assert find_browser() is None


def test_copied_text_is_one_plain_line(live_edit: Paper) -> None:
    paper = live_edit._replace(title="a\nrm -rf\x1b[201~")
    assert COPIES["l"].text([paper], CitationKeys()) == "https://huggingface.co/papers/2606.12345"
    assert COPIES["l"].text([paper._replace(id="page:0a1b2c3d4e5f")], CitationKeys()) == "a rm -rf"


@each(
    ("id", "title", "name"),
    [
        ("2605.00001", "A/B: \x1b[31m*Test*? \u202e", "2605.00001 A B Test.pdf"),
        ("hep-th/9901001", "Ünïcode 中文", "hep-th_9901001 Ünïcode 中文.pdf"),
        ("2605.00002", "word " * 40, "2605.00002 " + " ".join(["word"] * 12) + ".pdf"),
        ("2605.00003", "...", "2605.00003.pdf"),
        ("2605.00004", "a" * 60, f"2605.00004 {'a' * 60}.pdf"),
        ("2605.00004", "a" * 61, f"2605.00004 {'a' * 60}.pdf"),
        ("2605.00004", f"{'a' * 30} {'b' * 30} c", f"2605.00004 {'a' * 30}.pdf"),
    ],
)
def test_the_name_of_a_pdf_is_allowed_on_every_system(id: str, title: str, name: str) -> None:
    assert pdf_name(Paper(pk=1, id=id, title=title)) == name


def test_a_pdf_is_found_after_its_title_has_changed(tmp_path: Path) -> None:
    paper = Paper(pk=1, id="2605.00001", title="A New Title")
    assert pdf_file(paper, tmp_path / "not there") == tmp_path / "not there" / "2605.00001 A New Title.pdf"
    other = tmp_path / "2605.00011 A New Title.pdf"
    other.touch()
    assert pdf_file(paper, tmp_path) == tmp_path / "2605.00001 A New Title.pdf"
    old = tmp_path / "2605.00001 An Old Title.pdf"
    old.touch()
    assert pdf_file(paper, tmp_path) == old


@pytest.mark.parametrize("name", ["2605.00001.pdf", "2605.00001v2.pdf"])
def test_a_pdf_that_arxiv_named_is_found(tmp_path: Path, name: str) -> None:
    paper = Paper(pk=1, id="2605.00001", title="A New Title")
    for other in ("2605.00001v1.pdf", "2605.000012.pdf"):
        (tmp_path / other).touch()
    (tmp_path / name).touch()
    assert pdf_file(paper, tmp_path) == tmp_path / name


def test_the_folder_of_pdfs_is_relative_to_the_settings_or_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    config = tmp_path / "config.toml"
    assert pdf_folder("pdfs", config) == tmp_path / "pdfs"
    assert pdf_folder("~/Papers", config) == Path("/home/ada/Papers")
    with pytest.raises(ConfigError, match="pdf_folder"):
        pdf_folder("~nobody-of-this-name/x", config)


# The clipboard


def test_papers_are_copied_in_every_form(two: tuple[Paper, Paper]) -> None:
    texts = {copy.name: copy.text(two, CitationKeys()) for copy in COPIES.values() if copy.name != "BibTeX"}
    assert "".join(f"{name}:\n{text}\n" for name, text in texts.items()) == (WRITTEN / "copies.txt").read_text("utf-8")
    assert COPIES["b"].text(two, CitationKeys()) == (WRITTEN / "papers.bib").read_text("utf-8")
    assert COPIES["a"].text(two[:1], CitationKeys()) == two[0].abstract
    assert COPIES["m"].text(two[:1], CitationKeys()).startswith("[LiveEdit")
