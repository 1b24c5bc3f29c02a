"""What all forms of a digest say around its papers."""

from __future__ import annotations

from reader.actions.links import Link, links
from reader.core.digest import Digest, Section
from reader.core.paper import Paper
from reader.paths import APP

OPEN = f"{APP} open ID --reader"
"""The command that opens a paper of a digest in the reader."""


def further_links(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper except its page, to which its title leads, and its pictures."""
    return tuple(link for link in links(paper)[1:] if not link.letter.isdigit())


def intro(digest: Digest) -> str:
    """The first line: how many papers there are, and from when on."""
    return f"{digest.summary}. New since {digest.in_words(digest.since)}."


STOP = f"{APP} schedule remove --digest"
"""The command that ends a daily mail."""

END = f"No paper is mailed twice for the same news. To end a daily mail: {STOP}"
"""The last line of a mail."""


def more(section: Section) -> str:
    """How many papers of a section were left out; empty if none was."""
    count = len(section.left_out)
    return f"and {count:,} more {'paper' if count == 1 else 'papers'} in the reader" if count else ""
