r"""Citations for LaTeX and reference managers: citation keys, BibTeX, RIS and CSL-JSON.

A citation key is made from a pattern, such as `{author}{year}-{id}`, and is the same in every export. If the pattern
lacks `{id}`, several papers may get the same key: the oldest paper in the cache keeps the key, and the id is appended
to the keys of the others. Therefore a key never changes, whatever is added or exported.

The library pylatexenc, which is imported late, escapes text for BibTeX. The entry of an arXiv paper has both
`archivePrefix` and `eprinttype`, because programs read one or the other, and `url` and `doi`, which all programs read.
Letters without a LaTeX command stay unchanged. Formulas need no care: the feeds store them as Unicode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Literal, TextIO

from reader.core.ids import arxiv_id, paper_url, pdf_url
from reader.core.latex import latex_to_unicode
from reader.core.paper import Paper
from reader.core.passages import MAX_PASSAGE_CHARACTERS
from reader.core.people import split_name
from reader.core.text import clean, clean_block, clean_note, fold
from reader.core.venue import series_of, year_of

DEFAULT_PATTERN = "{author}{year}-{id}"

_LATIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
"""Replacements for letters that do not decompose into a base letter and an accent."""

_PART = re.compile(r"\{(\w+)\}")
# fmt: off
_SMALL_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "is", "it", "its", "of", "on", "or", "the",
    "to", "via", "what", "when", "why", "with",
))
# fmt: on


class CitationKeys:
    """Makes citation keys that differ in more than case; `all_papers` returns the cached papers, oldest first."""

    def __init__(self, pattern: str = DEFAULT_PATTERN, all_papers: Callable[[], Iterable[Paper]] = tuple) -> None:
        self._pattern = pattern
        self._used: set[str] = set()
        self._all_papers = all_papers

    @cached_property
    def _owners(self) -> dict[str, str]:
        """For each key in lower case, the id of the paper that keeps it; other papers append their id."""
        owners: dict[str, str] = {}
        for paper in self._all_papers():
            owners.setdefault(self._base(_parts(paper)).lower(), paper.id)
        return owners

    def key(self, paper: Paper) -> str:
        parts = _parts(paper)
        key = base = self._base(parts)
        number = 1
        if "{id}" not in self._pattern and (
            key.lower() in self._used or self._owners.get(key.lower(), paper.id) != paper.id
        ):
            key = base = f"{base}-{parts['id']}"
        while key.lower() in self._used:
            number += 1
            key = f"{base}-{number}"
        self._used.add(key.lower())
        return key

    def _base(self, parts: dict[str, str]) -> str:
        key = _PART.sub(lambda match: parts.get(match[1], ""), self._pattern)
        return re.sub(r"[^A-Za-z0-9._:+/-]+", "", key).strip("-_:.+/") or f"paper-{parts['id']}"


def _parts(paper: Paper) -> dict[str, str]:
    """The values for the placeholders of a pattern; `reader.core.settings.types.KEY_PARTS` lists their names."""
    family = split_name(clean(paper.authors[0])).family if paper.authors else ""
    author = _letters(family.rpartition(" ")[2])
    title_words = list(filter(None, map(_letters, re.split(r"[\s:/-]+", clean(paper.title)))))
    words = [word for word in title_words if word not in _SMALL_WORDS] or title_words
    id = paper.id if arxiv_id(paper.id) else paper.id.rpartition(":")[2]
    return {
        "author": author or "paper",
        "Author": (author or "paper").capitalize(),
        "year": (paper.published or paper.day or "")[:4],
        "title": words[0] if words else "",
        "Title": words[0].capitalize() if words else "",
        "words": "".join(word.capitalize() for word in words[:3]),
        "id": re.sub(r"[^a-z0-9.]+", "-", fold(id)).strip("-"),
    }


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text).translate(_LATIN))


# Fields that all formats have

EntryType = Literal["misc", "article", "inproceedings"]

_CONFERENCE = re.compile(
    r"\b(?:conference|conf|proceedings|proc|workshop|symposium|meeting|neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|bmvc"
    r"|acl|emnlp|naacl|eacl|coling|interspeech|icassp|aaai|ijcai|kdd|www|sigir|siggraph|chi|icra|iros|corl|colt|uai"
    r"|aistats|miccai)\b",
    re.IGNORECASE,
)
_HONOUR = re.compile(r" (?:best paper|oral|spotlight|highlight|poster)\b")


def entry_type(paper: Paper) -> EntryType:
    """The BibTeX entry type, from the venue or journal; `misc` if neither is known."""
    if not paper.journal and not paper.venue:
        return "misc"
    series = series_of(paper.venue)
    if series is not None:
        return "article" if series.is_journal else "inproceedings"
    # Without a journal reference, the venue comes from the author's remark, which usually names a conference.
    is_conference = not paper.journal or _CONFERENCE.search(paper.journal)
    return "inproceedings" if is_conference else "article"


def container(paper: Paper) -> str:
    """The journal or proceedings, from arXiv's journal reference, else from the venue; empty if unknown."""
    if paper.journal:
        return clean(paper.journal)
    venue = _HONOUR.sub("", clean(paper.venue or ""))
    series = series_of(venue)
    if series is None:
        return venue
    if series.is_journal:
        return series.title
    short, is_workshop, _ = venue.partition(" workshop")
    return f"{'Workshop at ' if is_workshop else ''}{series.title} ({short})"


