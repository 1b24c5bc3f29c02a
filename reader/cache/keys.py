"""The keys of papers in the cache, by the ids that the papers have or had."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable


def keys_of(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The key of the paper with each id, in the order of the ids; ids of papers that the cache lacks are left out.

    A paper is also found by an id that it had before its arXiv id was known.
    """
    listed = json.dumps([*ids], ensure_ascii=False)
    return {id: pk for id, pk in connection.execute(_KEYS, (listed,)) if pk is not None}


_KEYS = """
    SELECT value, coalesce(
        (SELECT pk FROM paper WHERE id = value), (SELECT pk FROM paper_alias WHERE paper_alias.id = value)
    ) FROM json_each(?) ORDER BY key
"""
