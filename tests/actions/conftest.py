"""A paper for the tests of actions."""

from __future__ import annotations

import pytest

from reader.core.paper import Paper


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
        project_url=None,
        media=(),
        source="hf",
        read=True,
        starred=False,
        hidden=False,
    )
