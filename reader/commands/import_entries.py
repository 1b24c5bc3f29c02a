"""What an import does to the papers that files name: finds those that are here, asks for the others, and marks all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from reader.commands.choosing import count_changing
from reader.commands.output import amount, print_line, warn
from reader.commands.tag import clean_tag, known_tag
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.ids import page_id
from reader.core.marks import LIKE, TAG, WANT
from reader.core.paper import LibraryEntry, Listing

LISTED = 10
"""Entries without a paper that are printed; --json has all."""

FLAGS = ("s=star",)
"""What labels stand for, unless the user says otherwise: in newsboat, many flag by `s` what they would star."""

_WORDS = ("star", "queue", "read")
"""What a label may stand for besides a tag."""

_MOST = 8
"""Marks that are printed with their numbers of papers."""

_FEW = 5
"""Labels of libraries that are printed; --json has all."""


class Labels:
    """What the labels of other programs' entries stand for; capitals make a difference only for single letters."""

    def __init__(self, kinds: Mapping[str, str], known: Iterable[str], *, keep: bool) -> None:
        self._kinds = kinds
        self._keep = keep
        self._spelled = {tag.casefold(): tag for tag in known}

    def kind(self, label: str) -> str | None:
        """The kind of mark that a label stands for; None if it is not taken."""
        if kind := self._kinds.get(_same(label)):
            return kind
        if self._keep and not _is_letter(label):
            return f"{TAG}{self._spelled.setdefault(label.casefold(), label)}"
        return None

    def untaken(self, entries: Iterable[LibraryEntry]) -> Counter[str]:
        """The labels that stand for nothing, with their numbers of entries with a paper."""
        return Counter(label for entry in entries if entry.id for label in entry.labels if not self.kind(label))


def _is_letter(label: str) -> bool:
    """Whether a label is a letter of newsboat, where `a` and `A` are two."""
    return len(label) == 1 and label.isascii() and label.isalpha()


def _same(label: str) -> str:
    return label if _is_letter(label) else label.casefold()


class Taken(NamedTuple):
    """The papers that other programs' files name, and what became of all papers."""

    here: int = 0
    coming: int = 0
    """Papers that the next refresh asks for."""
    new: int = 0
    """Those of them that it was not asked for before."""
    others: int = 0
    """Papers that are neither here nor asked for, and get their marks if they come."""
    unknown: Sequence[LibraryEntry] = ()
    """Entries that name no paper."""
    marked: Mapping[str, int] = MappingProxyType({})
    """How many papers got each kind of mark."""
    stored_new: int = 0
    """How many papers of records are not here, in a dry run."""
    is_dry: bool = False
    untaken: Mapping[str, int] = MappingProxyType({})
    """Labels that stand for no mark, with their numbers of papers."""

    @property
    def papers(self) -> int:
        """Number of all papers that are named."""
        return self.here + self.coming + self.others

    @property
    def counts(self) -> dict[str, int]:
        """The papers in the words for those that are stored."""
        return {"new": self.new, "unchanged": self.papers - self.new, "skipped": len(self.unknown)}

    def record(self) -> dict[str, Any]:
        """The papers as JSON."""
        return {
            "papers": self.papers,
            "here": self.here,
            "coming": self.coming,
            "marked": {_label(kind): count for kind, count in self.marked.items()},
            "without_id": [{"where": entry.where, "title": entry.title or None} for entry in self.unknown],
            "labels": dict(self.untaken),
            "dry_run": self.is_dry,
        }

    def print(self, entries: Sequence[LibraryEntry]) -> None:
        """Print where the papers are, what they got, and which entries name none."""
        said = []
        if entries:
            coming = f", {self.coming:,} to come with the next refresh" if self.coming else ""
            said.append(f"{amount(self.papers, 'paper')} named, {self.here:,} of them here{coming}.")
        if self.marked:
            told = [f"{count:,} {_label(kind)}" for kind, count in self.marked.items()]
            more = f" and {len(told) - _MOST:,} more tags" if len(told) > _MOST else ""
            said.append(f"{', '.join(told[:_MOST])}{more}.")
        if self.is_dry:
            said.append("This was a dry run: nothing was changed.")
        elif self.marked or self.new:
            said.append("'dailypapers undo' takes it back.")
        if said:
            print_line(" ".join(said))
        self._warn_of_rest()

    def _warn_of_rest(self) -> None:
        if count := len(self.unknown):
            warn(f"{count:,} {'entry names' if count == 1 else 'entries name'} no paper of arXiv:")
            for entry in self.unknown[:LISTED]:
                warn(f"  {entry.where}{f': {entry.title}' if entry.title else ''}")
            if count > LISTED:
                warn(f"  and {count - LISTED:,} more, which --json lists")
        tags = [(label, papers) for label, papers in self.untaken.items() if not _is_letter(label)]
        for letter, papers in sorted(self.untaken.items() - tags):
            has = "has" if papers == 1 else "have"
            warn(f"{amount(papers, 'paper')} {has} the flag {letter}: add --flag {letter}=star, queue, read or a tag.")
        if tags:
            told = ", ".join(f"{label} ({papers:,})" for label, papers in tags[:_FEW])
            more = f" and {len(tags) - _FEW:,} more" if len(tags) > _FEW else ""
            warn(f"Tags of the files: {told}{more}. --keep-tags takes them in, --flag 'TAG=queue' one as a mark.")


