"""What the people of a group share with each other: some of their marks, as a statement of each member.

A statement is a few lines of JSON: its author, group and number, and a line for each paper. It has everything that a
member shares, so anything missing was withdrawn. The last line signs all others, by PyNaCl: Ed25519. A member's
machines have the same key: the newest statement of any of them is the member's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.api import NOTE, QUEUE, TAG, CacheError, clean, clean_mark, fold, foreign, members, needs_extra

if TYPE_CHECKING:
    from types import ModuleType

VERSION = 1
"""The form of statements."""

THINGS: Mapping[str, str] = {members.STAR: "stars", QUEUE: "the queue", NOTE: "notes", members.ALL_TAGS: "all tags"}
"""What can be shared, with its name; and `tag:NAME`."""

NAME_LIMIT = 40

MOST_BYTES = 1 << 25

LINE_BYTES = 1 << 20
"""Maximum size of a line: a note has at most 100,000 characters."""

MOST_THINGS = 100
"""Things that a member can share: many tags, each by itself."""


PURPOSE = b"dailypapers group statement 1\n"
"""Stands before what is signed, so that no other text can be taken for a statement."""

KEY_BYTES = 32

_SIGNATURE = re.compile(rb'\{"signature":"([0-9a-f]{128})"\}\n')
_SIGNATURE_BYTES = len(b'{"signature":""}\n') + 128

# Cyrillic and Greek letters whose small or capital forms look like Latin ones, and two digits.
_ALIKE = str.maketrans("авекмнорстухіјѕһԁԛԝӏαβεζηικμνορτυχ01ı", "abekmhopctyxijshdqwlabezhikmnoptyxoli")

_NAME = re.compile(rf"\w[\w.-]{{0,{NAME_LIMIT - 1}}}")
_HEX = re.compile(r"[0-9a-f]{1,128}")


class Choice(NamedTuple):
    """The number of a choice, one more than that of the last known one; and the machine where it was made."""

    number: int = 0
    machine: str = ""

    def next(self, machine: str) -> Choice:
        """The choice that follows, made on a machine."""
        return Choice(self.number + 1, machine)


NO_CHOICE = Choice()
"""Before the first one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a member shares, at one time."""

    group: str
    member: str
    """The member's public key, in hexadecimal digits."""
    name: str
    number: int
    """Grows with each statement of a member: an older one never replaces a newer one."""
    shares: tuple[str, ...] = ()
    """The things that are shared, as `THINGS` has them, and `tag:NAME`."""
    marks: tuple[members.Shared, ...] = ()
    has_left: bool = False
    choice: Choice = NO_CHOICE
    """When the member chose what to share, or to leave: of two machines' choices, the greater one stands on both."""
    refused: int = 0
    """Lines without a paper."""


def is_name(text: str) -> bool:
    """Whether a text can be the name of a member: letters, digits, and `.-_` within."""
    return _NAME.fullmatch(text) is not None and text.lower() != members.ANYONE


def appearance(name: str) -> str:
    """What a name looks like: the same for two that people can hardly tell apart, as by a Cyrillic and a Latin `a`."""
    return fold(name).translate(_ALIKE)


def thing(text: str) -> str | None:
    """What a typed word shares; None if there is no such thing."""
    if text.startswith(TAG):
        name = clean(text.removeprefix(TAG), 100).lower()
        return f"{TAG}{name}" if name else None
    return text if text in THINGS else None


def said(shares: Iterable[str]) -> str:
    """What is shared, in words."""
    words = [THINGS.get(one) or f"the tag {one.removeprefix(TAG)}" for one in shares]
    return ", ".join(words) if words else "nothing"


def write(statement: Statement) -> bytes:
    """The lines of a statement, without the one that signs them."""
    head = {
        "v": VERSION,
        "group": statement.group,
        "member": statement.member,
        "name": statement.name,
        "number": statement.number,
        "shares": statement.shares,
        "left": statement.has_left,
        "choice": statement.choice,
    }
    return b"".join(_line(one) for one in (head, *_papers(statement.marks)))


