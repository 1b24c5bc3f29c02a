r"""Citations for LaTeX and reference managers: the keys of entries, BibTeX, RIS and CSL-JSON.

A key is made from a pattern, such as `{author}{year}-{id}`, and is the same in every export. Without `{id}`, papers may
get equal keys: the first one in the cache keeps it, and the others append their id. So a cited key never changes,
whatever is added or exported.

The escapes of BibTeX are pylatexenc's, which is imported for the first entry. There, an arXiv paper has both
`archivePrefix` and `eprinttype`, because programs read one or the other, and `url` and `doi`, which all of them read.
Formulas between dollars stay as they are, and so do letters that LaTeX has no command for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, Literal, TextIO

from reader.core.ids import arxiv_id, paper_url, pdf_url
from reader.core.latex import latex_to_unicode
from reader.core.paper import Paper
from reader.core.passages import SAID_LIMIT
from reader.core.people import split_name
from reader.core.text import clean, clean_block, clean_note, fold
from reader.core.venue import series_of, year_of

DEFAULT = "{author}{year}-{id}"

_LATIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
"""Letters without a removable accent."""

_PART = re.compile(r"\{(\w+)\}")
# fmt: off
_SMALL_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "is", "it", "its", "of", "on", "or", "the",
    "to", "via", "what", "when", "why", "with",
))
# fmt: on


class CitationKeys:
    """Gives papers keys unlike each other, regardless of case; `all_papers` come oldest first."""

    def __init__(self, pattern: str = DEFAULT, all_papers: Callable[[], Iterable[Paper]] = tuple) -> None:
        self._pattern = pattern
        self._used: set[str] = set()
        self._all_papers = all_papers

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The id of the paper that has a key without an id, by lower-case key."""
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
        made = _PART.sub(lambda found: parts.get(found[1], ""), self._pattern)
        return re.sub(r"[^A-Za-z0-9._:+/-]+", "", made).strip("-_:.+/") or f"paper-{parts['id']}"


def _parts(paper: Paper) -> dict[str, str]:
    """The values that a pattern may name; see `reader.core.settings.types.KEY_PARTS`."""
    family = split_name(clean(paper.authors[0])).family if paper.authors else ""
    author = _letters(family.rpartition(" ")[2])
    titled = [_letters(word) for word in re.split(r"[\s:/-]+", clean(paper.title))]
    told = [word for word in titled if word and word not in _SMALL_WORDS] or [word for word in titled if word]
    id = paper.id if arxiv_id(paper.id) else paper.id.rpartition(":")[2]
    return {
        "author": author or "paper",
        "Author": (author or "paper").capitalize(),
        "year": (paper.published or paper.day or "")[:4],
        "title": told[0] if told else "",
        "Title": told[0].capitalize() if told else "",
        "words": "".join(word.capitalize() for word in told[:3]),
        "id": re.sub(r"[^a-z0-9.]+", "-", fold(id)).strip("-"),
    }


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text).translate(_LATIN))


# Common to all formats

EntryType = Literal["misc", "article", "inproceedings"]

_CONFERENCE = re.compile(
    r"\b(?:conference|conf|proceedings|proc|workshop|symposium|meeting|neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|bmvc"
    r"|acl|emnlp|naacl|eacl|coling|interspeech|icassp|aaai|ijcai|kdd|www|sigir|siggraph|chi|icra|iros|corl|colt|uai"
    r"|aistats|miccai)\b",
    re.IGNORECASE,
)
_HONOUR = re.compile(r" (?:best paper|oral|spotlight|highlight|poster)\b")


def entry_type(paper: Paper) -> EntryType:
    """BibTeX's entry type, from where the paper appeared; `misc` if unknown."""
    if not paper.journal and not paper.venue:
        return "misc"
    series = series_of(paper.venue)
    if series is not None:
        return "article" if series.is_journal else "inproceedings"
    # Without a journal reference, the venue comes from a remark, which names conferences.
    is_conference = not paper.journal or _CONFERENCE.search(paper.journal)
    return "inproceedings" if is_conference else "article"


def container(paper: Paper) -> str:
    """The journal or proceedings: arXiv's reference, else the venue's full name; empty if unknown."""
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
    """The year in which it appeared, else that of its first version."""
    date = paper.published or paper.day
    return year_of(paper.venue) or (date[:4] if date else None)


def publication_date(paper: Paper) -> str:
    """The date (ISO) of its first version; only the year in which it appeared, if that is another."""
    date, when = paper.published or paper.day or "", year(paper) or ""
    return date if date[:4] == when else when


ARXIV_DOI = "10.48550/arXiv."

_FORMULA = re.compile(r"(\$(?![\s\d])[^$\n]{0,200}?[\\^_][^$\n]{0,200}?(?<!\s)\$)")


def write_each(papers: Iterable[Paper], out: TextIO, text: Callable[[Paper], str], between: str = "") -> int:
    """Write the text of each paper; return their number."""
    count = 0
    for paper in papers:
        out.write(f"{between if count else ''}{text(paper)}")
        count += 1
    return count


