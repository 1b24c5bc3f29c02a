"""Why a paper is listed, as lines."""

from __future__ import annotations

from reader.core.similarity import Fit, FoundBy, Shared
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.page.lines import fit_lines


def text(fit: Fit | None, width: int = 80) -> list[str]:
    return ["".join(piece.text for piece in line) for line in fit_lines(fit, width, UNICODE)]


def test_each_reason_is_named() -> None:
    fit = Fit(3, "like:1 ~fold", Shared(("draft trees",), cites=True), FoundBy(("fold",), 2))
    assert text(fit) == ["Why here  shares draft trees · cites it · has fold (1 of 2 words)"]
    assert all(len(line) <= 20 for line in text(fit, 20))
    assert text(Fit(3, "like:1")) == text(None) == []
    hostile = Fit(3, "x", Shared(("a\x1b[31mb",)))
    assert "\x1b" not in text(hostile)[0]
    [line] = fit_lines(fit, 80, ASCII)
    assert "".join(piece.text for piece in line).isascii()
