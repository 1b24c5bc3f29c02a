from __future__ import annotations

from reader.core.ids import (
    arxiv_id,
    doi_in,
    feed_entry_id,
    hf_url,
    id_in_file_name,
    ids_in,
    named_id,
    page_id,
    paper_url,
    pdf_url,
)
from tests.table import each


@each(
    ("text", "expected"),
    [
        ("  2406.12345v3\n", "2406.12345"),
        ("0704.0001", "0704.0001"),
        ("arXiv:2406.12345", "2406.12345"),
        ("arxiv: 2406.12345v2 [cs.CL]", "2406.12345"),
        ("arXiv:math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001"),
        ("http://www.arxiv.org/pdf/2406.12345v1.pdf", "2406.12345"),
        ("arxiv.org/html/2406.12345v1#S2", "2406.12345"),
        ("https://ar5iv.labs.arxiv.org/html/2406.12345", "2406.12345"),
        ("https://huggingface.co/papers/2406.12345?utm=x", "2406.12345"),
        ("https://huggingface.co/papers/2406.12345.md", "2406.12345"),
        ("hf.co/papers/2406.12345/", "2406.12345"),
        ("https://www.alphaxiv.org/overview/2406.12345v1", "2406.12345"),
        ("10.48550/arXiv.2406.12345", "2406.12345"),
        ("doi:10.48550/arxiv.2406.12345", "2406.12345"),
        ("https://doi.org/10.48550/arXiv.2406.12345", "2406.12345"),
        ("https://arxiv.org/html/2406.12345/sections/introduction", "2406.12345"),
        ("2413.12345", None),
        ("2406.123456", None),
        ("٢٤٠٦.١٢٣٤٥", None),
        ("https://example.org/abs/2406.12345", None),
        ("https://arxiv.org.example.org/abs/2406.12345", None),
        ("https://arxiv.org/list/cs.CL", None),
        ("https://arxiv.org/abs/2406.123456", None),
        ("https://doi.org/10.1000/2406.12345", None),
        ("ftp://arxiv.org/abs/2406.12345", None),
        ("https://[::1/abs/2406.12345", None),
        ("page:0123456789ab", None),
        ("2406.12345" + " " * 400 + "x", None),
        ("https://arxiv.org/html/2406.12345/" + "x" * 266, "2406.12345"),
        ("https://arxiv.org/html/2406.12345/" + "x" * 267, None),
        ("https://arxiv.org/abs/2406.12345x", None),
        ("https://arxiv.org/abs/2406.12345.md.pdf", "2406.12345"),
        ("https://huggingface.co/api/papers/2406.12345", "2406.12345"),
        ("http://arxiv.org/abs/2406.12345", "2406.12345"),
        ("https://dx.doi.org/10.48550/arXiv.2406.12345", "2406.12345"),
        ("astro-ph/9901001", "astro-ph/9901001"),
        ("somebodys-repository/1234567", None),
        ("<https://arxiv.org/abs/2406.12345>", "2406.12345"),
        ("oai:arXiv.org:2406.12345v1", "2406.12345"),
        ("arXiv.2406.12345", "2406.12345"),
        ("https://www.semanticscholar.org/arxiv/2406.12345", "2406.12345"),
        ("https://api.semanticscholar.org/arXiv:2406.12345", None),
        ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:2406.12345?fields=title", "2406.12345"),
        ("https://www.semanticscholar.org/paper/A-title/0123456789abcdef0123456789abcdef01234567", None),
        ("https://scirate.com/arxiv/2406.12345", "2406.12345"),
        ("DBLP:journals/corr/abs-2406-12345", "2406.12345"),
        ("https://dblp.org/rec/journals/corr/abs-2406-12345.bib", "2406.12345"),
    ],
)
def test_an_id_is_found_in_each_of_its_forms(text: str, expected: str | None) -> None:
    assert arxiv_id(text) == expected


def test_addresses_are_those_of_the_paper() -> None:
    assert paper_url("2406.12345") == "https://arxiv.org/abs/2406.12345"
    assert pdf_url("hep-th/9901001") == "https://arxiv.org/pdf/hep-th/9901001"
    assert hf_url("2406.12345") == "https://huggingface.co/papers/2406.12345"


@each("id", [page_id("A title"), "x y", "2406.12345v2", "../etc", ""])
def test_what_is_no_arxiv_id_has_no_address(id: str) -> None:
    assert paper_url(id) is None
    assert pdf_url(id) is None
    assert hf_url(id) is None


def test_a_page_id_is_stable_and_blind_to_spelling() -> None:
    assert page_id("LiveEdit: Towards Real-Time Editing") == page_id("liveedit  towards REAL TIME editing")
    assert page_id("LiveEdit") != page_id("LiveEdits")
    # Kept in caches: it must never change.
    assert page_id("Attention Is All You Need") == "page:12286c43e70e"


def test_an_entry_has_an_id_of_its_feed() -> None:
    one = feed_entry_id("https://lab.example.org/feed.xml", "post-1")
    assert one.startswith("feed:")
    assert len(one) == len("feed:") + 12
    assert one == feed_entry_id("https://lab.example.org/feed.xml", "post-1")
    assert one not in (
        feed_entry_id("https://lab.example.org/feed.xml", "post-2"),
        feed_entry_id("https://b.example", "post-1"),
    )
    assert arxiv_id(one) is None


@each(
    ("text", "expected"),
    [
        ("arXiv:2406.12345v2 [cs.CL]", "2406.12345"),
        ("2406.12345v2.pdf", "2406.12345"),
        ("~/Papers/2406.12345 LiveEdit: a title.pdf", "2406.12345"),
        ("file:///home/me/papers/2406.12345.html", "2406.12345"),
        (r"C:\Papers\Wang_2406.12345v3.PDF", "2406.12345"),
        ("'/tmp/arXiv-2406.12345v1.tar.gz'", "2406.12345"),
        ("papers/hep-th_9901001v2.pdf", "hep-th/9901001"),
        ("hep-th9901001.pdf", "hep-th/9901001"),
        ("2406.12345 and 2406.12346.pdf", None),
        ("2406.12345/notes.pdf", None),
        ("report-2013.12345.pdf", None),
        ("2406.12345.exe", None),
        ("x" * 2_000 + "2406.12345.pdf", None),
    ],
)
def test_a_paper_is_named_by_its_file_too(text: str, expected: str | None) -> None:
    assert named_id(text) == expected


@each(
    ("text", "expected"),
    [
        ("10.1103/PhysRevD.76.013009", "10.1103/physrevd.76.013009"),
        ("doi: 10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://example.org/10.1145/3292500.3330701", None),
        ("10.1145", None),
        ("2406.12345", None),
    ],
)
def test_a_doi_is_found_in_its_forms(text: str, expected: str | None) -> None:
    assert doi_in(text) == expected


def test_ids_in_a_text_are_those_that_are_named_as_such() -> None:
    text = (
        "arXiv:2406.12345v2, arxiv.org/abs/2406.12345, https://arxiv.org/pdf/hep-th/9901001, 10.48550/arXiv.2401.00001"
    )
    assert ids_in(f"{text}; 2405.00001") == ["2406.12345", "hep-th/9901001", "2401.00001"]
    assert id_in_file_name("papers/2406.12345v2.pdf") == "2406.12345" and id_in_file_name("papers/a.pdf") is None
    assert named_id(f"{'x' * 985} 2406.12345.pdf") == "2406.12345" and named_id(f"{'x' * 986} 2406.12345.pdf") is None
