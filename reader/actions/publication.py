"""Where and when a paper appeared, for citations: by arXiv's journal reference, else by the venue in the remark."""

from __future__ import annotations

import re
from typing import Literal

from reader.core.paper import Paper
from reader.core.text import clean
from reader.core.venue import series_of, year_of

EntryType = Literal["misc", "article", "inproceedings"]

_CONFERENCE = re.compile(
    r"\b(?:conference|conf|proceedings|proc|workshop|symposium|meeting|neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|bmvc"
    r"|acl|emnlp|naacl|eacl|coling|interspeech|icassp|aaai|ijcai|kdd|www|sigir|siggraph|chi|icra|iros|corl|colt|uai"
    r"|aistats|miccai)\b",
    re.IGNORECASE,
)
_HONOUR = re.compile(r" (?:best paper|oral|spotlight|highlight|poster)\b")


def entry_type(paper: Paper) -> EntryType:
    """BibTeX's type: `misc`, or what the paper appeared in, if that is known."""
    if not paper.journal and not paper.venue:
        return "misc"
    series = series_of(paper.venue)
    if series is not None:
        return "article" if series.is_journal else "inproceedings"
    # Without a journal reference, the venue is that of a remark, which names conferences.
    is_conference = not paper.journal or _CONFERENCE.search(paper.journal)
    return "inproceedings" if is_conference else "article"


def container(paper: Paper) -> str:
    """The journal or the proceedings: arXiv's reference, else the venue with its full name; empty if not known."""
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
