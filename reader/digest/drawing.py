"""A digest as Markdown, as plain text for mails, and as a page of HTML that fetches nothing.

Mail clients support little HTML. Styles are inline, since some clients drop the style sheet, which only adapts the
colours to dark mode. The layout is a table, because Outlook renders with Word. Foreign text is escaped, and links lead
only to http and https.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

from reader.actions.export import in_parentheses, markdown_link, plain_markdown
from reader.actions.links import Link, links
from reader.commands.news import Item, News, Section, gist
from reader.core.lines import cell_len, wrap
from reader.core.paper import Paper
from reader.core.text import clean

OPEN = "dailypapers open ID --reader"
"""The command that opens a digest's paper in the reader."""

MOST_LINKS, LONGEST_LINK = 4, 300
"""Maximum links of a paper, and maximum characters of an address that is a link."""


def further_links(paper: Paper) -> tuple[Link, ...]:
    """The first links of a paper, except its page, which the title links to, and its pictures."""
    found = (link for link in links(paper)[1:] if not link.letter.isdigit() and len(link.url) <= LONGEST_LINK)
    return tuple(found)[:MOST_LINKS]


def _intro(news: News) -> str:
    return " ".join((f"{news.summary}.", *news.remarks))


# Markdown


def markdown(news: News) -> str:
    """The digest as Markdown."""
    parts = [f"# {plain_markdown(news.title)}", plain_markdown(_intro(news))]
    for section in news.sections:
        parts += [f"## {plain_markdown(clean(section.name))}", *_markdown_section(news, section)]
    # The command at its end is not escaped.
    about, colon, command = news.others.rpartition(": ")
    parts.append(f"{plain_markdown(about)}{colon}`{command.replace('`', '')}`" if about else "")
    return "\n\n".join(filter(None, parts)) + "\n"


def _markdown_section(news: News, section: Section) -> Iterator[str]:
    if section.is_brief:
        lines = ((f"- {markdown_link(one.paper)}", *news.facts(one, is_brief=True)) for one in section.items)
        yield "\n".join(" · ".join((link, *map(plain_markdown, facts))) for link, *facts in lines)
        return
    for item in section.items:
        yield f"### {markdown_link(item.paper)}"
        yield " · ".join(map(plain_markdown, news.facts(item, is_brief=False)))
        yield f"*{plain_markdown(clean(item.why))}*" if item.why else ""
        said, is_machine = gist(item.paper)
        yield f"{'> AI summary: ' if is_machine else ''}{plain_markdown(said)}" if said else ""
        found = [f"[{link.name}]({in_parentheses(link.url)})" for link in further_links(item.paper)]
        yield " · ".join((*found, f"`{clean(item.paper.id).replace('`', '')}`"))


# Plain text

WIDTH = 72
"""Columns of a line; a longer address stays in one piece."""


def plain_text(news: News) -> str:
    """The digest as plain text."""
    lines = [*_wrapped(news.title), *_wrapped(_intro(news))]
    for section in news.sections:
        name = clean(section.name)
        lines += ["", "", *_wrapped(name), "-" * min(WIDTH, cell_len(name))]
        for item in section.items:
            lines += ["", *_text_lines(news, item, is_brief=section.is_brief)]
    lines += ["", "", *_wrapped(news.others), *_wrapped(f"In the reader: {OPEN}")]
    return "\n".join(lines) + "\n"


def _text_lines(news: News, item: Item, *, is_brief: bool) -> Iterator[str]:
    yield from _wrapped(clean(item.paper.title))
    yield from _wrapped(" · ".join(news.facts(item, is_brief=is_brief)), "  ")
    if not is_brief:
        yield from _wrapped(clean(item.why), "  > ")
        said, is_machine = gist(item.paper)
        yield from _wrapped(f"AI summary: {said}" if is_machine else said, "  ")
    found = links(item.paper)
    yield f"  {found[0].url}" if found else f"  {clean(item.paper.id)}"


def _wrapped(text: str, begin: str = "") -> Iterator[str]:
    for start, end in wrap(text, WIDTH - len(begin)):
        yield f"{begin if not start else ' ' * len(begin)}{text[start:end]}"


