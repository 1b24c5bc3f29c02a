"""A digest as plain text, as Markdown, and as a page of HTML that needs nothing else. Foreign text formats nothing.

Mail clients support little HTML. Styles are inline, since some clients drop the style sheet; with it, colours adapt to
dark mode. Text and background both have colours, to keep their contrast. The layout is a table, because Outlook renders
with Word, which gives widths and margins to nothing else. Foreign text is escaped, and links lead only to http and
https, or into the reader.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from reader import api

OPEN = f"{api.APP} open ID --reader"
"""The command that opens a digest's paper in the reader."""


def further_links(paper: api.Paper) -> tuple[api.Link, ...]:
    """The links of a paper, except its page, which the title links to, and its pictures."""
    return tuple(link for link in api.links(paper)[1:] if not link.letter.isdigit())


def intro(news: api.news.News) -> str:
    """The first line: how many papers, since when, and remarks."""
    return f"{news.summary}. {news.state}"


END = "Nothing is mailed twice."


WIDTH = 72
"""Columns of a line; a longer address stays in one piece."""


def plain_text(news: api.news.News, *, is_mail: bool = False) -> str:
    """The digest as plain text; a mail says how to stop it."""
    lines = [*_wrapped(news.title), *_wrapped(intro(news))]
    for section in news.sections:
        name = api.clean(section.name)
        lines += ["", "", *_wrapped(name), "-" * min(WIDTH, api.cell_len(name))]
        for item in section.items:
            lines += ["", *_paper_lines(news, item, is_brief=section.is_brief)]
    lines += ["", "", f"In the reader: {OPEN}", *(_wrapped(END) if is_mail else ())]
    return "\n".join(lines) + "\n"


def _paper_lines(news: api.news.News, item: api.news.Item, *, is_brief: bool) -> Iterator[str]:
    yield from _wrapped(api.clean(item.paper.title))
    yield from _wrapped(" · ".join(news.facts(item.paper)), "  ")
    if not is_brief:
        yield from _wrapped(api.clean(item.why), "  > ")
        said, is_machine = api.news.gist(item.paper)
        yield from _wrapped(f"AI summary: {said}" if is_machine else said, "  ")
    found = api.links(item.paper)
    yield f"  {found[0].url}" if found else f"  {api.clean(item.paper.id)}"


def _wrapped(text: str, begin: str = "") -> Iterator[str]:
    for start, end in api.wrap(text, WIDTH - len(begin)):
        yield f"{begin if not start else ' ' * len(begin)}{text[start:end]}"


