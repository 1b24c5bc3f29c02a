"""Papers for the tests of actions."""

from __future__ import annotations

import pytest

from reader.core.paper import Paper
from reader.core.passages import Passage, passage_id


@pytest.fixture
def live_edit() -> Paper:
    return Paper(
        pk=1,
        id="2606.12345",
        title="LiveEdit: Towards Real-Time Diffusion-Based Streaming Video Editing",
        abstract="Editing a stream asks for two things at once.\n\nA short memory gives both.",
        authors=("Xinyu Wang", "Chongbo Zhao"),
        author_count=2,
        organization="R&D_Lab",
        day="2026-06-30",
        published="2026-06-28",
        upvotes=187,
        comments=1,
        summary="Edits a live stream.",
        keywords=("streaming", "kv cache"),
        topics=("video-generation", "efficient-inference"),
        code_url="https://github.com/someone/live_edit",
        code_stars=312,
        read=True,
    )


QUOTES = (
    Passage(passage_id("Half of “all” steps, 50% & x_i."), "Half of “all” steps, 50% & x_i.", section="§3 A (b), c"),
    Passage(passage_id("It plans."), "It plans.", note="as ours\n\n# does <here>"),
)


@pytest.fixture
def two(live_edit: Paper) -> tuple[Paper, Paper]:
    """A paper with every field set, and a paper of another site with almost none."""
    full = live_edit._replace(
        title="LiveEdit: {Towards} $x^2$ *Real-Time* 50% “Diffusion”",
        abstract="It asks for two things & more at https://github.com/a/b.\n\n# A short $x_i$ gives both.",
        authors=("Xinyu Wang", "Ludwig van Beethoven", "Gemini Team", "Sammy Davis Jr."),
        day="2026-11-30",
        published="2026-11-28",
        upvotes=1234,
        revised="2026-12-02",
        categories=("cs.CV", "cs.LG"),
        project_url="https://live.org/a(b)",
        media=("https://cdn.org/1.mp4",),
        queued=True,
        starred=True,
        tags=("to read", "a, b"),
        note="Mine:\n100 % {sure}\n\nAnd *more*.",
        highlights=tuple(passage.as_text(live_edit.id) for passage in QUOTES),
        venue="ICLR 2026 oral",
        doi="10.1103/PhysRevD.76.013009",
        remark="Accepted to ICLR 2026",
        submitter="xinyu",
        profiles=("zhao Chongbo Zhao",),
    )
    other = Paper(2, "page:0123456789ab", "It", journal="Phys. Rev. 7", url="https://a.org/{x}", source="page")
    return full, other._replace(day="2026-11-30", highlights=(QUOTES[1].as_text(other.id),))
