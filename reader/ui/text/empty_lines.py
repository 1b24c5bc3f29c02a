"""What stands where there are no papers to list: what is so, why, and the key that helps."""

from __future__ import annotations

from dataclasses import dataclass

from reader.ui.text.lines import Line, Piece, cut, unbroken


@dataclass(frozen=True, slots=True)
class EmptyKeys:
    """The keys that an empty list names, as the user has bound them."""

    refresh: str = "r"
    sample: str = "D"
    quit: str = "q"
    stop: str = "esc"
    take: str = "tab"
    clear: str = "F"
    star: str = "s"
    older: str = "["
    newer: str = "]"
    unread: str = "gu"
    all: str = "ga"
    fetch: str = "enter"
    feed: str = "ctrl+s"
    search: str = "/"


@dataclass(frozen=True, slots=True)
class NoPapers:
    """The cache is empty and nothing is on its way."""

    reason: str = ""
    """Why nothing came, as a whole sentence; empty before anything was asked."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """The cache is empty and the first papers are on their way."""

    progress: str = ""
    """How far it is, such as `day 3 of 7`."""


@dataclass(frozen=True, slots=True)
class NothingMatches:
    """There are papers, and the query matches none of them."""

    query: str
    suggestion: str | None = None
    """What was probably meant, to be taken by a key."""
    wider: tuple[str, int] | None = None
    """A term that could go, and how many papers match without it."""
    is_searchable: bool = False
    """Whether it has words that the feed can be searched for."""


@dataclass(frozen=True, slots=True)
class NothingFound:
    """The feed was searched for some words and has nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class NotHere:
    """The query names one paper, which the cache does not have."""

    id: str


@dataclass(frozen=True, slots=True)
class AllRead:
    """All papers of a place are read, and only unread ones are asked for."""

    count: int
    place: str = "today"
    older: tuple[str, int] | None = None
    """The next older day with unread papers, as it is called, and how many they are."""
    elsewhere: int = 0
    """Unread papers in all."""


@dataclass(frozen=True, slots=True)
class DayEmpty:
    """Nothing was listed on a day, or in a week or month."""

    day: str
    """As it is called."""
    weekend: bool = False
    older: tuple[str, int] | None = None
    """The next older day that has papers, as it is called, and how many."""
    newer: tuple[str, int] | None = None
    asked: bool = True
    """Whether the feed has answered for it."""
    reason: str = ""
    """Why it could not be asked, as a whole sentence."""
    preposition: str = "on"


@dataclass(frozen=True, slots=True)
class FetchingPlace:
    """The papers of a day, a week, a month or a ranking are on their way."""

    what: str
    progress: str = ""


@dataclass(frozen=True, slots=True)
class NotRanked:
    """The feed's ranking was not read yet."""

    reason: str = ""
    """Why it could not be, as a whole sentence."""


@dataclass(frozen=True, slots=True)
class NothingStarred:
    """No paper is starred yet."""


EmptyReason = (
    NoPapers
    | Fetching
    | NotHere
    | NothingMatches
    | NothingFound
    | AllRead
    | DayEmpty
    | FetchingPlace
    | NotRanked
    | NothingStarred
)

_DEFAULT_KEYS = EmptyKeys()
_LONGEST_TERM = 120


def empty_state(situation: EmptyReason, keys: EmptyKeys = _DEFAULT_KEYS) -> tuple[Line, ...]:
    """Say what is so, why, and which keys help, in at most three lines."""
    match situation:
        case NoPapers(reason=reason):
            fetch = (keys.refresh, "try again" if reason else "fetch")
            help_ = _keys(fetch, (keys.sample, "open the sample"), (keys.quit, "quit"))
            lines = _what("No papers yet."), _why(reason), help_
        case Fetching(progress=progress):
            why = "The latest days are being fetched" + (f": {progress}" if progress else ".")
            help_ = _keys((keys.stop, "stop"), (keys.sample, "open the sample"))
            lines = _what("No papers yet."), _why(why), help_
        case NotHere(id=id):
            help_ = _keys((keys.fetch, "fetches it from the feed or from arXiv"), (keys.clear, "clears the filter"))
            lines = (Piece(id, "term"), Piece(" is not here yet.", "what")), (), help_
        case NothingMatches():
            lines = _nothing_matches(situation, keys)
        case NothingFound(text=text):
            what = (Piece("The feed finds nothing for ", "what"), Piece(cut(text, _LONGEST_TERM), "term"))
            lines = what, (), _keys((keys.search, "other words"), (keys.stop, "back to the list"))
        case AllRead():
            lines = _all_read(situation, keys)
        case DayEmpty():
            lines = _day_empty(situation, keys)
        case FetchingPlace(what=what, progress=progress):
            lines = _what(f"Fetching {what}."), _why(progress), _keys((keys.stop, "stop"))
        case NotRanked(reason=reason):
            help_ = _keys((keys.refresh, "try again" if reason else "ask the feed"))
            lines = _what("No ranking yet."), _why(reason), help_
        case NothingStarred():
            help_ = _keys((keys.star, "keeps a paper here"), (keys.all, "all papers"))
            lines = _what("Nothing starred yet."), (), help_
    return tuple(line for line in lines if line)


def _nothing_matches(situation: NothingMatches, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    what = (Piece("Nothing matches ", "what"), Piece(cut(situation.query, _LONGEST_TERM), "term"))
    clear = (keys.clear, "clears the filter")
    further = [clear, (keys.feed, "searches the feed")] if situation.is_searchable else [clear]
    if situation.suggestion:
        meant = (Piece("Did you mean ", "why"), Piece(situation.suggestion, "term"), Piece("?", "why"))
        return what, meant, _keys((keys.take, "takes it"), clear)
    if situation.wider:
        term, count = situation.wider
        there = f" there {'is' if count == 1 else 'are'} {count:,}."
        return what, (Piece("Without ", "why"), Piece(term, "term"), Piece(there, "why")), _keys(*further)
    return what, (), _keys(*further)


def _all_read(situation: AllRead, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    count = f"{situation.count:,} " if situation.count > 1 else ""
    help_ = []
    if situation.older:
        day, left = situation.older
        help_.append((keys.older, f"{day} has {left:,} left"))
    if situation.elsewhere:
        help_.append((keys.unread, f"all {situation.elsewhere:,} unread"))
    why = "" if help_ else "Nothing unread is left anywhere."
    return _what(f"All {count}of {situation.place} read."), _why(why), _keys(*help_)


def _day_empty(situation: DayEmpty, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    why = "The feed rests at weekends." if situation.weekend else "The feed listed nothing."
    if not (situation.asked or situation.weekend):
        why = situation.reason or "The feed was not asked yet."
    help_ = []
    for key, near in ((keys.older, situation.older), (keys.newer, situation.newer)):
        if near:
            help_.append((key, f"{near[0]} has {near[1]:,}"))
    if not situation.weekend:
        help_.append((keys.refresh, "fetch"))
    return _what(f"No papers {situation.preposition} {situation.day}."), _why(why), _keys(*help_)


def _what(text: str) -> Line:
    return (Piece(text, "what"),)


def _why(text: str) -> Line:
    return (Piece(text, "why"),) if text else ()


def _keys(*pairs: tuple[str, str]) -> Line:
    """Keys with what they do; a narrow line is broken only between two of them. A key that is not bound goes."""
    line: list[Piece] = []
    for key, does in pairs:
        if key:
            if line:
                line.append(Piece("   "))
            line += [Piece(unbroken(key), "key"), Piece(unbroken(f" {does}"), "why")]
    return tuple(line)