def markdown(news: api.news.News) -> str:
    """The digest as Markdown."""
    parts = [f"# {api.plain_markdown(news.title)}", api.plain_markdown(intro(news))]
    for section in news.sections:
        parts += [f"## {api.plain_markdown(api.clean(section.name))}", *_markdown_section(news, section)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _markdown_section(news: api.news.News, section: api.news.Section) -> Iterator[str]:
    if section.is_brief:
        lines = ((f"- {api.markdown_link(one.paper)}", *news.facts(one.paper)) for one in section.items)
        yield "\n".join(" · ".join((link, *map(api.plain_markdown, facts))) for link, *facts in lines)
    else:
        yield from ("\n\n".join(_markdown_item(news, item)) for item in section.items)


def _markdown_item(news: api.news.News, item: api.news.Item) -> Iterator[str]:
    paper = item.paper
    yield f"### {api.markdown_link(paper)}"
    yield " · ".join(map(api.plain_markdown, news.facts(paper)))
    if item.why:
        yield f"*{api.plain_markdown(api.clean(item.why))}*"
    said, is_machine = api.news.gist(paper)
    if said:
        yield f"{'> AI summary: ' if is_machine else ''}{api.plain_markdown(said)}"
    found = [f"[{link.name}]({api.in_parentheses(link.url)})" for link in further_links(paper)]
    yield " · ".join((*found, f"`{api.clean(paper.id).replace('`', '')}`"))


# A page

MOST_BYTES = 100_000
"""Gmail cuts off what is longer than 102 KB."""

LONGEST_LINK = 300
"""Maximum characters; no paper's page has a longer address."""

_FIXED = "\N{NO-BREAK SPACE}"

SANS = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
SERIF = "font-family:Charter,'Iowan Old Style',Georgia,Cambria,'Times New Roman',serif"

_COLORS = {"text": "#24272e", "muted": "#5a606c", "accent": "#2453bd", "why": "#855300", "rule": "#dedbd5"}
"""Colours by class name, with different ones in dark mode: see `page.html`."""


class _Fit(NamedTuple):
    gist: int
    """Maximum characters of its summary."""
    line: int
    """Maximum characters of its title, its reason, and each fact."""
    has_links: bool


_FITS = (_Fit(api.news.SHORT, 250, True), _Fit(120, 160, True), _Fit(0, 60, False))


def page(news: api.news.News, *, is_mail: bool = False) -> str:
    """The digest as HTML, as long as mail clients show."""
    whole = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
    title = escape(news.title)
    day = escape(news.in_words(news.day.isoformat()))
    told = {
        "title": title,
        "masthead": title.replace(day, day.replace(" ", _FIXED), 1),
        "preheader": escape(" · ".join(api.clean(item.paper.title, 80) for item in news.items[:3])),
        "intro": escape(intro(news)),
        "end": f"{_code(OPEN)}{f'<br>{END}' if is_mail else ''}",
    }
    said = ""
    for fit in _FITS:
        body = _Body(news, fit)
        sections = "\n".join(line for section in news.sections for line in body.section(section))
        said = whole.substitute(told, sections=sections, sans=SANS, serif=SERIF, **_COLORS)
        if len(said.encode("utf-8", "replace")) <= MOST_BYTES:
            break
    return said


class _Body:
    def __init__(self, news: api.news.News, fit: _Fit) -> None:
        self._news = news
        self._fit = fit

    def section(self, section: api.news.Section) -> Iterator[str]:
        yield (
            f'<h2 class="muted rule" style="font-size:13px;line-height:1.4;font-weight:600;'
            f"letter-spacing:1px;text-transform:uppercase;margin:36px 0 0;padding:0 0 6px;color:{_COLORS['muted']};"
            f'border-bottom:1px solid {_COLORS["rule"]}">{_foreign(section.name, 200)}</h2>'
        )
        for item in section.items:
            yield from (self._brief(item) if section.is_brief else self._item(item))

    def _brief(self, item: api.news.Item) -> Iterator[str]:
        look = "font-size:15px;line-height:1.4;font-weight:600;margin:14px 0 0"
        yield f'<h3 style="{look}">{self._title(item)}</h3>'
        said = " · ".join((*self._facts(item), _foreign(item.paper.id, 60)))
        yield _line("muted", said, "margin:1px 0 0;font-size:13px")

    def _item(self, item: api.news.Item) -> Iterator[str]:
        paper = item.paper
        yield (
            f'<h3 style="{SERIF};font-size:19px;line-height:1.3;font-weight:600;margin:24px 0 2px">'
            f"{self._title(item)}</h3>"
        )
        yield _line("muted", " · ".join(self._facts(item)), "margin:0;font-size:13px")
        if item.why:
            yield _line("why", _foreign(item.why, self._fit.line), "margin:2px 0 0;font-size:13px")
        said, is_machine = api.news.gist(paper, self._fit.gist) if self._fit.gist else ("", False)
        if said:
            look = f"color:{_COLORS['muted']};font-size:13px"
            label = f'<span class="muted" style="{look}">AI summary:</span> ' if is_machine else ""
            yield f'<p style="margin:6px 0 0">{label}{_foreign(said)}</p>'
        found = [_link(one.url, escape(one.name)) for one in further_links(paper) if len(one.url) <= LONGEST_LINK]
        said = " · ".join((*(found if self._fit.has_links else ()), _foreign(paper.id, 60)))
        yield _line("muted", said, "margin:6px 0 0;font-size:13px;line-height:1.8")

    def _facts(self, item: api.news.Item) -> Iterator[str]:
        for fact in self._news.facts(item.paper):
            # Short ones stay in one line.
            said = _foreign(fact, self._fit.line)
            yield said.replace(" ", _FIXED) if len(said) <= 20 else said

    def _title(self, item: api.news.Item) -> str:
        found, title = api.links(item.paper), _foreign(item.paper.title, self._fit.line)
        if not found or len(found[0].url) > LONGEST_LINK:
            return f"<strong>{title}</strong>"
        return _link(found[0].url, title, f"text-decoration:none;color:{_COLORS['text']}", color="text")


def _foreign(text: str, most: int = api.LINE_LIMIT) -> str:
    """The first characters of a text as HTML, isolated so that right-to-left text does not affect its surroundings."""
    whole = api.clean(text)
    short = whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"
    is_turned = not short.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return f'<span dir="auto">{escape(short)}</span>' if is_turned else escape(short)


def _link(url: str, text: str, style: str = "", color: str = "accent") -> str:
    """A link; the text is HTML."""
    look = style or f"color:{_COLORS[color]}"
    return f'<a class="{color}" href="{escape(url)}" style="{look}">{text}</a>'


def _code(command: str) -> str:
    return f'<code style="white-space:nowrap">{escape(command)}</code>'


def _line(color: str, text: str, style: str) -> str:
    """A paragraph in a colour; the text is HTML."""
    return f'<p class="{color}" style="color:{_COLORS[color]};{style}">{text}</p>'
