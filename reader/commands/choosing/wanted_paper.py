"""Find the paper that a command is for; one that is not in the cache is fetched into it."""

from __future__ import annotations

from reader.commands.workspace import NotInCache, Workspace, find
from reader.core.ids import named_id
from reader.core.paper import Paper
from reader.core.text import clean


def find_or_fetch(workspace: Workspace, id: str) -> tuple[Paper, int]:
    """The paper that an id in any form names, and its key; raises NotInCache if no source has it."""
    for is_last in (False, True):
        with workspace.window() as window:
            try:
                pk = find(window, id)
            except NotInCache:
                known = named_id(id)
                if is_last:
                    raise NotInCache(f"{clean(id, 100)!r} is not in the cache, and no source has it.") from None
                if known is None:
                    raise
            else:
                paper = window.paper(pk)
                if paper is not None:
                    return paper, pk
        if known is not None:
            from reader.commands.run_job import run_job
            from reader.refresh.jobs import LookUpPaper

            run_job(workspace, LookUpPaper(known))
    raise NotInCache(f"{clean(id, 100)!r} is not in the cache.")
