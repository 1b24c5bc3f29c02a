"""Highlights: the passages of a full text that the user keeps, perhaps with a note.

A passage is identified by its words and its section, so that it can be found in another version or source of the text
(`core/document/find.py`). In the log it is the value of an event of its own kind.
Exports for other programs have a text such as `“quote” (§3 Method, https://…) note`, which an import recognizes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote as percent_encoded

from reader.core.ids import in_arxiv_address, is_arxiv_id
from reader.core.text import NOTE_LIMIT, clean, clean_block, clean_note, fold

QUOTE_LIMIT = 100_000

MAX_PASSAGE_CHARACTERS = 2 * (QUOTE_LIMIT + NOTE_LIMIT)
"""Maximum characters of a highlight as text for other programs, with its note and its address."""

_SECTION_LIMIT, _MAX_BLOCKS = 200, 1_000_000
_MAX_VALUE_LENGTH = 4 * (QUOTE_LIMIT + NOTE_LIMIT)
_LINK_WORDS = 8
"""Maximum number of words of a quote in a link; fewer words may occur in several places."""

_PLAIN = re.compile(r"[(“‘]?(?:[AaI]|[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ’'-]+)[.,;:!?)”’]*")

WORD = re.compile(r"[^\W_]+")
_ID = re.compile(r"[0-9a-f]{12}")
_TEXT_FORM = r"“([^“”]+)” \(((?:[^“”\n]{0,300}, )?)https://arxiv\.org/html/[^\s()“”]+#:~:text=[^\s()“”]*\)"
"""The text form of a passage. Compiled when needed, since that takes longer than importing the rest of this module."""

_INNER_QUOTES = str.maketrans("“”", "‘’")


class Passage(NamedTuple):
    """A highlight."""

    id: str
    """12 hexadecimal digits, derived from the quote, so that a passage has the same id on all machines."""
    quote: str
    """The text, with an empty line between paragraphs."""
    section: str = ""
    """The name of its section, such as `§3 Method`; empty before the first section."""
    note: str = ""
    block: int = 0
    """The paragraph where it was last found; in another version it may be elsewhere."""

    @property
    def value(self) -> str:
        fields = {name: value for name, value in self._asdict().items() if name != "id" and value}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    def as_text(self, paper: str) -> str:
        """The highlight as text for other programs, with a link into the paper."""
        quote = " ".join(self.quote.split()).translate(_INNER_QUOTES)
        section = self.section.translate(_INNER_QUOTES)
        source = ", ".join(filter(None, (section, self.address(paper))))
        return f"“{quote}” ({source}) {self.note}".rstrip()

    def address(self, paper: str) -> str:
        """An address on arXiv at which a browser finds the passage; empty for a paper without an arXiv id."""
        if not is_arxiv_id(paper):
            return ""
        # Only plain words are searched, since formulas, numbers and marks differ on that page.
        runs = [
            [*run]
            for is_plain, run in groupby(self.quote.split(), lambda word: bool(_PLAIN.fullmatch(word)))
            if is_plain
        ]
        longest = max(runs, key=len, default=self.quote.split())
        text = percent_encoded(" ".join(longest[:_LINK_WORDS])[:200], safe="").replace("-", "%2D")
        return f"https://arxiv.org/html/{in_arxiv_address(paper)}#:~:text={text}"


def passage_id(quote: str) -> str:
    """The id of the passage with these words."""
    # Late: this imports the system's cryptography, which most runs do not need.
    from hashlib import blake2b

    words = " ".join(WORD.findall(fold(quote))) or quote
    return blake2b(words.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def parse_passage(id: str, value: str) -> Passage | None:
    """The highlight in an event's value, with clean and bounded text; None if invalid."""
    if len(value) > _MAX_VALUE_LENGTH or not _ID.fullmatch(id):
        return None
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("quote"), str):
        return None
    section, note = (text if isinstance(text := fields.get(name), str) else "" for name in ("section", "note"))
    block = fields.get("block")
    quote = clean_block(fields["quote"], QUOTE_LIMIT)
    if not quote:
        return None
    place = block if type(block) is int and 0 <= block < _MAX_BLOCKS else 0
    return Passage(id, quote, clean(section, _SECTION_LIMIT), clean_note(note).strip("\n"), place)


def clean_value(id: str, value: str) -> str | None:
    """The value of an event with clean text, empty if it removes the highlight; None if invalid."""
    if not value and _ID.fullmatch(id):
        return ""
    passage = parse_passage(id, value)
    return passage.value if passage else None


def in_order(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Highlights in the order of the text in which they were last found."""
    return tuple(sorted(passages, key=lambda passage: (passage.block, passage.id)))


def split_note(text: str) -> tuple[str, tuple[Passage, ...]]:
    """The user's own note in another program's note, and the highlights after it, in order."""
    matches = list(re.finditer(_TEXT_FORM, text))
    if not matches:
        return text, ()
    ends = [*(match.start() for match in matches[1:]), len(text)]
    passages: list[Passage] = []
    for match, end in zip(matches, ends, strict=True):
        section = match[2].removesuffix(", ")
        quote = clean_block(match[1], QUOTE_LIMIT)
        note = clean_note(text[match.end() : end]).strip()
        section, place = clean(section, _SECTION_LIMIT), len(passages)
        passages.append(Passage(passage_id(quote), quote, section=section, note=note, block=place))
    return text[: matches[0].start()].rstrip(), tuple(passages)
