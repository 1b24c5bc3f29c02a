"""The files of PDFs: names that every system takes, and the file of a paper whose title has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.actions.pdf_files import pdf_file, pdf_folder, pdf_name
from reader.core.errors import ConfigError
from reader.core.paper import Paper


@pytest.mark.parametrize(
    ("id", "title", "name"),
    [
        ("2605.00001", "A/B: \x1b[31m*Test*? \u202e", "2605.00001 A B Test.pdf"),
        ("hep-th/9901001", "Ünïcode 中文", "hep-th_9901001 Ünïcode 中文.pdf"),
        ("2605.00002", "word " * 40, "2605.00002 " + " ".join(["word"] * 12) + ".pdf"),
        ("2605.00003", "...", "2605.00003.pdf"),
    ],
)
def test_names_suit_every_system(id: str, title: str, name: str) -> None:
    assert pdf_name(Paper(pk=1, id=id, title=title)) == name


def test_the_file_is_found_though_the_title_has_changed(tmp_path: Path) -> None:
    paper = Paper(pk=1, id="2605.00001", title="A New Title")
    assert pdf_file(paper, tmp_path / "not there") == tmp_path / "not there" / "2605.00001 A New Title.pdf"
    other = tmp_path / "2605.00011 A New Title.pdf"
    other.touch()
    assert pdf_file(paper, tmp_path) == tmp_path / "2605.00001 A New Title.pdf"
    old = tmp_path / "2605.00001 An Old Title.pdf"
    old.touch()
    assert pdf_file(paper, tmp_path) == old


@pytest.mark.parametrize("name", ["2605.00001.pdf", "2605.00001v2.pdf"])
def test_a_file_that_arxiv_has_named_is_found(tmp_path: Path, name: str) -> None:
    paper = Paper(pk=1, id="2605.00001", title="A New Title")
    for other in ("2605.00001v1.pdf", "2605.000012.pdf"):
        (tmp_path / other).touch()
    (tmp_path / name).touch()
    assert pdf_file(paper, tmp_path) == tmp_path / name


def test_the_folder_begins_at_the_settings_or_at_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    config = tmp_path / "config.toml"
    assert pdf_folder("pdfs", config) == tmp_path / "pdfs"
    assert pdf_folder("~/Papers", config) == Path("/home/ada/Papers")
    with pytest.raises(ConfigError, match="pdf_folder"):
        pdf_folder("~nobody-of-this-name/x", config)
