"""A digest as a self-contained page of HTML: nothing is fetched for it, and mail clients show it.

Mail clients know little of HTML. Each element has its look inline, since some drop the style sheet; those that keep it
change the colours for the dark. Ground and text both have a colour, so that none is lost on the other. What holds all
together is a table: Outlook draws by Word, which gives nothing else a width or a margin. What is foreign is escaped,
and links lead to http and https alone, or into the reader.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from reader.actions.digests.text import END, OPEN, STOP, further_links, intro, more
from reader.actions.link_handler import address_of
from reader.actions.links import links
from reader.core.digest import SHORT, Digest, Item, Section, gist
from reader.core.text import LINE_LIMIT, clean
from reader.paths import APP

MOST_BYTES = 100_000
"""Gmail cuts off what is longer than 102 KB."""

WIDTH = 620
"""Pixels of the column on wide screens."""

LONGEST_LINK = 300
"""Characters; no page of a paper has a longer address."""

SANS = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
SERIF = "font-family:Charter,'Iowan Old Style',Georgia,Cambria,'Times New Roman',serif"

# Names of classes, with the colour of the light and of the dark.
_COLORS = {
    "ground": ("#fbfaf8", "#14161b"),
    "text": ("#24272e", "#dde0e6"),
    "muted": ("#5a606c", "#a0a6b3"),
    "accent": ("#2453bd", "#8ab4f8"),
    "why": ("#855300", "#e8b64c"),
    "rule": ("#dedbd5", "#2f343e"),
}

_TABLE = '<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="{width}"{more}>'


class _Fit(NamedTuple):
    """How much is said of each paper."""

    gist: int
    """Characters of what it is about."""
    line: int
    """Characters of its title, of why it is there, and of each fact."""
    has_links: bool


_FITS = (_Fit(SHORT, 250, True), _Fit(120, 160, True), _Fit(0, 60, False))


def page(digest: Digest, *, opens_reader: bool = False, is_mail: bool = False) -> str:
    """The digest as HTML, as long as mail clients show; with `opens_reader`, links open papers in the reader.

    A mail says how it ends.
    """
    said = ""
    for fit in _FITS:
        said = "\n".join(_Page(digest, fit, opens_reader=opens_reader, is_mail=is_mail).lines()) + "\n"
        if len(said.encode("utf-8", "replace")) <= MOST_BYTES:
            break
    return said


class _Page:
    def __init__(self, digest: Digest, fit: _Fit, *, opens_reader: bool, is_mail: bool) -> None:
        self._digest = digest
        self._fit = fit
        self._opens_reader = opens_reader
        self._is_mail = is_mail

    def lines(self) -> Iterator[str]:
        title = escape(self._digest.title)
        day = escape(self._digest.in_words(self._digest.day.isoformat()))
        masthead = title.replace(day, day.replace(" ", "\N{NO-BREAK SPACE}"), 1)
        yield "<!DOCTYPE html>"
        yield '<html lang="en"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="color-scheme" content="light dark">'
        yield '<meta name="supported-color-schemes" content="light dark">'
        # Ids look like telephone numbers.
        yield '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">'
        yield '<meta name="x-apple-disable-message-reformatting">'
        yield f"<title>{title}</title>"
        yield f"<style>{_style()}</style></head>"
        ground = f"background-color:{_light('ground')}"
        yield f'<body class="ground" style="margin:0;padding:0;{ground}">'
        yield self._preheader()
        yield _TABLE.format(width="100%", more=f' class="ground" bgcolor="{_light("ground")}" style="{ground}"')
        yield '<tr><td align="center" style="padding:24px 16px 32px">'
        # Outlook knows no greatest width.
        yield f"<!--[if mso]>{_TABLE.format(width=WIDTH, more='')}<tr><td><![endif]-->"
        yield _TABLE.format(width="100%", more=f' style="max-width:{WIDTH}px"')
        yield (
            f'<tr><td class="text" align="left" style="{SANS};font-size:16px;line-height:1.55;color:{_light("text")};'
            'word-break:break-word;overflow-wrap:anywhere;text-align:left">'
        )
        yield _line("muted", APP, "margin:0;font-size:12px;letter-spacing:2px;text-transform:uppercase")
        yield f'<h1 style="{SERIF};font-size:26px;line-height:1.25;font-weight:600;margin:2px 0 6px">{masthead}</h1>'
        yield _line("muted", escape(intro(self._digest)), "margin:0;font-size:15px")
        for section in self._digest.sections:
            yield from self._section(section)
        yield (
            f'<p class="muted rule" style="margin:36px 0 0;padding:12px 0 0;font-size:13px;line-height:1.5;'
            f'color:{_light("muted")};border-top:1px solid {_light("rule")}">'
            f"In the reader: {_code(OPEN)}{f'<br>{END.replace(STOP, _code(STOP))}' if self._is_mail else ''}</p>"
        )
        yield "</td></tr></table>"
        yield "<!--[if mso]></td></tr></table><![endif]-->"
        yield "</td></tr></table></body></html>"

    def _preheader(self) -> str:
        """What lists of mails show beside the subject; the page does not."""
        titles = " · ".join(clean(item.paper.title, 80) for item in self._digest.items[:3])
        return (
            '<div style="display:none;mso-hide:all;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px">'
            f"{escape(titles)}</div>"
        )

    def _section(self, section: Section) -> Iterator[str]:
        yield (
            f'<h2 class="muted rule" style="font-size:13px;line-height:1.4;font-weight:600;'
            f"letter-spacing:1px;text-transform:uppercase;margin:36px 0 0;padding:0 0 6px;color:{_light('muted')};"
            f'border-bottom:1px solid {_light("rule")}">{_foreign(section.name, 200)}</h2>'
        )
        for item in section.items:
            yield from (self._brief(item) if section.is_brief else self._item(item))
        if said := more(section):
            yield _line("muted", escape(said), "margin:14px 0 0;font-size:14px")

    def _brief(self, item: Item) -> Iterator[str]:
        look = "font-size:15px;line-height:1.4;font-weight:600;margin:14px 0 0"
        yield f'<h3 style="{look}">{self._title(item)}</h3>'
        said = " · ".join((*self._facts(item), *self._into_reader(item), _foreign(item.paper.id, 60)))
        yield _line("muted", said, "margin:1px 0 0;font-size:13px")

    def _item(self, item: Item) -> Iterator[str]:
        paper = item.paper
        yield (
            f'<h3 style="{SERIF};font-size:19px;line-height:1.3;font-weight:600;margin:24px 0 2px">'
            f"{self._title(item)}</h3>"
        )
        yield _line("muted", " · ".join(self._facts(item)), "margin:0;font-size:13px")
        if item.why:
            yield _line("why", _foreign(item.why, self._fit.line), "margin:2px 0 0;font-size:13px")
        said, is_machine = gist(paper, self._fit.gist) if self._fit.gist else ("", False)
        if said:
            label = _span("muted", "AI summary:", "font-size:13px") + " " if is_machine else ""
            yield f'<p style="margin:6px 0 0">{label}{_foreign(said)}</p>'
        found = [_link(one.url, escape(one.name)) for one in further_links(paper) if len(one.url) <= LONGEST_LINK]
        said = " · ".join((*(found if self._fit.has_links else ()), *self._into_reader(item), _foreign(paper.id, 60)))
        yield _line("muted", said, "margin:6px 0 0;font-size:13px;line-height:1.8")

    def _facts(self, item: Item) -> Iterator[str]:
        for fact in self._digest.facts(item.paper):
            # Short ones stay in one line.
            said = _foreign(fact, self._fit.line)
            yield said.replace(" ", "\N{NO-BREAK SPACE}") if len(said) <= 20 else said

    def _title(self, item: Item) -> str:
        found, title = links(item.paper), _foreign(item.paper.title, self._fit.line)
        if not found or len(found[0].url) > LONGEST_LINK:
            return f"<strong>{title}</strong>"
        return _link(found[0].url, title, f"text-decoration:none;color:{_light('text')}", color="text")

    def _into_reader(self, item: Item) -> Iterator[str]:
        if self._opens_reader and (address := address_of(item.paper.id)):
            yield _link(address, "in the reader".replace(" ", "\N{NO-BREAK SPACE}"))


def _foreign(text: str, most: int = LINE_LIMIT) -> str:
    """The first characters of a text as HTML; one that is read from the right does not turn what stands beside it."""
    whole = clean(text)
    short = whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"
    is_turned = not short.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return f'<span dir="auto">{escape(short)}</span>' if is_turned else escape(short)


def _link(url: str, text: str, style: str = "", color: str = "accent") -> str:
    """A link; the text is HTML."""
    look = style or f"color:{_light(color)}"
    return f'<a class="{color}" href="{escape(url)}" style="{look}">{text}</a>'


def _code(command: str) -> str:
    return f'<code style="white-space:nowrap">{escape(command)}</code>'


def _line(color: str, text: str, style: str) -> str:
    """A paragraph in a colour; the text is HTML."""
    return f'<p class="{color}" style="color:{_light(color)};{style}">{text}</p>'


def _span(color: str, text: str, style: str) -> str:
    return f'<span class="{color}" style="color:{_light(color)};{style}">{text}</span>'


def _light(name: str) -> str:
    return _COLORS[name][0]


def _style() -> str:
    """The colours of the dark, over those inline."""
    dark = "".join(
        f".{name}{{background-color:{color} !important}}"
        if name == "ground"
        else f".{name}{{border-color:{color} !important}}"
        if name == "rule"
        else f".{name}{{color:{color} !important}}"
        for name, (_, color) in _COLORS.items()
    )
    return f":root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{dark}}}"
