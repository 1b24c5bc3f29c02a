"""Three extensions that were written from the documents alone, installed as packages of others are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.commands.help import page
from tests.commands.conftest import IDS, Run
from tests.extensions.packages import EXAMPLES, Packages, packages
from tests.feed_server import FeedServer

__all__ = ["packages"]

PAPERS: list[dict[str, object]] = [
    {
        "uid": "w1",
        "headline": "How ants \u001b[31mcount",
        "people": [{"given": "Ada", "family": "Lovelace"}],
        "page": "https://wonder.example/w1",
        "posted": "2026-06-30T10:00:00Z",
        "subjects": ["ants"],
    },
    {
        "uid": "w2",
        "headline": "Known elsewhere",
        "people": [],
        "page": "javascript:alert(1)",
        "posted": "soon",
        "arxiv": IDS[0],
    },
    {"uid": "w3", "headline": "", "people": [], "page": "", "posted": ""},
]

LIBRARY = """%0 Journal Article
%T Where do web agents lose their way?
%A Ada Lovelace
%U https://arxiv.org/abs/2606.00001
%K to cite
%Z Read this again.

%0 Journal Article
%T A paper that has no id
%A Grace Hopper
"""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, papers: Path, home: Path) -> Iterator[FeedServer]:
    """A server of the site, and of a feed without papers."""
    (home / "config.toml").write_text("allow_local_feeds = true\nask_arxiv = false\n")
    with FeedServer({}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages["/api/papers"] = json.dumps({"results": PAPERS}).encode()
        yield server


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: file.stem)
def test_each_is_small_and_uses_the_api_alone(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) < 80
    assert {line.split()[1] for line in lines if line.startswith("from reader")} == {"reader.api"}


def install_site(packages: Packages, site: FeedServer, **replaced: str) -> None:
    packages.install_example("wonder_site", **{"https://wonder.example/api/": f"{site.url}/api/", **replaced})


def test_a_site_is_followed_as_a_feed(packages: Packages, run: Run, site: FeedServer) -> None:
    address = f"{site.url}/api/papers"
    assert run("feeds", "add", address).code == 1
    install_site(packages, site)
    added = run("feeds", "add", address)
    assert added.out == "papers-of-wonder: Papers of Wonder (2 papers)\n", added.err
    known, ants = run("list", "source:papers-of-wonder", "--json").records
    assert (ants["title"], ants["authors"], ants["keywords"]) == ("How ants count", ["Ada Lovelace"], ["ants"])
    assert ants["entry_url"] == "https://wonder.example/w1"
    # It has the paper of the feed too, whose own data wins.
    assert (known["id"], known["title"], known["entry_url"]) == (IDS[0], "LiveEdit: Streaming Video Editing", None)
    new = {**PAPERS[0], "uid": "w4", "headline": "How bees sleep"}
    site.pages["/api/papers"] = json.dumps({"results": [*PAPERS, new]}).encode()
    run("refresh", "--quiet")
    assert run("count", "source:papers-of-wonder").out == "3\n"


def test_the_source_of_the_manual_is_followed(packages: Packages, run: Run, site: FeedServer) -> None:
    code = page("extensions").split("```python\n")[3].partition("```")[0]
    packages.install("tiny", code.replace("https://tiny.example/", f"{site.url}/"))
    site.pages["/papers.json"] = b'[{"key": 1, "name": "How moss grows", "by": ["Ada Lovelace"], "page": ""}]'
    assert run("feeds", "add", f"{site.url}/papers.json").out == "tiny-papers: Tiny papers (1 paper)\n"
    (moss,) = run("list", "source:tiny-papers", "--json").records
    assert (moss["title"], moss["authors"]) == ("How moss grows", ["Ada Lovelace"])


def test_a_format_is_imported(packages: Packages, run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "library.enw"
    file.write_text(LIBRARY)
    packages.install_example("refer_file")
    assert run("import", str(file)).code == 0
    shown = run("show", "2606.00001", "--json").record
    assert (shown["tags"], shown["note"]) == (["to cite"], "Read this again.")
    assert run("import", str(file), "--json").code == 0


BAD = {
    "raises": "raise ValueError('no luck')",
    "exits": "raise SystemExit",
    "gives no list": "yield from 5",
}


@pytest.mark.parametrize("how", BAD)
def test_a_source_that_fails_is_named_and_all_others_are_asked(
    packages: Packages, run: Run, site: FeedServer, how: str
) -> None:
    address = f"{site.url}/api/papers"
    install_site(packages, site)
    assert run("feeds", "add", address).code == 0
    install_site(packages, site, **{"    for one": f"    {BAD[how]}\n    for one"})
    site.pages["/other.json"] = b""
    failed = run("feeds", "check")
    assert failed.code == 1
    assert "The extension wonder_site was switched off: it " in failed.err
    assert run("count", "source:papers-of-wonder").out == "2\n"
    assert run("doctor").code == 1


def test_records_of_any_form_are_cleaned_or_left_out(packages: Packages, run: Run, site: FeedServer) -> None:
    odd = "yield from [5, None, {}, {'title': 7}, {'title': ['x'], 'id': []}, {'title': 'Good \\x1b[1m', 'guid': 5}]"
    install_site(packages, site, **{"    for one": f"    {odd}\n    return\n    for one"})
    added = run("feeds", "add", f"{site.url}/api/papers")
    assert added.out.endswith("(1 paper)\n"), added.err
    assert [one["title"] for one in run("list", "source:papers-of-wonder", "--json").records] == ["Good"]


def test_a_format_that_fails_stops_no_other_import(packages: Packages, run: Run, papers: Path, tmp_path: Path) -> None:
    packages.install_example("refer_file", **{"    return start": "    raise OSError('no')\n    return start"})
    file, ours = tmp_path / "library.enw", tmp_path / "ids.txt"
    file.write_text(LIBRARY)
    ours.write_text("https://arxiv.org/abs/2606.00001\n")
    assert run("import", str(ours)).code == 0
    assert "the extension refer_file: OSError: no" in run("doctor").out
