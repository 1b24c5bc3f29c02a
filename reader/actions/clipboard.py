"""Texts of papers for copying, cleaned so that pasting them into a terminal is harmless."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import NamedTuple

from reader.access_token import child_environment
from reader.actions.citations import CitationKeys, doi, write_bibtex
from reader.core.errors import ReaderError
from reader.core.ids import hf_url, paper_url
from reader.core.paper import Paper
from reader.core.people import Name, split_name
from reader.core.text import clean, clean_block
from reader.core.venue import year_of

_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")


def apa(paper: Paper) -> str:
    """A reference in the style of the American Psychological Association, 7th edition."""
    names = [", ".join(filter(None, (one.family, _initials(one), one.suffix))) for one in _authors(paper)]
    who = _joined(names, ", ", ", & ") if len(names) <= 20 else f"{', '.join(names[:19])}, … {names[-1]}"
    year = f"({_year(paper) or 'n.d.'})"
    title = clean(paper.title)
    begin = f"{_ended(who)} {year}. {title}" if who else f"{title} {year}"
    where = _where(paper)
    if paper_url(paper.id) and not where:
        begin, where = f"{begin} (arXiv:{paper.id})", "arXiv"
    return " ".join(part for part in (_ended(begin), _ended(where), _address(paper)) if part)


def ieee(paper: Paper) -> str:
    """A reference in the style of the Institute of Electrical and Electronics Engineers."""
    names = [" ".join(filter(None, (_initials(one), one.family, one.suffix))) for one in _authors(paper)]
    who = f"{names[0]} et al." if len(names) > 6 else _joined(names, ", ", ", and " if len(names) > 2 else " and ")
    title = clean(paper.title).rstrip(".,")
    date = paper.published or paper.day
    where = _where(paper)
    has_month = date and date[5:7].isdecimal() and not where
    when = f"{_MONTHS[int(date[5:7]) - 1]} {date[:4]}" if date and has_month else _year(paper)
    number = f"arXiv:{paper.id}" if paper_url(paper.id) else ""
    rest = ", ".join(part for part in (where or number, when) if part)
    return f"{f'{who}, ' if who else ''}“{title}{f',” {rest}.' if rest else '.”'}"


def mla(paper: Paper) -> str:
    """A reference in the style of the Modern Language Association, 9th edition."""
    names = _authors(paper)
    first = names[0].inverted if names else ""
    second = ", et al" if names[1:] else ""
    if len(names) == 2:
        second = f", and {' '.join(filter(None, (names[1].given, names[1].family, names[1].suffix)))}"
    title = clean(paper.title)
    quoted = f"“{title if title[-1:] in '.?!' else f'{title}.'}”"
    where = _where(paper) or ("arXiv" if paper_url(paper.id) else "")
    parts = (where, _year(paper), _address(paper))
    return _ended(" ".join(part for part in (_ended(first + second), quoted, ", ".join(filter(None, parts))) if part))


def _authors(paper: Paper) -> list[Name]:
    return [split_name(clean(name)) for name in paper.authors]


def _initials(name: Name) -> str:
    """The first letters of the given names: `J.-L. M.` of `Jean-Luc Marie`."""
    return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in name.given.split())


def _joined(names: Sequence[str], between: str, last: str) -> str:
    return last.join(filter(None, (between.join(names[:-1]), names[-1]))) if names else ""


def _where(paper: Paper) -> str:
    return clean(paper.journal or paper.venue or "")


def _year(paper: Paper) -> str:
    """The year in which it appeared, else that of its first version."""
    return year_of(_where(paper)) or (paper.published or paper.day or "")[:4]


def _address(paper: Paper) -> str:
    """The DOI as an address; for a paper that is not on arXiv, its own address."""
    return f"https://doi.org/{doi(paper)}" if paper_url(paper.id) else clean(paper.url or "")


def _ended(text: str) -> str:
    return text if not text or text.rstrip("”")[-1:] in ".?!" else f"{text}."


Text = Callable[[Sequence[Paper], CitationKeys], str]
"""Makes the text of some papers; BibTeX entries get their keys."""


class Copy(NamedTuple):
    """A form of copying papers: its name, and the resulting text."""

    name: str
    text: Text
    noun: str = ""
    """Its name in a sentence, if it differs."""


def _lines(of: Callable[[Paper], str]) -> Text:
    """A line for each paper."""
    return lambda papers, _: "\n".join(map(of, papers))


def _bibtex(papers: Sequence[Paper], keys: CitationKeys) -> str:
    out = StringIO()
    write_bibtex(papers, out, keys)
    return out.getvalue()


def _markdown_links(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    from reader.actions.export import markdown_link

    bullet = "- " if len(papers) > 1 else ""
    return "\n".join(bullet + markdown_link(paper) for paper in papers)


def _abstracts(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    if len(papers) == 1:
        return clean_block(papers[0].abstract)
    return "\n\n".join(f"{clean(paper.title)}\n\n{clean_block(paper.abstract)}".rstrip() for paper in papers)


COPIES: Mapping[str, Copy] = MappingProxyType(
    {
        "l": Copy("link", _lines(lambda paper: hf_url(paper.id) or clean(paper.title))),
        "i": Copy("id", _lines(lambda paper: clean(paper.id))),
        "t": Copy("title", _lines(lambda paper: clean(paper.title))),
        "b": Copy("BibTeX", _bibtex),
        "m": Copy("Markdown link", _markdown_links),
        "a": Copy("abstract", _abstracts),
        "1": Copy("APA", _lines(apa), "APA citation"),
        "2": Copy("IEEE", _lines(ieee), "IEEE citation"),
        "3": Copy("MLA", _lines(mla), "MLA citation"),
    }
)
"""The forms by letter, in menu order; the last ones are citation styles."""


PROGRAMS = (
    ("pbpaste",),
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("termux-clipboard-get",),
)
"""Programs that print the clipboard on macOS, Wayland, X and Android."""

SECONDS = 10


def read_clipboard() -> bytes:
    """The clipboard's text, by the first program that has it; raises ReaderError."""
    there = [words for words in PROGRAMS if shutil.which(words[0])]
    if not there:
        names = ", ".join(words[0] for words in PROGRAMS)
        raise ReaderError(f"No program here can read the clipboard. Install one of {names}, or pipe it: import -.")
    for words in there:
        try:
            done = subprocess.run(
                words,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=SECONDS,
                env=child_environment(),
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            # Such as X's clipboard in a Wayland session.
            continue
        return done.stdout
    raise ReaderError(f"{there[-1][0]} could not read the clipboard. Pipe the text instead: import -.")