def read(body: bytes) -> Statement:
    """The statement of verified lines, with clean text; raises ValueError with the reason if it is not one."""
    if not body.endswith(b"\n"):
        raise ValueError("it is cut off")
    if body.count(b"\n") - 1 > members.MOST_PAPERS:
        raise ValueError("it has too many papers")
    lines = body.split(b"\n")[:-1]
    head = _object(lines[0])
    if head.get("v") != VERSION:
        raise ValueError("its form is newer than this program: update that to read it")
    texts = [head.get(name) for name in ("group", "member", "name")]
    number, shares = head.get("number"), head.get("shares")
    is_whole = all(isinstance(one, str) for one in texts) and isinstance(shares, list)
    if (
        type(number) is not int
        or not 0 <= number <= foreign.LARGEST_NUMBER
        or not is_whole
        or not _HEX.fullmatch(str(head["member"]))
    ):
        raise ValueError("it is not a statement")
    shared = tuple(
        found for one in (shares or ())[:MOST_THINGS] if isinstance(one, str) and (found := thing(one)) is not None
    )
    # What somebody did not choose to share is no statement about it, wherever it comes from.
    papers = [_object(line) for line in lines[1:]]
    marks = tuple(one for fields in papers for one in _marks(fields) if members.covers(shared, one.kind))
    return Statement(
        str(head["group"]),
        str(head["member"]),
        _name(str(head["name"])),
        number,
        shared,
        marks,
        head.get("left") is True,
        _choice(head.get("choice")),
        sum(foreign.paper_id(fields.get("paper")) is None for fields in papers),
    )


def _choice(found: object) -> Choice:
    match found:
        case [int(number), str(machine)] if 0 <= number < foreign.LARGEST_NUMBER and _HEX.fullmatch(machine):
            return Choice(number, machine)
    return NO_CHOICE


def _name(text: str) -> str:
    """A foreign name as this program writes names."""
    name = re.sub(r"[^\w.-]+", "-", clean(text, NAME_LIMIT)).strip("-.")
    return name if is_name(name) else "nobody"


def _line(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def _papers(marks: Iterable[members.Shared]) -> Iterator[dict[str, object]]:
    by_paper: dict[str, dict[str, str]] = {}
    for one in marks:
        by_paper.setdefault(one.paper, {})[one.kind] = one.value
    for paper, kinds in by_paper.items():
        note = {NOTE: kinds[NOTE]} if NOTE in kinds else {}
        yield {"paper": paper, "marks": sorted(kinds.keys() - note.keys()), **note}


def _object(line: bytes) -> dict[str, Any]:
    found = foreign.read_json(line, LINE_BYTES)
    if found is None:
        raise ValueError("it is damaged")
    if not isinstance(found, dict):
        raise ValueError("it is not a statement")
    return found


def _marks(fields: Mapping[str, Any]) -> Iterator[members.Shared]:
    """The clean marks of one paper; what is not a mark is left out."""
    paper, kinds, note = foreign.paper_id(fields.get("paper")), fields.get("marks"), fields.get(NOTE)
    if paper is None:
        return
    for kind in kinds[:MOST_THINGS] if isinstance(kinds, list) else ():
        found = (
            clean_mark(kind, "1")
            if isinstance(kind, str) and (kind in (members.STAR, QUEUE) or kind.startswith(TAG))
            else None
        )
        if found is not None:
            yield members.Shared(paper, found[0])
    if isinstance(note, str) and (found := clean_mark(NOTE, note)) and found[1]:
        yield members.Shared(paper, NOTE, found[1])


# Signatures


def _library() -> ModuleType:
    try:
        import nacl.signing
    except ImportError:
        raise CacheError(needs_extra("A group needs", "group")) from None
    return nacl.signing


def check_library() -> None:
    """Raise CacheError without the extra."""
    _library()


def new_secret() -> str:
    """A new secret key, in hexadecimal digits; raises CacheError without the extra."""
    return bytes(_library().SigningKey.generate()).hex()


def public_key(secret: str) -> str:
    """The key that verifies what a secret key signs."""
    return bytes(_library().SigningKey(bytes.fromhex(secret)).verify_key).hex()


def sign(body: bytes, secret: str) -> bytes:
    """The lines with one more that signs them."""
    signature: str = _library().SigningKey(bytes.fromhex(secret)).sign(PURPOSE + body).signature.hex()
    return body + json.dumps({"signature": signature}, separators=(",", ":")).encode() + b"\n"


def verified(data: bytes) -> bytes:
    """The lines before the last one, which signs them by the key that the first one names.

    Raises ValueError with the reason if anything is missing, damaged or by somebody else.
    """
    library = _library()
    from nacl.exceptions import CryptoError

    body, last = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    found = _SIGNATURE.fullmatch(last)
    if found is None:
        raise ValueError("it is cut off")
    try:
        key = bytes.fromhex(foreign.read_json(body.partition(b"\n")[0], LINE_BYTES)["member"])
        library.VerifyKey(key).verify(PURPOSE + body, bytes.fromhex(found[1].decode()))
    except (CryptoError, ValueError, KeyError, TypeError):
        raise ValueError("its signature is wrong: somebody else has changed it, or it is damaged") from None
    return body