def write_bibtex(papers: Iterable[Paper], out: TextIO, keys: CitationKeys, **_: object) -> int:
    """Write an entry for each paper; return their number."""
    escape = _escaper()

    def entry(paper: Paper) -> str:
        fields = "".join(f"\t{name} = {value},\n" for name, value in _brace_fields(_bibtex_fields(paper, escape)))
        return f"@{entry_type(paper)}{{{keys.key(paper)},\n{fields}}}\n"

    return write_each(papers, out, entry, between="\n")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Macros that every style defines."""


def _brace_fields(fields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in fields:
        yield name, _MONTHS[int(value) - 1] if name == "month" else f"{{{value}}}"


def _bibtex_fields(paper: Paper, escape: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    yield "title", _title(clean(paper.title), escape)
    if paper.authors:
        yield "author", " and ".join(_bibtex_name(clean(name), escape) for name in paper.authors)
    if when := publication_date(paper):
        yield "year", when[:4]
    if when[5:7]:
        yield "month", when[5:7]
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
        # The feed's own keywords are many, and programs would make tags of them.
        yield "keywords", escape(", ".join(clean(tag.replace(",", " ")) for tag in paper.tags))
    if paper.abstract:
        parts = _FORMULA.split(clean_block(paper.abstract).replace("\n\n", " "))
        yield "abstract", "".join(part if _is_formula(part) else escape(part) for part in parts)
    if notes := annotation(paper):
        # Paragraphs for the note and each highlight. Some programs take a line that begins with `@` for an entry.
        paragraphs = (escape(" ".join(part.split())) for part in notes.split("\n\n"))
        yield "annote", "\n\n".join(f"{{@}}{part[1:]}" if part.startswith("@") else part for part in paragraphs)


def annotation(paper: Paper) -> str:
    """The user's note and highlights about a paper, for other programs."""
    highlights = (clean_note(passage, SAID_LIMIT) for passage in paper.highlights)
    return "\n\n".join(filter(None, (clean_note(paper.note or "").strip("\n"), *highlights)))


def category(paper: Paper) -> str:
    """The primary category on arXiv; empty if it is not known."""
    first = paper.categories[0] if paper.categories else ""
    return first if re.fullmatch(r"[A-Za-z.-]{2,30}", first) else ""


def doi(paper: Paper) -> str:
    """The publisher's DOI, else arXiv's."""
    published = clean(paper.doi or "")
    return published if re.fullmatch(r"10\.[0-9.]+/[^\s{}\\%#]+", published) else ARXIV_DOI + paper.id


def _title(title: str, escape: Callable[[str], str]) -> str:
    """The title with braces around words whose capitals must be kept, such as `{GPT-4}`."""
    return "".join(
        part if _is_formula(part) else re.sub(r"\S+", lambda word: _word(word[0], escape), part)
        for part in _FORMULA.split(title)
    )


def _word(word: str, escape: Callable[[str], str]) -> str:
    parts = re.split(r"[-–/:(),.\"']", word)
    has_own_capitals = any(re.search(r"[^\W\d_]*.[A-Z]", part) for part in parts) or bool(re.match(r"[B-HJ-Z]-", word))
    if not has_own_capitals:
        return escape(word)
    bare = word.rstrip(".,:;!?")
    return f"{{{escape(bare)}}}{word[len(bare) :]}"


def _is_formula(part: str) -> bool:
    """Whether a part is a formula that TeX can read: balanced braces and no comment."""
    # BibTeX counts escaped braces too.
    if not _FORMULA.fullmatch(part) or re.search(r"(?<!\\)[%#&]|\\[{}]|\\\$$", part):
        return False
    depths = list(accumulate((sign == "{") - (sign == "}") for sign in re.sub(r"\\.", "", part)))
    return min(depths) == depths[-1] == 0


def _bibtex_name(name: str, escape: Callable[[str], str]) -> str:
    """An author for BibTeX; braces keep a group, or a name with "and", from being split into two."""
    parts = split_name(name)
    if parts.is_group:
        return f"{{{escape(name)}}}"
    if parts.suffix:
        return ", ".join(escape(part) for part in (parts.family, parts.suffix, parts.given))
    return escape(name)


def _escaper() -> Callable[[str], str]:
    """A function that turns plain text into LaTeX; a letter without a LaTeX command of its own stays unchanged."""
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    # BibTeX counts even escaped braces: a single brace in a title would swallow the rest of the file.
    signs = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright", ord("“"): "``", ord("”"): "''"}
    encoder = UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, signs), "defaults"],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )

    # One character at a time, and few need it: ten times as fast as whole abstracts. Programs that read BibTeX handle
    # formulas between dollars themselves.
    @lru_cache(maxsize=4_096)
    def escape(sign: str) -> str:
        written = re.sub(r"\{\\ensuremath\{(.*)\}\}", r"{$\1$}", encoder.unicode_to_latex(sign))
        # Some commands are those of another letter: the library writes ű as ú, and a Greek Alpha as A.
        is_read = sign.isascii() or ord(sign) in signs or latex_to_unicode(written).strip("{}") == sign
        return written if is_read else sign

    plain = "".join(sign for sign in map(chr, range(32, 127)) if escape(sign) == sign)
    other = re.compile(f"[^{re.escape(plain)}]")
    # LaTeX prints a straight quote as a closing one.
    opening = re.compile(r"(?<![^\s(\[{-])\"(?=\S)")
    return lambda text: other.sub(lambda sign: escape(sign[0]), opening.sub("“", text))


# RIS has no preprints; GEN is what Zotero writes for them.
_RIS_TYPES = {"misc": "GEN", "article": "JOUR", "inproceedings": "CONF"}


def write_ris(papers: Iterable[Paper], out: TextIO, keys: CitationKeys, **_: object) -> int:
    """Write a record for each paper; return their number."""

    def record(paper: Paper) -> str:
        return "".join(f"{name}  - {value}\r\n" for name, value in _ris_fields(paper, keys)) + "\r\n"

    return write_each(papers, out, record)


def _ris_fields(paper: Paper, keys: CitationKeys) -> Iterator[tuple[str, str]]:
    """Name and value of each field, in their order; each value is one line."""
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
    """An item for each paper; absent values have no key."""
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
