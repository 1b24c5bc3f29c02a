"""A digest as a page of HTML that stands for itself: nothing is fetched for it, and mail clients show it.

Each element has its look inline, since some clients drop the style sheet; those that keep it change the colours for the
dark. What is foreign is escaped, and links lead to http and https alone, or into the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from reader.actions.digests.words import OPEN, further_links, intro, more
from reader.actions.links import links
from reader.core.digest import Digest, Item, Section, facts, gist
from reader.core.text import clean

FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

# Names of classes, with the colour of the light and of the dark.
_COLORS = {
    "ground": ("#fbfaf8", "#14161b"),
    "text": ("#24272e", "#dde0e6"),
    "muted": ("#555b67", "#a0a6b3"),
    "accent": ("#2453bd", "#8ab4f8"),
    "why": ("#855300", "#e8b64c"),
    "rule": ("#dedbd5", "#2f343e"),
}


def page(digest: Digest, scheme: str = "") -> str:
    """The digest as HTML; with a `scheme`, addresses of it open papers in the reader."""
    return "\n".join(_page(digest, scheme)) + "\n"


def _page(digest: Digest, scheme: str) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="supported-color-schemes" content="light dark">'
    yield f"<title>{escape(digest.title)}</title>"
    yield f"<style>{_style()}</style></head>"
    yield f'<body class="ground" style="margin:0;padding:0;background:{_light("ground")}">'
    yield _preheader(digest)
    yield (
        f'<div class="text" style="{FONT};max-width:640px;margin:0 auto;padding:20px 16px;font-size:16px;'
        f'line-height:1.5;color:{_light("text")};overflow-wrap:anywhere">'
    )
    yield f'<h1 style="font-size:22px;line-height:1.3;margin:0 0 4px">{escape(digest.title)}</h1>'
    yield _line("muted", escape(f"{intro(digest)}"), "margin:0")
    for section in digest.sections:
        yield from _section(section, scheme)
    yield (
        f'<p class="muted rule" style="margin:32px 0 0;padding-top:12px;font-size:13px;color:{_light("muted")};'
        f'border-top:1px solid {_light("rule")}">In the reader: <code>{escape(OPEN)}</code></p>'
    )
    yield "</div></body></html>"


def _section(section: Section, scheme: str) -> Iterator[str]:
    yield (
        f'<h2 class="rule" style="font-size:17px;line-height:1.3;margin:32px 0 0;padding-bottom:6px;'
        f'border-bottom:1px solid {_light("rule")}">{escape(clean(section.name))}</h2>'
    )
    for item in section.items:
        yield from (_brief(item, scheme) if section.is_brief else _item(item, scheme))
    if said := more(section):
        yield _line("muted", escape(said), "margin:12px 0 0;font-size:14px")


def _brief(item: Item, scheme: str) -> Iterator[str]:
    said = " · ".join((*map(escape, facts(item.paper)), *_into_reader(item, scheme)))
    yield f'<p style="margin:12px 0 0">{_title(item)}<br>{_span("muted", said, "font-size:14px")}</p>'


def _item(item: Item, scheme: str) -> Iterator[str]:
    paper = item.paper
    yield f'<h3 style="font-size:16px;line-height:1.4;margin:20px 0 2px">{_title(item)}</h3>'
    yield _line("muted", escape(" · ".join(facts(paper))), "margin:0;font-size:14px")
    if item.why:
        yield _line("why", escape(clean(item.why)), "margin:2px 0 0;font-size:14px")
    said, is_machine = gist(paper)
    if said:
        label = _span("muted", "AI summary:", "font-size:14px") + " " if is_machine else ""
        yield f'<p style="margin:6px 0 0">{label}{escape(said)}</p>'
    found = [_link(link.url, escape(link.name)) for link in further_links(paper)]
    yield _line(
        "muted",
        " · ".join((*found, *_into_reader(item, scheme), escape(clean(paper.id)))),
        "margin:6px 0 0;font-size:14px",
    )


def _title(item: Item) -> str:
    found, title = links(item.paper), escape(clean(item.paper.title))
    if not found:
        return f"<strong>{title}</strong>"
    return _link(found[0].url, title, "font-weight:600;text-decoration:none;color:inherit", color="text")


def _into_reader(item: Item, scheme: str) -> Iterator[str]:
    if scheme and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./:-]{0,99}", item.paper.id):
        yield _link(f"{scheme}:{item.paper.id}", "in the reader")


def _link(url: str, text: str, style: str = "", color: str = "accent") -> str:
    """A link; the text is HTML."""
    look = style or f"color:{_light(color)}"
    return f'<a class="{color}" href="{escape(url)}" style="{look}">{text}</a>'


def _line(color: str, text: str, style: str) -> str:
    """A paragraph in a colour; the text is HTML."""
    return f'<p class="{color}" style="color:{_light(color)};{style}">{text}</p>'


def _span(color: str, text: str, style: str) -> str:
    return f'<span class="{color}" style="color:{_light(color)};{style}">{text}</span>'


def _preheader(digest: Digest) -> str:
    """What lists of mails show beside the subject; the page does not."""
    titles = " · ".join(clean(item.paper.title, 80) for item in digest.items[:3])
    return (
        '<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px">'
        f"{escape(titles)}</div>"
    )


def _light(name: str) -> str:
    return _COLORS[name][0]


def _style() -> str:
    """The colours of the dark, over those inline."""
    dark = "".join(
        f".{name}{{background:{color} !important}}"
        if name == "ground"
        else f".{name}{{border-color:{color} !important}}"
        if name == "rule"
        else f".{name}{{color:{color} !important}}"
        for name, (_, color) in _COLORS.items()
    )
    return f":root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{dark}}}"
