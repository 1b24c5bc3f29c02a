r"""BibTeX for LaTeX and reference managers; the escapes are pylatexenc's, which is imported for the first entry.

An arXiv paper has both `archivePrefix` and `eprinttype`, because programs read one or the other, and `url` and `doi`,
which all of them read. Formulas between dollars stay as they are, and so do letters that LaTeX has no command for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TextIO

from reader.actions.citation_keys import CitationKeys
from reader.actions.publication import container, entry_type, year
from reader.core.ids import paper_url
from reader.core.names import split_name
from reader.core.paper import Paper
from reader.core.text import clean, clean_block

ARXIV_DOI = "10.48550/arXiv."

_FORMULA = re.compile(r"(\$(?![\s\d])[^$\n]{0,200}?[\\^_][^$\n]{0,200}?(?<!\s)\$)")


def write(papers: Iterable[Paper], out: TextIO, keys: CitationKeys | None = None) -> int:
    """Write an entry for each paper; return their number."""
    escape = _escaper()
    keys = keys or CitationKeys()
    count = 0
    for paper in papers:
        fields = "".join(f"\t{name} = {value},\n" for name, value in _braced(_fields(paper, escape)))
        out.write(f"{chr(10) if count else ''}@{entry_type(paper)}{{{keys.key(paper)},\n{fields}}}\n")
        count += 1
    return count


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Macros that every style defines."""


def _braced(fields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in fields:
        yield name, _MONTHS[int(value) - 1] if name == "month" else f"{{{value}}}"


def _fields(paper: Paper, escape: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Name and value of each field, escaped."""
    yield "title", _title(clean(paper.title), escape)
    if paper.authors:
        yield "author", " and ".join(_name(clean(name), escape) for name in paper.authors)
    if when := year(paper):
        yield "year", when
    if (date := paper.published or paper.day) and date[:4] == when:
        yield "month", date[5:7]
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
    if paper.organization:
        yield "organization", f"{{{escape(clean(paper.organization))}}}"
    if paper.tags:
        # The feed's own keywords are many, and a program would make tags of them.
        yield "keywords", escape(", ".join(clean(tag.replace(",", " ")) for tag in paper.tags))
    if paper.abstract:
        yield "abstract", _with_formulas(clean_block(paper.abstract).replace("\n\n", " "), escape)
    if paper.note:
        yield "annote", escape(clean(paper.note))


def category(paper: Paper) -> str:
    """The primary category on arXiv; empty if it is not known."""
    first = paper.categories[0] if paper.categories else ""
    return first if re.fullmatch(r"[A-Za-z.-]{2,30}", first) else ""


def doi(paper: Paper) -> str:
    """The DOI that the publisher gave a paper, else that of arXiv."""
    published = clean(paper.doi or "")
    return published if re.fullmatch(r"10\.[0-9.]+/[^\s{}\\%#]+", published) else ARXIV_DOI + paper.id


def _title(title: str, escape: Callable[[str], str]) -> str:
    """The title with braces around the words whose capitals styles must not lower, such as `{GPT-4}`."""
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


def _with_formulas(text: str, escape: Callable[[str], str]) -> str:
    """The text escaped, except its formulas."""
    return "".join(part if _is_formula(part) else escape(part) for part in _FORMULA.split(text))


def _is_formula(part: str) -> bool:
    """Whether a part of a text is a formula that TeX can read: its braces close, and nothing in it is a comment."""
    if not (len(part) > 2 and _FORMULA.fullmatch(part)) or re.search(r"(?<!\\)[%#&]", part):
        return False
    depth = 0
    for sign in re.sub(r"\\.", "", part):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    # BibTeX counts escaped braces too.
    return depth == 0 and r"\{" not in part and r"\}" not in part and not part.endswith(r"\$")


def _name(name: str, escape: Callable[[str], str]) -> str:
    """An author for BibTeX; braces keep a group, or a name with "and", from being split into two."""
    parts = split_name(name)
    if parts.is_group:
        return f"{{{escape(name)}}}"
    if parts.suffix:
        return ", ".join(escape(part) for part in (parts.family, parts.suffix, parts.given))
    return escape(name)


def _escaper() -> Callable[[str], str]:
    """A function that turns plain text into LaTeX; a letter without a LaTeX command stays unchanged."""
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    # BibTeX counts even escaped braces: a title with a single brace would swallow the rest of the file.
    signs = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright", ord("“"): "``", ord("”"): "''"}
    encoder = UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, signs), "defaults"],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
    # One sign at a time, and few of them need it: ten times as quick as whole abstracts.
    # Programs that read BibTeX know formulas between dollars better than this command.
    escape: Callable[[str], str] = lru_cache(maxsize=4_096)(
        lambda sign: re.sub(r"\{\\ensuremath\{(.*)\}\}", r"{$\1$}", encoder.unicode_to_latex(sign))
    )
    plain = "".join(sign for sign in map(chr, range(32, 127)) if escape(sign) == sign)
    other = re.compile(f"[^{re.escape(plain)}]")
    # LaTeX prints a straight quote as a closing one.
    opening = re.compile(r"(?<![^\s(\[{-])\"(?=\S)")
    return lambda text: other.sub(lambda sign: escape(sign[0]), opening.sub("“", text))
