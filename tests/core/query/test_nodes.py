"""What `by:` makes of the terms next to it."""

from __future__ import annotations

from reader.core.query import parse
from reader.core.query.nodes import resolve_members
from tests.table import each


@each(
    ("text", "meant"),
    [
        ("agents is:starred", "agents is:starred"),
        ("by:Ada is:starred agents", "by:ada/star agents"),
        ("by:ada is:starred tag:a", "by:ada/star by:ada/tag:a"),
        ("by:ada,bob is:starred", "by:ada/star OR by:bob/star"),
        ("by:ada by:bob has:note", "by:ada/note by:bob/note"),
        ("by:ada (is:queued OR tag:a)", "by:ada/queue OR by:ada/tag:a"),
        ("by:ada -is:starred is:unread", "by:ada -is:starred is:unread"),
        ("by:ada (is:queued OR is:unread)", "by:ada (is:queued OR is:unread)"),
        ("is:starred OR by:ada is:starred", "is:starred OR by:ada/star"),
        ("-(by:ada is:starred)", "-by:ada/star"),
        ("by:ada (topic:agents OR by:bob)", "by:ada (topic:agents OR by:bob)"),
    ],
)
def test_marks_next_to_a_name_are_those_of_the_member(text: str, meant: str) -> None:
    found = str(resolve_members(parse(text)).root).replace('"', "").replace("\n", "/")
    assert found == meant
