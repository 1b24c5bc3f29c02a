"""A small paper as LaTeXML writes it, and pages that are none."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

PAGE = (_HERE / "paper.html").read_text("utf-8")

ODD, ODD_TEXT = (_HERE / "odd.html").read_text("utf-8"), (_HERE / "odd.html.txt").read_text("utf-8")
"""What papers seldom have, in forms that LaTeXML does not write, and its text."""

PROSE = "This sentence fills the page so that it counts as the text of a paper. " * 8

NO_HTML = "<html><head><title>arXiv</title></head><body><h1>No HTML is available for this paper.</h1></body></html>"
NOT_CONVERTED = (
    '<html><title> No content available </title><body><article class="ltx_document"></article></body></html>'
)
NOT_FOUND = (
    "<html><title>404 - No such document!</title><body><article class='ltx_document'><h1 class='ltx_title_document'>No"
    " document for <span>2605.99999</span></h1></article></body></html>"
)
BROKEN_OFF = PAGE[: PAGE.index("<blockquote")] + (
    '<span class="ltx_ERROR">Conversion to HTML had a Fatal error and exited.</span></article></body></html>'
)
SIGN_IN = "<html><body>Sign in to the network</body></html>"
"""Pages of the hosts that are not the text of a paper."""
