"""What the first line says while a PDF comes."""

from __future__ import annotations

from reader.refresh.jobs import Message, PdfReceived, Waiting
from reader.ui.page.links import _progress_text
from tests.table import each


@each(
    ("message", "said"),
    [
        (PdfReceived(512, 1_024), "50 %"),
        (PdfReceived(1_540_000, None), "1.5 MB"),
        (Waiting(12.4, "arXiv asks to wait"), "arXiv asks to wait, 12 s"),
    ],
)
def test_progress_is_a_share_or_a_size_or_a_wait(message: Message, said: str) -> None:
    assert _progress_text(message) == said