def _label(kind: str) -> str:
    """A mark as an adjective for papers."""
    return {"star": "starred", "queue": "queued", "read": "read", LIKE: "liked"}.get(
        kind
    ) or f"tagged {kind.removeprefix(TAG)}"


def chosen_marks(workspace: Workspace, *, star: bool, queue: bool, liked: bool, tags: Sequence[str]) -> tuple[str, ...]:
    """The kinds of marks that all papers get."""
    found = [f"{TAG}{name}" for name in _spelled(workspace, tags)]
    chosen = {"star": star, "queue": queue, LIKE: liked}
    return tuple(dict.fromkeys([*(kind for kind, is_chosen in chosen.items() if is_chosen), *found]))


def chosen_labels(workspace: Workspace, texts: Iterable[str], *, keep: bool) -> Labels:
    """What labels stand for, by texts such as `s=star`; with `keep`, all others are tags. Raises UsageError."""
    from reader.cache.tags import tag_counts

    found: dict[str, str] = {}
    for text in (*FLAGS, *texts):
        label, _, word = (part.strip() for part in text.partition("="))
        if not label or not word:
            raise UsageError(f"--flag {text!r} needs a label and a mark: s=star, 'to read=queue', or t=a-tag-of-yours.")
        found[_same(label)] = word if word in _WORDS else f"{TAG}{_spelled(workspace, [word])[0]}"
    with workspace.window() as window:
        known = window.read(tag_counts) if keep else ()
    return Labels(found, known, keep=keep)


def _spelled(workspace: Workspace, tags: Sequence[str]) -> list[str]:
    """The tags as papers have them already."""
    names = [clean_tag(tag) for tag in tags]
    if not names:
        return []
    with workspace.window() as window:
        return [known_tag(window, name) for name in names]


def as_entries(listing: Listing) -> Iterator[LibraryEntry]:
    """The papers of records, once they are stored."""
    for draft in listing.drafts:
        id = draft.id or draft.entry or page_id(draft.title)
        yield LibraryEntry("", draft.title, id, is_wanted=False)


def take_in(
    workspace: Workspace,
    entries: Sequence[LibraryEntry],
    papers: Sequence[LibraryEntry],
    marks: Sequence[str],
    labels: Labels,
    *,
    is_dry: bool,
) -> Taken:
    """Find the papers of other programs' entries, and mark them and the stored ones, in one step of undo."""
    if not entries and not papers:
        return Taken(is_dry=is_dry)
    from reader.cache.storing import imported

    marked: Counter[str] = Counter()
    with workspace.window() as window:
        named = window.read(partial(imported.find_papers, entries=entries))
        found = window.read(partial(imported.find_papers, entries=[*entries, *papers]))
        changes = list(imported.changes(found, marks, labels.kind, window.read(imported.waiting)))
        if is_dry:
            for change in changes:
                marked[change.kind] += count_changing(window, change)
    if changes and not is_dry:
        with workspace.events() as events:
            action = events.act(changes)
        for event in action.events if action else ():
            marked[event.kind] += event.count
    new = marked.pop(WANT, 0)
    coming = sum(any(entry.is_wanted for entry in some) for some in named.absent.values())
    return Taken(
        len(named.here),
        coming,
        new,
        len(named.absent) - coming,
        named.unknown,
        +marked,
        len(found.absent) - len(named.absent),
        is_dry,
        dict(labels.untaken(entries).most_common()),
    )
