"""Citations of papers as plain text, in the three styles that are asked for most.

A citation processor would bring thousands of styles, each as a file to find, install and keep; reference managers have
them and read our exports. These three need a page of code, and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from reader.actions.bibtex import doi
from reader.core.ids import paper_url
from reader.core.names import Name, split_name
from reader.core.paper import Paper
from reader.core.text import clean
from reader.core.venue import year_of

_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")


def apa(paper: Paper) -> str:
    """A reference in the style of the American Psychological Association, 7th edition."""
    names = [_inverted(name) for name in _authors(paper)]
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
    names = [_with_initials(name) for name in _authors(paper)]
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
    second = f", and {_plain(names[1])}" if len(names) == 2 else ", et al" if len(names) > 2 else ""
    title = clean(paper.title)
    quoted = f"“{title if title[-1:] in '.?!' else f'{title}.'}”"
    where = _where(paper) or ("arXiv" if paper_url(paper.id) else "")
    parts = (where, _year(paper), _address(paper))
    return _ended(" ".join(part for part in (_ended(first + second), quoted, ", ".join(filter(None, parts))) if part))


STYLES: Mapping[str, Callable[[Paper], str]] = MappingProxyType({"APA": apa, "IEEE": ieee, "MLA": mla})


def _authors(paper: Paper) -> list[Name]:
    return [split_name(clean(name)) for name in paper.authors]


def _initials(name: Name) -> str:
    """The first letters of the given names: `J.-L. M.` of `Jean-Luc Marie`."""
    return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in name.given.split())


def _inverted(name: Name) -> str:
    return ", ".join(part for part in (name.family, _initials(name), name.suffix) if part)


def _with_initials(name: Name) -> str:
    return " ".join(part for part in (_initials(name), name.family, name.suffix) if part)


def _plain(name: Name) -> str:
    return " ".join(part for part in (name.given, name.family, name.suffix) if part)


def _joined(names: Sequence[str], between: str, last: str) -> str:
    return last.join(filter(None, (between.join(names[:-1]), names[-1]))) if names else ""


def _where(paper: Paper) -> str:
    """The journal or the venue in which it appeared, if that is known."""
    return clean(paper.journal or paper.venue or "")


def _year(paper: Paper) -> str:
    """The year in which it appeared, else that of its first version."""
    return year_of(_where(paper)) or (paper.published or paper.day or "")[:4]


def _address(paper: Paper) -> str:
    """The DOI as an address; for a paper that is not on arXiv, its own address."""
    return f"https://doi.org/{doi(paper)}" if paper_url(paper.id) else clean(paper.url or "")


def _ended(text: str) -> str:
    return text if not text or text.rstrip("”")[-1:] in ".?!" else f"{text}."
