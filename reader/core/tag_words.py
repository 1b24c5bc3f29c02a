"""Tags typed in one line: `later "to cite" -soon`, or `later, to cite, -soon`, adds two and removes one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from reader.core.marks import TAG, clean_mark
from reader.core.nearest import beginning

_WORD = re.compile(r'[+-]?"[^"]*"?|[^\s,]+')
_NAME_BETWEEN_COMMAS = re.compile(r'[+-]?"[^"]*"?|[^\s,][^,]*')
_QUOTED = re.compile(r'"[^"]*"?')

MAX_COMPLETIONS = 8


class TagWords(NamedTuple):
    """Tags to add to papers and to remove from them."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class TagCompletion(NamedTuple):
    """Texts that can replace the line's text from `start` on, likeliest first."""

    start: int
    words: tuple[str, ...]
    papers: tuple[int | None, ...]
    """The number of papers with each tag; None for a topic that is not yet a tag."""


def parse_tags(text: str) -> TagWords:
    """The tags in a line: names are separated by commas, or by spaces if there is no comma outside quotes.

    If a tag is named twice, ignoring case, the last mention counts.
    """
    tags: dict[str, tuple[str, bool]] = {}
    for word in _pattern(text).findall(text):
        name = tag_name(word.lstrip("+-") if word[:1] in "+-" else word)
        if name:
            tags.pop(name.casefold(), None)
            tags[name.casefold()] = name, not word.startswith("-")
    return TagWords(
        tuple(name for name, is_added in tags.values() if is_added),
        tuple(name for name, is_added in tags.values() if not is_added),
    )


def _pattern(text: str) -> re.Pattern[str]:
    return _NAME_BETWEEN_COMMAS if "," in _QUOTED.sub("", text) else _WORD


def tag_name(text: str) -> str:
    """A tag's name as stored; empty if nothing is left of the text."""
    mark = clean_mark(f"{TAG}{text.replace(chr(34), '')}", "1")
    return mark[0].removeprefix(TAG) if mark else ""


def complete_tag(
    text: str, own: Mapping[str, int], topics: Iterable[str], has: Collection[str], shared: Collection[str]
) -> TagCompletion | None:
    """Complete the last word of a line: with the user's own tags, most used first, then topics.

    `has` are the tags of any of the papers, which can be removed. `shared` are the tags of all the papers, which need
    not be added. Before a word begins, the user's own tags are offered.
    """
    word = _last_word(text)
    sign = word[:1] if word[:1] in ("-", "+") else ""
    typed = word.removeprefix(sign).lstrip('"').casefold()
    start = len(text) - len(word)
    before = parse_tags(text[:start])
    taken = {name.casefold() for name in (*before.add, *before.remove)}
    if sign == "-":
        names: list[str] = [name for name in has if name.casefold() not in taken]
    else:
        taken.update(name.casefold() for name in shared)
        known = {name.casefold() for name in own}
        new = (slug for slug in topics if typed and slug not in known)
        names = [name for name in (*own, *new) if name.casefold() not in taken]
    matching = [name for name in beginning(names, typed) if name.casefold() != typed or name in own][:MAX_COMPLETIONS]
    if not matching or matching == [word]:
        return None
    return TagCompletion(start, tuple(f"{sign}{quote_tag(name)}" for name in matching), tuple(map(own.get, matching)))


def _last_word(text: str) -> str:
    """The last word of the text, possibly after an open quote."""
    *_, last = (None, *_pattern(text).finditer(text))
    if last is None or last.end() < len(text) or re.fullmatch(r'[+-]?"[^"]*"', last[0]):
        return ""
    return last[0]


def quote_tag(name: str) -> str:
    """A tag's name as it is typed."""
    return f'"{name}"' if re.search(r"[\s,]", name) or name[:1] in ("-", "+") else name
