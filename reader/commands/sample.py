"""The sample that `--demo` opens."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.commands.workspace import Workspace


def fill_with_sample(workspace: Workspace, file: Path) -> None:
    """Make a cache with the papers that ship with the program."""
    from datetime import UTC, datetime
    from io import BytesIO

    from reader.cache.storing.papers import Cache
    from reader.data import read_text
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    with closing(Cache.open(file, workspace.topics)) as cache:
        listings = read_papers(BytesIO(read_text("sample.json").encode()), now.date())
        for _ in cache.store_all(listings, now.isoformat(timespec="seconds")):
            pass