def year(paper: Paper) -> str | None:
    """The year in which a paper appeared at its venue, else the year of its first version."""
    date = paper.published or paper.day
    return year_of(paper.venue) or (date[:4] if date else None)


def publication_date(paper: Paper) -> str:
    """The date (ISO) of a paper's first version, or only the year of publication if the years differ."""
    date, when = paper.published or paper.day or "", year(paper) or ""
    return date if date[:4] == when else when


ARXIV_DOI = "10.48550/arXiv."


def write_each(papers: Iterable[Paper], out: TextIO, text: Callable[[Paper], str], between: str = "") -> int:
    """Write the text of each paper; return the number of papers."""
    count = 0
    for paper in papers:
        out.write(f"{between if count else ''}{text(paper)}")
        count += 1
    return count


def write_bibtex(papers: Iterable[Paper], out: TextIO, keys: CitationKeys, **_: object) -> int:
    """Write a BibTeX entry for each paper; return the number of papers."""
    escape = _escaper()

    def entry(paper: Paper) -> str:
        # The months are macros, which stand without braces.
        fields = "".join(
            f"\t{name} = {value if name == 'month' else f'{{{value}}}'},\n"
            for name, value in _bibtex_fields(paper, escape)
        )
        return f"@{entry_type(paper)}{{{keys.key(paper)},\n{fields}}}\n"

    return write_each(papers, out, entry, between="\n")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""BibTeX macros for months, which every style defines."""


def _bibtex_fields(paper: Paper, escape: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    yield "title", _title(clean(paper.title), escape)
    if paper.authors:
        yield "author", " and ".join(_bibtex_name(clean(name), escape) for name in paper.authors)
    if when := publication_date(paper):
        yield "year", when[:4]
    if when[5:7]:
        yield "month", _MONTHS[int(when[5:7]) - 1]
    if where := container(paper):
        yield "booktitle" if entry_type(paper) == "inproceedings" else "journal", escape(where)
    if url := paper_url(paper.id):
        yield "eprint", paper.id
        yield "archivePrefix", "arXiv"
        yield "eprinttype", "arxiv"
        if primary := category(paper):
            yield "primaryClass", primary
            yield "eprintclass", primary
        yield "doi", doi(paper)
        yield "url", url
        if entry_type(paper) == "misc":
            yield "publisher", "arXiv"
    elif paper.url:
        yield "url", clean(paper.url).translate({ord("{"): "%7B", ord("}"): "%7D", ord("\\"): "%5C"})
    if paper.tags:
        # Leave out the feed's keywords: there are many, and programs would import them as tags.
        yield "keywords", escape(", ".join(clean(tag.replace(",", " ")) for tag in paper.tags))
    if paper.abstract:
        yield "abstract", escape(clean_block(paper.abstract).replace("\n\n", " "))
    if notes := annotation(paper):
        # Write the note and each highlight as a paragraph. Some programs parse a line that begins with `@` as an entry.
        paragraphs = (escape(" ".join(part.split())) for part in notes.split("\n\n"))
        yield "annote", "\n\n".join(f"{{@}}{part[1:]}" if part.startswith("@") else part for part in paragraphs)


def annotation(paper: Paper) -> str:
    """The user's note and highlights of a paper as one text."""
    highlights = (clean_note(passage, MAX_PASSAGE_CHARACTERS) for passage in paper.highlights)
    return "\n\n".join(filter(None, (clean_note(paper.note or "").strip("\n"), *highlights)))


def category(paper: Paper) -> str:
    """The primary category on arXiv; empty if unknown."""
    first = paper.categories[0] if paper.categories else ""
    return first if re.fullmatch(r"[A-Za-z.-]{2,30}", first) else ""


def doi(paper: Paper) -> str:
    """The publisher's DOI, else arXiv's."""
    published = clean(paper.doi or "")
    return published if re.fullmatch(r"10\.[0-9.]+/[^\s{}\\%#]+", published) else ARXIV_DOI + paper.id


def _title(title: str, escape: Callable[[str], str]) -> str:
    """The title with braces around words whose capitals BibTeX must keep, such as `{GPT-4}`."""
    return re.sub(r"\S+", lambda word: _word(word[0], escape), title)


def _word(word: str, escape: Callable[[str], str]) -> str:
    parts = re.split(r"[-–/:(),.\"']", word)
    has_own_capitals = any(re.search(r"[^\W\d_]*.[A-Z]", part) for part in parts) or bool(re.match(r"[B-HJ-Z]-", word))
    if not has_own_capitals:
        return escape(word)
    bare = word.rstrip(".,:;!?")
    return f"{{{escape(bare)}}}{word[len(bare) :]}"


