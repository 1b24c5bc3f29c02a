"""The query of papers like others, and the correction of unknown words in a query."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def like_query(ids: Sequence[str]) -> str:
    """The query of the papers like some others."""
    from reader.core.query.nodes import is_plain, quote

    return "like:" + ",".join(id if is_plain(id) else quote(id) for id in ids)


def apply_corrections(text: str, corrections: Mapping[str, str]) -> str:
    """A text with its corrections applied."""
    return re.sub(r"\w+", lambda match: corrections.get(match[0]) or corrections.get(match[0].lower(), match[0]), text)
