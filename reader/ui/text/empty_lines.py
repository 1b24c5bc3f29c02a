"""The text in place of an empty list: what is missing, why, and which keys help."""

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
    """The cache is empty, and nothing is being fetched."""

    reason: str = ""
    """Why nothing came, as a sentence; empty before the first fetch."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """The cache is empty, and the first papers are being fetched."""

    progress: str = ""
    """Such as `day 3 of 7`."""


@dataclass(frozen=True, slots=True)
class NothingMatches:
    """The query matches no paper."""

    query: str
    suggestion: str | None = None
    """The query that the user probably meant; a key takes it."""
    wider: tuple[str, int] | None = None
    """The part to leave out of the query, and how many papers then match."""
    is_searchable: bool = False
    """Whether the query has words for a search of the feed."""


@dataclass(frozen=True, slots=True)
class NothingFound:
    """The feed's search found nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class NotHere:
    """The query names one paper by id, and the cache does not have it."""

    id: str


@dataclass(frozen=True, slots=True)
class AllRead:
    """The query asks for unread papers, and all papers of the place are read."""

    count: int
    place: str = "today"
    older: tuple[str, int] | None = None
    """The name of the next older day with unread papers, and its number of them."""
    elsewhere: int = 0
    """Number of unread papers in all views."""


@dataclass(frozen=True, slots=True)
class DayEmpty:
    """A day, week or month without papers."""

    day: str
    """Its name."""
    weekend: bool = False
    older: tuple[str, int] | None = None
    """The name of the next older day with papers, and its number of them."""
    newer: tuple[str, int] | None = None
    asked: bool = True
    """Whether the feed has answered for all of its days."""
    reason: str = ""
    """Why the feed could not be asked, as a sentence."""
    preposition: str = "on"


@dataclass(frozen=True, slots=True)
class FetchingPlace:
    """The papers of a day, week, month or ranking are being fetched."""

    what: str
    progress: str = ""


@dataclass(frozen=True, slots=True)
class NotRanked:
    """The feed's ranking was never fetched."""

    reason: str = ""
    """Why it could not be fetched, as a sentence."""


@dataclass(frozen=True, slots=True)
class NothingStarred:
    """No paper is starred yet."""


@dataclass(frozen=True, slots=True)
class NothingRisen:
    """No read or hidden paper has risen since it was marked."""


@dataclass(frozen=True, slots=True)
class AllHidden:
    """The user has hidden all papers of the view."""

    papers: str = "papers"
    """Which papers, such as `papers of Mon 11`."""
    older: tuple[str, int] | None = None
    """The name of the next older day with papers, and its number of them."""
    newer: tuple[str, int] | None = None


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
    | NothingRisen
    | AllHidden
)

_DEFAULT_KEYS = EmptyKeys()
_LONGEST_TERM = 120


