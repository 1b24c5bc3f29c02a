"""The YAML between two lines of dashes above a note: what the user changed or added there stays.

The sums of what was written last show which values are the user's. In lists each entry has its own, so that a tag that
was added, or taken away, on one side comes to the other's list. PyYAML is imported here, once there is a file.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Facts: TypeAlias = Mapping[str, str | list[str]]
"""The program's own values, in their order."""

Sums: TypeAlias = Mapping[str, str]
"""The sum of each value that was written last; for a merged list, those of its entries with points between."""

MERGED = ("aliases", "tags", "marks")
"""Lists whose entries come from both sides."""

_FENCE = "---"


class UnreadableFrontMatter(Exception):
    """The file has no front matter, or none that can be read."""


class _Line(NamedTuple):
    """A key of the file: its text, which ends its line, and its value, whose texts are as YAML reads them."""

    key: str
    text: str
    value: str | list[str] | None
    """None for a value of another kind, such as a table."""


def split(text: str) -> tuple[str, str]:
    """The front matter of a file without its fences, and the rest; raises UnreadableFrontMatter."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if lines and lines[0].rstrip() == _FENCE:
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == _FENCE:
                return "".join(lines[1:number]), "".join(lines[number + 1 :])
    raise UnreadableFrontMatter


def write(facts: Facts, old: str | None = None, sums: Sums | None = None) -> str:
    """The front matter with its fences: the facts, and what `old` has of the user's, by the sums of the facts in it."""
    lines = list(_merge(facts, _read(old), sums)) if old is not None else [_line(*fact) for fact in facts.items()]
    return f"{_FENCE}\n{''.join(lines)}{_FENCE}\n"


def sums_of(facts: Facts) -> Sums:
    """The sums of the facts that are written now."""
    return {
        key: ".".join(map(_sum, value)) if key in MERGED and isinstance(value, list) else _sum(value)
        for key, value in facts.items()
    }


def _merge(facts: Facts, lines: Sequence[_Line], sums: Sums | None) -> Iterator[str]:
    known = sums or {}
    for line in lines:
        fact = facts.get(line.key)
        if line.key in MERGED and isinstance(line.value, list) and (fact is not None or line.key in known):
            merged = list(_merge_lists(fact or [], line.value, known.get(line.key, "").split(".")))
            if merged:
                yield line.text if merged == line.value else _line(line.key, merged)
        elif fact is None:
            # A fact of before that holds no longer goes; a key of the user's stays.
            if known.get(line.key) != _sum(line.value):
                yield line.text
        elif fact == line.value or (sums is not None and known.get(line.key) != _sum(line.value)):
            yield line.text
        else:
            yield _line(line.key, fact)
    here = {line.key for line in lines}
    # A fact that was written before and is not here any more was taken out by the user.
    yield from (_line(key, value) for key, value in facts.items() if key not in here and key not in known)


def _merge_lists(ours: Sequence[str], theirs: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    yield from (entry for entry in theirs if entry in ours or _sum(entry) not in before)
    yield from (entry for entry in ours if entry not in theirs and _sum(entry) not in before)


def _line(key: str, value: str | Sequence[str]) -> str:
    """A line of YAML; its value is JSON, which YAML reads as it is."""
    return f"{key}: {json.dumps(value, ensure_ascii=False)}\n"


def _sum(value: object) -> str:
    return f"{zlib.crc32(json.dumps(value).encode()) & 0xFFFF:04x}"


def _read(text: str) -> list[_Line]:
    """The keys of a front matter; raises UnreadableFrontMatter."""
    import yaml

    try:
        # The basic loader reads every plain value as text: 2606.30310 is an id, not a number.
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        raise UnreadableFrontMatter from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise UnreadableFrontMatter
    starts = [key.start_mark.index for key, _ in root.value]
    ends = [*starts[1:], len(text)]
    lines = []
    for (key, value), start, end in zip(root.value, starts, ends, strict=True):
        if not isinstance(key, yaml.ScalarNode):
            raise UnreadableFrontMatter
        chunk = text[start:end]
        lines.append(_Line(key.value, chunk if chunk.endswith("\n") else f"{chunk}\n", _value(value)))
    return lines


def _value(node: object) -> str | list[str] | None:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return [str(one.value) for one in node.value]
    return None
