r"""Finds TeX in running text. The feed's Markdown writes it without dollars: `a subset \mathcal{X}_{1} of it`.

A run begins at the word with a command or a script, and goes on while a bracket is open or a relation lacks a side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.core.document import symbols

LONGEST = 3_000
"""Maximum letters of a run."""

_DOLLARS = re.compile(
    r"(?<![\\$\w])\$(?=[^\s$])((?:[^$\\\n]|\\.){1,2000}?)(?<=[^\s\\])\$(?![\w$])"
    r"|\\\(((?:[^\\]|\\[^()]){1,2000}?)\\\)|\$\$([^$]{1,3000}?)\$\$"
)
_SIGN = re.compile(r"\\[A-Za-z]{2,}|\\[{},;!]|[_^]\{")
_WORD = re.compile(r"[^\s|`]+")
_ENDS_OPEN = re.compile(r"(?:[=<>≤≥∈+*/&^_]|\\\\|[∼≈→←×·∣|])$")
_BEGINS_OPEN = re.compile(
    r"(?:\\(?:in|leq?|geq?|sim|approx|to|times|cdot|subset|neq?|mid|cup|cap|pm|ll|gg|equiv)\b|[=≤≥∈→])"
)
_COMPOUND = re.compile(r"(?<=[\w})\]])-[A-Za-z]{4,}$")
_COMPOUND_BEFORE = re.compile(r"[A-Za-z]{3,}-(?=\\)")
"""Words that a hyphen joins to a formula, as in `ω-mediation` and `spin-½`."""
_LAST_COMMAND = re.compile(r"\\([A-Za-z]+)$")
_PLAIN = re.compile(r"[^\W\d_]{3,}[.,;:)]*$|(?:a|is|in|of|to|as|at|we|by|or|an|it|if)\b")
_TAIL = re.compile(r"(?<!\\)[.,;:?!_*]+$")
_COMMAND = re.compile(r"\\(?:text|mathrm|operatorname|mbox|begin|end)\*?\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"[^\W\d_]{3,}|^\s*[#|>]|\]\(|`")
_NAMED = {**symbols.ORDINARY, **symbols.RELATIONS, **symbols.BINARY}
_OPEN_COMMANDS = frozenset((*symbols.RELATIONS, *symbols.BINARY, *symbols.LARGE, *symbols.FUNCTIONS))
_TWICE = re.compile(r"([^\x00-\x7f])\\([A-Za-z]+)")


def find_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """The runs of TeX in a text: start, end and TeX."""
    end = 0
    for found in _DOLLARS.finditer(text):
        yield from _bare_runs(text, end, found.start())
        yield found.start(), found.end(), found[1] or found[2] or found[3].strip()
        end = found.end()
    yield from _bare_runs(text, end, len(text))


def is_formula(text: str) -> bool:
    """Whether a whole paragraph is TeX: it has commands and no word of prose."""
    return _SIGN.search(text) is not None and _PROSE.search(_COMMAND.sub(" ", text)) is None


def _bare_runs(text: str, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    place = start
    while sign := _SIGN.search(text, place, stop):
        begin = text.rfind(" ", start, sign.start()) + 1 or start
        begin = max(begin, place, *(text.rfind(edge, start, sign.start()) + 1 for edge in "\n|`"))
        end = _end_of_run(text, begin, stop)
        if tail := _TAIL.search(text[begin:end]):
            end -= len(tail[0])
        while text[begin] == "*" or (text[begin] == "_" and text[begin + 1] != "{"):
            begin += 1
        if (word := _COMPOUND.search(text[begin:end])) and "://" not in text[begin:end]:
            end = begin + word.start()
        if word := _COMPOUND_BEFORE.match(text[begin:end]):
            begin += word.end()
        if text[begin] + text[end - 1] in ("()", "[]") and _balance(text[begin : end - 1]) == 1:
            begin, end = begin + 1, end - 1
        while text[begin] in "([" and _balance(text[begin:end]) > 0:
            begin += 1
        while text[end - 1] in ")]" and _balance(text[begin:end]) < 0:
            end -= 1
        tex = text[begin:end]
        if tex and not tex.startswith(("http:", "https:")):
            yield begin, end, _TWICE.sub(_once, tex)
        place = max(end, sign.end())


def _end_of_run(text: str, begin: int, stop: int) -> int:
    end = begin
    for word in _WORD.finditer(text, begin, stop):
        if word.end() - begin > LONGEST or "\n\n" in text[end : word.start()]:
            break
        if end > begin and not _goes_on(text[begin:end], word[0], is_new_line="\n" in text[end : word.start()]):
            break
        end = word.end()
    return end


def _goes_on(run: str, word: str, *, is_new_line: bool) -> bool:
    is_open = run.count("{") - run.count("}") > run.count("\\{") - run.count("\\}")
    if is_open or run.count("\\begin{") > run.count("\\end{") or run.endswith("\\\\"):
        return True
    if is_new_line:
        return False
    if _balance(run) > 0:
        return True
    if command := _LAST_COMMAND.search(run):
        if command[1] in symbols.OPENING:
            return True
        # A letter such as lambda can stand alone; a relation needs a right side, which prose is not.
        return _BEGINS_OPEN.match(word) is not None or (command[1] in _OPEN_COMMANDS and not _PLAIN.match(word))
    return _ENDS_OPEN.search(run) is not None or _BEGINS_OPEN.match(word) is not None


def _balance(text: str) -> int:
    return text.count("(") + text.count("[") - text.count(")") - text.count("]")


def _once(found: re.Match[str]) -> str:
    """The converter writes some symbols twice, as Unicode and as TeX."""
    return f"\\{found[2]}" if _NAMED.get(found[2]) == found[1] else found[0]