# A page

LONGEST_LINE = 180
"""Maximum characters of a title, a reason and a fact. Gmail cuts off mails of more than 102 KB."""

_FIXED = "\N{NO-BREAK SPACE}"

SANS = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
SERIF = "font-family:Charter,'Iowan Old Style',Georgia,Cambria,'Times New Roman',serif"

_COLORS = {"text": "#24272e", "muted": "#5a606c", "accent": "#2453bd", "why": "#855300", "rule": "#dedbd5"}
"""Colours by class name, with different ones in dark mode: see `page.html`."""

_HEADING = (
    f"font-size:13px;line-height:1.4;font-weight:600;letter-spacing:1px;text-transform:uppercase;margin:36px 0 0;"
    f"padding:0 0 6px;color:{_COLORS['muted']};border-bottom:1px solid {_COLORS['rule']}"
)


def page(news: News) -> str:
    """The digest as HTML."""
    template = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
    title = escape(news.title)
    day = escape(news.in_words(news.since if news.counts else news.day.isoformat()))
    parts = {
        "title": title,
        "masthead": title.replace(day, day.replace(" ", _FIXED), 1),
        "preheader": escape(" · ".join(clean(item.paper.title, 80) for item in news.items[:3])),
        "intro": escape(_intro(news)),
        "sections": "\n".join(line for section in news.sections for line in _html_section(news, section)),
        "end": "<br>".join(filter(None, (escape(news.others), f"In the reader: {_code(OPEN)}"))),
    }
    return template.substitute(parts, sans=SANS, serif=SERIF, **_COLORS)


def _html_section(news: News, section: Section) -> Iterator[str]:
    yield f'<h2 class="muted rule" style="{_HEADING}">{_foreign(section.name)}</h2>'
    for item in section.items:
        yield from (_html_title(news, item) if section.is_brief else _html_item(news, item))


def _html_title(news: News, item: Item) -> Iterator[str]:
    yield f'<h3 style="font-size:15px;line-height:1.4;font-weight:600;margin:14px 0 0">{_title(item.paper)}</h3>'
    facts = (*_facts(news, item, is_brief=True), _foreign(item.paper.id, 60))
    yield _line("muted", " · ".join(facts), "margin:1px 0 0;font-size:13px")


def _html_item(news: News, item: Item) -> Iterator[str]:
    paper = item.paper
    yield f'<h3 style="{SERIF};font-size:19px;line-height:1.3;font-weight:600;margin:24px 0 2px">{_title(paper)}</h3>'
    yield _line("muted", " · ".join(_facts(news, item, is_brief=False)), "margin:0;font-size:13px")
    if item.why:
        yield _line("why", _foreign(item.why), "margin:2px 0 0;font-size:13px")
    said, is_machine = gist(paper)
    if said:
        look = f"color:{_COLORS['muted']};font-size:13px"
        label = f'<span class="muted" style="{look}">AI summary:</span> ' if is_machine else ""
        yield f'<p style="margin:6px 0 0">{label}{_foreign(said, len(said))}</p>'
    found = (_link(one.url, escape(one.name)) for one in further_links(paper))
    yield _line("muted", " · ".join((*found, _foreign(paper.id, 60))), "margin:6px 0 0;font-size:13px;line-height:1.8")


def _facts(news: News, item: Item, *, is_brief: bool) -> Iterator[str]:
    for fact in news.facts(item, is_brief=is_brief):
        # Short ones stay in one line.
        text = _foreign(fact)
        yield text.replace(" ", _FIXED) if len(text) <= 20 else text


def _title(paper: Paper) -> str:
    found, title = links(paper), _foreign(paper.title)
    if not found or len(found[0].url) > LONGEST_LINK:
        return f"<strong>{title}</strong>"
    return _link(found[0].url, title, f"text-decoration:none;color:{_COLORS['text']}", color="text")


def _foreign(text: str, most: int = LONGEST_LINE) -> str:
    """The first characters of a text as HTML, isolated so that right-to-left text does not affect its surroundings."""
    whole = clean(text)
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
