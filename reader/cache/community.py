"""A paper's related data: comments, repositories, and the times of the last requests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reader.core.community import Community, dump, load
from reader.database import connections

NO_COMMUNITY = Community()

MAX_AGE = timedelta(days=1)
"""Age at which the feed's data about a paper counts as old."""


class PageData(NamedTuple):
    """The cached data of a paper's page."""

    community: Community = NO_COMMUNITY
    asked: str | None = None
    """ISO time, UTC, of the feed's last answer; None if there was none."""
    arxiv_asked: str | None = None
    """ISO day on which arXiv was last asked about the paper."""

    def is_old(self, now: datetime, *, with_arxiv: bool) -> bool:
        """Whether the feed or, `with_arxiv`, arXiv should be asked again."""
        return is_old(self.asked, now) or (with_arxiv and arxiv_is_old(self.arxiv_asked, now))


def is_old(asked: str | None, now: datetime) -> bool:
    """Whether the feed's last answer, at `asked` (ISO, UTC), is old or missing."""
    return asked is None or now - datetime.fromisoformat(asked) >= MAX_AGE


def arxiv_is_old(asked: str | None, now: datetime) -> bool:
    """Whether arXiv's last answer, on the day `asked` (ISO), is old or missing."""
    return (asked or "") < now.astimezone(UTC).date().isoformat()


class RequestState(NamedTuple):
    """The facts that decide whether to ask for a paper again."""

    pk: int
    id: str
    source: str
    comments: int
    asked: str | None
    """ISO time, UTC, of the feed's last answer."""
    arxiv_asked: str | None
    """ISO day on which arXiv was last asked."""


def read_community(connection: sqlite3.Connection, pk: int) -> PageData:
    """The comments and repositories of a paper, and when they were asked for."""
    row = connection.execute(
        "SELECT c.body, c.asked, t.arxiv_asked FROM paper_text AS t LEFT JOIN community AS c ON c.pk = t.pk"
        " WHERE t.pk = ?",
        (pk,),
    ).fetchone()
    if row is None:
        return PageData()
    body, asked, arxiv_asked = row
    return PageData(NO_COMMUNITY if body is None else load(body), asked, arxiv_asked)


def note_arxiv_asked(connection: sqlite3.Connection, ids: Iterable[str], day: str) -> None:
    """Record that arXiv was asked about papers on a day (ISO), in the caller's transaction."""
    connection.executemany(
        "UPDATE paper_text SET arxiv_asked = ? WHERE pk = (SELECT pk FROM paper WHERE id = ?)",
        [(day, id) for id in ids],
    )


class Communities(connections.Store):
    """The related data of one cache's papers."""

    def request_state(self, id: str) -> RequestState | None:
        rows = self._rows(
            "SELECT p.pk, p.id, p.source, p.comments, c.asked, t.arxiv_asked FROM paper AS p"
            " JOIN paper_text AS t ON t.pk = p.pk LEFT JOIN community AS c ON c.pk = p.pk WHERE p.id = ?",
            id,
        )
        return RequestState(*rows[0]) if rows else None

    def put(self, pk: int, community: Community, now: str) -> None:
        """Store the data from the feed's page of a paper; `now` is ISO time, UTC."""
        with self._writing() as connection:
            # The paper may have been dropped while its page was fetched.
            connection.execute(
                "INSERT OR REPLACE INTO community (pk, asked, body)"
                " SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM paper WHERE pk = ?)",
                (pk, now, dump(community), pk),
            )

    def note_arxiv_asked(self, ids: Iterable[str], day: str) -> None:
        """Record that arXiv was asked about papers on a day (ISO)."""
        with self._writing() as connection:
            note_arxiv_asked(connection, ids, day)

    def kept_papers(self, asked_before: str, limit: int) -> list[str]:
        """Ids of starred and queued papers that arXiv was last asked about before a day (ISO), oldest first.

        They are added to requests for other papers, to get their venues without extra requests.
        """
        sql = (
            "SELECT p.id FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
            " WHERE p.pk IN (SELECT pk FROM paper WHERE starred = 1 UNION SELECT pk FROM queue)"
            " AND coalesce(t.arxiv_asked, '') < ? ORDER BY coalesce(t.arxiv_asked, ''), p.pk DESC LIMIT ?"
        )
        return [id for (id,) in self._rows(sql, asked_before, limit)]