def empty_state(reason: EmptyReason, keys: EmptyKeys = _DEFAULT_KEYS) -> tuple[Line, ...]:
    """Say what is missing, why, and which keys help, in three lines at most."""
    match reason:
        case NoPapers(reason=problem):
            fetch = (keys.refresh, "try again" if problem else "fetch")
            help_ = _keys(fetch, (keys.sample, "open the sample"), (keys.quit, "quit"))
            lines = _what("No papers yet."), _why(problem), help_
        case Fetching(progress=progress):
            why = "The latest days are being fetched" + (f": {progress}" if progress else ".")
            help_ = _keys((keys.stop, "stop"), (keys.sample, "open the sample"))
            lines = _what("No papers yet."), _why(why), help_
        case NotHere(id=id):
            help_ = _keys((keys.fetch, "fetches it from the feed or from arXiv"), (keys.clear, "clears the filter"))
            lines = (Piece(id, "term"), Piece(" is not here yet.", "what")), (), help_
        case NothingMatches():
            lines = _nothing_matches(reason, keys)
        case NothingFound(text=text):
            what = (Piece("The feed finds nothing for ", "what"), Piece(cut(text, _LONGEST_TERM), "term"))
            lines = what, (), _keys((keys.search, "other words"), (keys.stop, "back to the list"))
        case AllRead():
            lines = _all_read(reason, keys)
        case DayEmpty():
            lines = _day_empty(reason, keys)
        case FetchingPlace(what=what, progress=progress):
            lines = _what(f"Fetching {what}."), _why(progress), _keys((keys.stop, "stop"))
        case NotRanked(reason=problem):
            help_ = _keys((keys.refresh, "try again" if problem else "ask the feed"))
            lines = _what("No ranking yet."), _why(problem), help_
        case NothingStarred():
            help_ = _keys((keys.star, "keeps a paper here"), (keys.all, "all papers"))
            lines = _what("Nothing starred yet."), (), help_
        case NothingRisen():
            why = "Papers that rise after you read or hide them come here."
            lines = _what("Nothing has risen yet."), _why(why), _keys((keys.all, "all papers"))
        case AllHidden(papers=papers):
            help_ = _keys((keys.search, "is:hidden lists them"), *_near_days(reason, keys))
            lines = _what(f"All {papers} are hidden."), (), help_
    return tuple(line for line in lines if line)


def _nothing_matches(reason: NothingMatches, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    what = (Piece("Nothing matches ", "what"), Piece(cut(reason.query, _LONGEST_TERM), "term"))
    clear = (keys.clear, "clears the filter")
    further = [clear, (keys.feed, "searches the feed")] if reason.is_searchable else [clear]
    if reason.suggestion:
        meant = (Piece("Did you mean ", "why"), Piece(reason.suggestion, "term"), Piece("?", "why"))
        return what, meant, _keys((keys.take, "takes it"), clear)
    if reason.wider:
        term, count = reason.wider
        there = f" there {'is' if count == 1 else 'are'} {count:,}."
        return what, (Piece("Without ", "why"), Piece(term, "term"), Piece(there, "why")), _keys(*further)
    return what, (), _keys(*further)


def _all_read(reason: AllRead, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    count = f"{reason.count:,} " if reason.count > 1 else ""
    help_ = []
    if reason.older:
        day, left = reason.older
        help_.append((keys.older, f"{day} has {left:,} left"))
    if reason.elsewhere:
        help_.append((keys.unread, f"all {reason.elsewhere:,} unread"))
    why = "" if help_ else "Nothing unread is left anywhere."
    return _what(f"All {count}of {reason.place} read."), _why(why), _keys(*help_)


def _day_empty(reason: DayEmpty, keys: EmptyKeys) -> tuple[Line, Line, Line]:
    why = "The feed rests at weekends." if reason.weekend else "The feed listed nothing."
    if not (reason.asked or reason.weekend):
        why = reason.reason or "The feed was not asked yet."
    help_ = _near_days(reason, keys)
    if not reason.weekend:
        help_.append((keys.refresh, "fetch"))
    return _what(f"No papers {reason.preposition} {reason.day}."), _why(why), _keys(*help_)


def _near_days(reason: AllHidden | DayEmpty, keys: EmptyKeys) -> list[tuple[str, str]]:
    days = ((keys.older, reason.older), (keys.newer, reason.newer))
    return [(key, f"{near[0]} has {near[1]:,}") for key, near in days if near]


def _what(text: str) -> Line:
    return (Piece(text, "what"),)


def _why(text: str) -> Line:
    return (Piece(text, "why"),) if text else ()


def _keys(*pairs: tuple[str, str]) -> Line:
    """List keys with their effects, without unbound keys; the line breaks only between two of them."""
    line: list[Piece] = []
    for key, does in pairs:
        if key:
            if line:
                line.append(Piece("   "))
            line += [Piece(unbroken(key), "key"), Piece(unbroken(f" {does}"), "why")]
    return tuple(line)
