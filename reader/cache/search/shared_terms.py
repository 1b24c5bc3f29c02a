"""Papers of which members of the group share something, as SQL for `by:`."""

from __future__ import annotations

from reader.cache.search.full_text import Clause
from reader.core.query.sharing import name_and_kind


def shared_by(value: str) -> Clause:
    """A SELECT of the keys of the papers of a member; they may be here under a later id."""
    marks = _marks(value)
    return Clause(
        f"SELECT pk FROM paper WHERE id IN (SELECT m.paper FROM {marks.sql})"
        f" UNION ALL SELECT pk FROM paper_alias WHERE id IN (SELECT m.paper FROM {marks.sql})",
        marks.params * 2,
    )


def is_shared_by(value: str) -> Clause:
    """The condition that a member shares something of the paper `p`."""
    marks = _marks(value)
    ids = "SELECT +p.id UNION ALL SELECT a.id FROM paper_alias AS a WHERE a.pk = p.pk"
    return Clause(f"EXISTS (SELECT 1 FROM {marks.sql} AND m.paper IN ({ids}))", marks.params)


def _marks(value: str) -> Clause:
    """The marks of a member, of one kind or of any."""
    from reader.core.group import ANYONE

    name, kind = name_and_kind(value)
    conditions, params = ["m.member = g.key"], []
    if name != ANYONE:
        conditions.append("g.slug = ?")
        params.append(name)
    if kind:
        conditions.append("m.kind = ? COLLATE NOCASE")
        params.append(kind)
    return Clause(f"member_mark AS m, member AS g WHERE {' AND '.join(conditions)}", tuple(params))
