"""Read where a paper appeared from arXiv's journal reference and the authors' remark: `ICLR 2026 oral`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

MAX_VENUE_LENGTH = 90


class Series(NamedTuple):
    """A series of conferences, or a journal."""

    name: str
    title: str
    is_journal: bool = False


_CONFERENCES = {
    "ICLR": "International Conference on Learning Representations",
    "ICML": "International Conference on Machine Learning",
    "NeurIPS": "Advances in Neural Information Processing Systems",
    "AISTATS": "International Conference on Artificial Intelligence and Statistics",
    "COLM": "Conference on Language Modeling",
    "AAAI": "AAAI Conference on Artificial Intelligence",
    "IJCAI": "International Joint Conference on Artificial Intelligence",
    "CVPR": "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
    "ICCV": "IEEE/CVF International Conference on Computer Vision",
    "ECCV": "European Conference on Computer Vision",
    "WACV": "IEEE/CVF Winter Conference on Applications of Computer Vision",
    "ACL": "Annual Meeting of the Association for Computational Linguistics",
    "EMNLP": "Conference on Empirical Methods in Natural Language Processing",
    "NAACL": "Conference of the North American Chapter of the Association for Computational Linguistics",
    "EACL": "Conference of the European Chapter of the Association for Computational Linguistics",
    "INTERSPEECH": "Interspeech",
    "ICASSP": "IEEE International Conference on Acoustics, Speech and Signal Processing",
    "KDD": "ACM SIGKDD Conference on Knowledge Discovery and Data Mining",
    "SIGGRAPH Asia": "SIGGRAPH Asia",
    "SIGGRAPH": "ACM SIGGRAPH",
    "ICRA": "IEEE International Conference on Robotics and Automation",
    "CoRL": "Conference on Robot Learning",
}
_JOURNALS = {
    "TMLR": "Transactions on Machine Learning Research",
    "JMLR": "Journal of Machine Learning Research",
    "TPAMI": "IEEE Transactions on Pattern Analysis and Machine Intelligence",
    "TACL": "Transactions of the Association for Computational Linguistics",
    "TOG": "ACM Transactions on Graphics",
}

SERIES = MappingProxyType(
    {name: Series(name, title) for name, title in _CONFERENCES.items()}
    | {name: Series(name, title, True) for name, title in _JOURNALS.items()}
)
_BY_TITLE = {series.title.lower(): series.name for series in SERIES.values()}

_OTHER_NAMES = {"NIPS": "NeurIPS", "Interspeech": "INTERSPEECH", "T-PAMI": "TPAMI"}

_CITED = re.compile(
    r"\b(?:submitted|submission|under (?:peer |double-blind )?review|in review|ARR|rejected|withdrawn|arXiv admin"
    r"|(?:extended|full|longer|journal|short|abridged|preliminary|earlier|conference|previous) versions?"
    r"|extends|extension of|part of this work|builds? (?:up)?on)\b",
    re.IGNORECASE,
)
"""Words after which a venue is only intended, or belongs to another paper."""

_PUBLISHED = re.compile(
    r"\b(?:accepted|acceptance|to appear|appears?|appeared|published|publication|camera[- ]ready|presented|in press"
    r"|proceedings|proc|oral|spotlight|poster|findings|main conference|conference|symposium|workshop)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[a-z0-9)'’!])\.\s+(?=[A-Z(])|;\s*|\s+/\s+|\s*\|\s*|!\s+")
_YEAR = re.compile(r"(?<![\d.:-])(?<![A-Za-z]/)(?:19[89]|20[0-4])\d(?![\d:])")
_NEAR_YEAR = re.compile(r"\)?[\s,:-]{0,2}(?:['’]\s?(\d\d)(?!\d)|((?:19[89]|20[0-4])\d)(?!\d)|(\d\d)(?![\d\w.-]))")
_SHORT_NAME = re.compile(
    r"\(\s*(?P<alone>[A-Z][A-Za-z&/-]{1,14})\s*[),]"
    r"|\b(?P<name>[A-Z][A-Za-z0-9&/-]{0,13}?[A-Za-z])(?:\s?['’]\s?(\d\d)|[\s-]?((?:19[89]|20[0-4])\d))\b"
)
"""A name in parentheses, or a name and its year: `(ICST)`, `ICST 2026`, `MET'21`."""

_JOURNAL = re.compile(r"\s*(?:in\s+)?([^\d(;:]{4,70})", re.IGNORECASE)
_VOLUME = re.compile(
    r"[\s.,]*\b(?:vol(?:ume)?|no|issue|pp?|pages|ser(?:ies)?|(?:jan|febr)uary|march|april|may|june|july|august"
    r"|(?:septem|octo|novem|decem)ber)?[\s.,]*$",
    re.IGNORECASE,
)

_TRACKS = (
    ("Findings", re.compile(r"\bfindings\b", re.IGNORECASE)),
    ("Datasets and Benchmarks", re.compile(r"\bdatasets? (?:and|&) benchmarks?\b|\bD&B\b", re.IGNORECASE)),
    ("workshop", re.compile(r"\bworkshops?\b|\b[A-Z]+W\b", re.IGNORECASE)),
    ("industry track", re.compile(r"\bindustry track\b", re.IGNORECASE)),
    ("demo", re.compile(r"\b(?:system )?demo(?:nstration)?s?\b", re.IGNORECASE)),
    ("best paper", re.compile(r"\bbest (?:student )?paper\b", re.IGNORECASE)),
    ("oral", re.compile(r"\boral\b", re.IGNORECASE)),
    ("spotlight", re.compile(r"\bspotlight\b", re.IGNORECASE)),
    ("highlight", re.compile(r"\bhighlight(?:ed)?\b", re.IGNORECASE)),
    ("poster", re.compile(r"\bposter\b", re.IGNORECASE)),
)


def read_venue(remark: str | None, journal: str | None) -> str | None:
    """Where a paper appeared or will appear: `ICLR 2026 oral`, `TMLR 2025`, `ACL 2025 Findings`; None if unknown.

    The journal reference takes precedence. A remark counts if it says that the paper was accepted, or begins with a
    name and a year, unless it speaks of a submission.
    """
    if journal and (venue := _known_series(journal, is_published=True) or _short_name(journal) or _journal(journal)):
        return venue[:MAX_VENUE_LENGTH].rstrip()
    for clause in _clauses(remark or ""):
        begin = _SHORT_NAME.match(clause)
        is_published = _PUBLISHED.search(clause) is not None or (begin is not None and begin["name"] is not None)
        if venue := _known_series(clause, is_published=is_published) or (_short_name(clause) if is_published else None):
            return venue[:MAX_VENUE_LENGTH].rstrip()
    return None


def series_of(venue: str | None) -> Series | None:
    """The known series of a venue, if any."""
    name = venue or ""
    return SERIES.get(" ".join(name.split()[:2])) or SERIES.get(name.partition(" ")[0])


def year_of(venue: str | None) -> str | None:
    """The year of a venue."""
    year = _YEAR.search(venue or "")
    return year[0] if year else None


def _clauses(remark: str) -> Iterator[str]:
    """The parts of a remark, each cut before a mention of another paper or a submission."""
    for clause in _CLAUSE.split(remark):
        cited = _CITED.search(clause)
        yield clause[: cited.start()] if cited else clause


@lru_cache(1)
def _known_names() -> re.Pattern[str]:
    """A pattern of all known series: short names as they are written, titles in any case."""
    short = sorted((*SERIES, *_OTHER_NAMES), key=len, reverse=True)
    named = "|".join(map(re.escape, short))
    titled = "|".join(re.escape(series.title).replace(r"\ ", r"\s+") for series in SERIES.values())
    return re.compile(rf"(?<![A-Za-z0-9-])(?:(?P<name>{named})(?=W?\b|W?\d)|(?i:(?P<title>{titled})))")


def _known_series(text: str, *, is_published: bool) -> str | None:
    """A known series in a text; without a word such as "accepted", only if its year is next to it."""
    found = _known_names().search(text)
    if found is None:
        return None
    if found["title"]:
        name = _BY_TITLE[" ".join(found["title"].lower().split())]
    else:
        name = _OTHER_NAMES.get(found["name"], found["name"])
    near = _NEAR_YEAR.match(text, found.end() + (text[found.end() : found.end() + 1] == "W"))
    if near is None and not is_published:
        return None
    year = _year_in(text)
    # Two digits next to a full year are a volume number.
    is_volume = near is not None and near[3] and year
    return _venue_with_track(name, _full(near) if near and not is_volume else year, text)


def _short_name(text: str) -> str | None:
    """A venue by the short name that a text gives it, such as `… Verification and Validation (ICST 2026)`."""
    for found in _SHORT_NAME.finditer(text):
        name = found["alone"] or found["name"]
        year = _year_in(text) if found["alone"] else _full(found, 3)
        if year and sum(map(str.isupper, name)) > 1:
            is_workshop = name.endswith("W") and "workshop" in text.lower()
            return _venue_with_track(name[:-1] if is_workshop else name, year, text)
    return None


def _journal(reference: str) -> str | None:
    journal, year = _JOURNAL.match(reference), _year_in(reference)
    name = _VOLUME.sub("", journal[1]).strip(" .-–'\"{}") if journal else ""
    return f"{name} {year or ''}".rstrip() if sum(map(str.isalpha, name)) > 3 else None


def _full(match: re.Match[str], first: int = 1) -> str:
    """The year from one of a match's groups, with four digits."""
    digits = next(filter(None, match.groups()[first - 1 :]))
    return digits if len(digits) == 4 else f"20{digits}"


def _year_in(text: str) -> str | None:
    years: list[str] = _YEAR.findall(text)
    return years[-1] if years else None


def _venue_with_track(name: str, year: str | None, text: str) -> str:
    """A venue with its track, if the text has one."""
    series = SERIES.get(name)
    is_journal = series is not None and series.is_journal
    tracks = [] if is_journal else [track for track, pattern in _TRACKS if pattern.search(text)][:2]
    return " ".join(filter(None, (name, year, *tracks)))
