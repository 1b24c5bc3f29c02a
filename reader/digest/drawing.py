"""Render a digest as Markdown, which is also the text of a mail, and as an HTML page that loads nothing else.

Mail clients support little HTML: the page is one column with a style sheet, and is readable in clients that ignore
styles. Foreign text is escaped, and links lead only to http and https.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

from reader.actions.export import in_parentheses, markdown_link, plain_markdown
from reader.actions.links import Link, links
from reader.commands.news import News, Section, gist
from reader.core.paper import Paper
from reader.core.text import clean

MAX_LINKS, MAX_LINK_CHARACTERS = 4, 300
"""Maximum links of a paper, and maximum characters of an address that is a link."""

MAX_LINE_CHARACTERS = 180
"""Maximum characters of a title, a reason and a fact. Gmail cuts off mails of more than 102 KB."""

# Markdown


def markdown(news: News) -> str:
    """The digest as Markdown."""
    parts = [f"# {_escape_markdown(news.title)}", plain_markdown(" ".join((f"{news.summary}.", *news.remarks)))]
    for section in news.sections:
        parts += [f"## {_escape_markdown(section.name)}", *_section(news, section)]
    # The sentence ends with a command, which is shown as code.
    about, colon, command = news.others.rpartition(": ")
    parts.append(f"{plain_markdown(about)}{colon}`{command.replace('`', '')}`" if about else "")
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(news: News, section: Section) -> Iterator[str]:
    if section.is_brief:
        lines = ((f"- {_title(item.paper)}", *news.facts(item, is_brief=True)) for item in section.items)
        yield "\n".join(" · ".join((link, *map(_escape_markdown, facts))) for link, *facts in lines)
        return
    for item in section.items:
        yield f"### {_title(item.paper)}"
        yield " · ".join(map(_escape_markdown, news.facts(item, is_brief=False)))
        yield f"*{_escape_markdown(item.why)}*" if item.why else ""
        summary, is_machine = gist(item.paper)
        yield f"{'> AI summary: ' if is_machine else ''}{plain_markdown(summary)}" if summary else ""
        further = [f"[{link.name}]({in_parentheses(link.url)})" for link in further_links(item.paper)]
        yield " · ".join((*further, f"`{clean(item.paper.id, MAX_LINE_CHARACTERS).replace('`', '')}`"))


def _escape_markdown(text: str) -> str:
    """Foreign text, shortened and escaped for Markdown."""
    return plain_markdown(_shorten(text))


def _shorten(text: str) -> str:
    whole = clean(text)
    return whole if len(whole) <= MAX_LINE_CHARACTERS else f"{whole[: MAX_LINE_CHARACTERS - 1].rstrip()}…"


def _title(paper: Paper) -> str:
    """The title as a link to the paper's page, unless the address is too long."""
    title, first_link = _shorten(paper.title), links(paper)[:1]
    has_link = first_link and len(first_link[0].url) <= MAX_LINK_CHARACTERS
    return markdown_link(paper._replace(title=title)) if has_link else plain_markdown(title)


def further_links(paper: Paper) -> tuple[Link, ...]:
    """The first links of a paper, without its page, which the title links to, and without pictures and videos."""
    candidates = (
        link for link in links(paper)[1:] if not link.letter.isdigit() and len(link.url) <= MAX_LINK_CHARACTERS
    )
    return tuple(candidates)[:MAX_LINKS]


# HTML


def page(news: News) -> str:
    """The digest as HTML."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).render(markdown(news))
    preheader = " · ".join(clean(item.paper.title, 80) for item in news.items[:3])
    template = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
    return template.substitute(title=escape(news.title), preheader=escape(preheader), body=body)