def _bibtex_name(name: str, escape: Callable[[str], str]) -> str:
    """An author for BibTeX; a group is in braces, so that a name with "and" is not split into two authors."""
    parts = split_name(name)
    if parts.is_group:
        return f"{{{escape(name)}}}"
    if parts.suffix:
        return ", ".join(escape(part) for part in (parts.family, parts.suffix, parts.given))
    return escape(name)


def _escaper() -> Callable[[str], str]:
    """A function that escapes plain text for LaTeX; letters without a LaTeX command stay unchanged."""
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    # BibTeX counts escaped braces too: an unbalanced brace in a title would swallow the rest of the file.
    signs = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright", ord("“"): "``", ord("”"): "''"}
    encoder = UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, signs), "defaults"],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )

    # Escape single characters and cache them, which is ten times as fast as escaping whole abstracts.
    @lru_cache(maxsize=4_096)
    def escape(sign: str) -> str:
        written = re.sub(r"\{\\ensuremath\{(.*)\}\}", r"{$\1$}", encoder.unicode_to_latex(sign))
        # The library writes some letters as another letter, such as ű as ú, or a Greek Alpha as A: keep these letters.
        is_read = sign.isascii() or ord(sign) in signs or latex_to_unicode(written).strip("{}") == sign
        return written if is_read else sign

    plain = "".join(sign for sign in map(chr, range(32, 127)) if escape(sign) == sign)
    other = re.compile(f"[^{re.escape(plain)}]")
    # LaTeX prints a straight quotation mark as a closing one: replace it where it opens a quotation.
    opening = re.compile(r"(?<![^\s(\[{-])\"(?=\S)")
    return lambda text: other.sub(lambda sign: escape(sign[0]), opening.sub("“", text))


# RIS has no preprints; GEN is what Zotero writes for them.
_RIS_TYPES = {"misc": "GEN", "article": "JOUR", "inproceedings": "CONF"}


def write_ris(papers: Iterable[Paper], out: TextIO, keys: CitationKeys, **_: object) -> int:
    """Write an RIS record for each paper; return the number of papers."""

    def record(paper: Paper) -> str:
        return "".join(f"{name}  - {value}\r\n" for name, value in _ris_fields(paper, keys)) + "\r\n"

    return write_each(papers, out, record)


def _ris_fields(paper: Paper, keys: CitationKeys) -> Iterator[tuple[str, str]]:
    """The name and the value of each field, in order; each value is a single line."""
    yield "TY", _RIS_TYPES[entry_type(paper)]
    yield "ID", keys.key(paper)
    yield "TI", clean(paper.title)
    yield from (("AU", split_name(clean(name)).inverted) for name in paper.authors)
    if when := publication_date(paper):
        yield "PY", when[:4]
    if when[4:]:
        yield "DA", f"{when.replace('-', '/')}/"
    if where := container(paper):
        yield "T2", where
    if paper.abstract:
        yield "AB", clean(paper.abstract)
    if url := paper_url(paper.id):
        yield "DO", doi(paper)
        yield "UR", url
        yield "AN", f"arXiv:{paper.id}"
        yield "PB", "arXiv"
        yield "DP", "arXiv.org"
        yield "L1", pdf_url(paper.id) or ""
    elif paper.url:
        yield "UR", clean(paper.url)
    yield from (("KW", clean(word)) for word in paper.tags)
    if notes := annotation(paper):
        yield "N1", " ".join(notes.split())
    yield "ER", ""


_CSL_TYPES = {"misc": "article", "article": "article-journal", "inproceedings": "paper-conference"}


def csl_items(papers: Iterable[Paper], keys: CitationKeys) -> Iterator[dict[str, Any]]:
    """A CSL item for each paper, without keys for absent values."""
    for paper in papers:
        yield {name: value for name, value in _csl_item(paper, keys).items() if value}


def _csl_item(paper: Paper, keys: CitationKeys) -> dict[str, Any]:
    when = publication_date(paper)
    url = paper_url(paper.id)
    primary = category(paper)
    return {
        "id": keys.key(paper),
        "type": _CSL_TYPES[entry_type(paper)],
        "title": clean(paper.title),
        "author": [_csl_author(clean(name)) for name in paper.authors],
        "issued": {"date-parts": [list(map(int, when.split("-")))]} if when else None,
        "container-title": container(paper),
        "publisher": "arXiv" if url else None,
        "number": f"arXiv:{paper.id}" if url else None,
        "DOI": doi(paper) if url else None,
        "URL": url or clean(paper.url or ""),
        "abstract": clean_block(paper.abstract),
        "keyword": ", ".join(clean(word.replace(",", " ")) for word in paper.tags),
        "source": "arXiv.org" if url else None,
        "note": f"arXiv:{paper.id}{f' [{primary}]' if primary else ''}" if url else None,
        "annote": annotation(paper),
    }


def _csl_author(name: str) -> dict[str, str]:
    parts = split_name(name)
    if parts.is_group or not parts.given:
        return {"literal": parts.family}
    named = {"family": parts.family, "given": parts.given}
    return named | ({"suffix": parts.suffix} if parts.suffix else {})
