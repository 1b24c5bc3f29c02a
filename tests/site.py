"""Make the manual's site, plain files without a script: `python -m tests.site OUT`."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt

from reader.commands.command import make_parser
from reader.commands.help_text import PAGES, command_page, gists_of_pages
from reader.commands.line.manual import page
from reader.commands.line.registry import COMMANDS, find_command

ROOT = Path(__file__).parent.parent
PICTURE = ".pictures/reader.svg"

COMMAND_PAGE = "commands"
"""The page that only the site has: the terminal prints the help of one command at a time."""

WHOLE = "whole"
"""All pages as one, for the search of a browser."""

STYLE = """\
:root { color-scheme: light dark; --ground: #fdfdfc; --text: #1c1e21; --quiet: #666b73; --line: #dcdee2;
  --code: #f1f2f4; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --ground: #16181d; --text: #dde0e6; --quiet: #989ea8; --line: #343943;
  --code: #20242d; --link: #8fbcf0 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 66rem; padding: 0 1rem 4rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 0 2.5rem }
nav { padding-top: 2rem; font-size: .95rem; position: sticky; top: 0; align-self: start }
nav a { display: block; padding: .12rem 0 }
nav a[aria-current] { color: var(--text); font-weight: 600 }
main { padding-top: 1rem }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
h1, h2, h3 { line-height: 1.25 }
h2 { margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
code, pre { font: .875em/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--code) }
code { padding: .1em .3em; border-radius: 3px; overflow-wrap: break-word }
pre { padding: .8rem 1rem; border-radius: 5px; overflow-x: auto }
pre code { padding: 0; font-size: 1em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line) }
td:first-child { width: 32% }
img { max-width: 100%; height: auto }
@media (max-width: 46rem) {
  body { display: block }
  nav { position: static; column-count: 3; padding-top: 1rem }
  table, tbody, tr, td { display: block; width: auto }
  thead { display: none }
  td { border: 0; padding: .1rem 0 }
  td:first-child { width: auto }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0 }
}
"""

NAMES = {"index": "start", WHOLE: "all on one page"}
"""What the list of pages calls those that the manual itself does not have."""

MARKDOWN = MarkdownIt("commonmark").enable("table")


def texts() -> dict[str, str]:
    """The pages in Markdown by their names, with the help of every command as one page."""
    commands = ((name, find_command(name)) for name in COMMANDS)
    helped = (f"## {name}\n\n{command_page(make_parser(one), one.examples)}" for name, one in commands)
    every = "# Commands\n\nEvery command with its arguments, options and examples.\n\n" + "\n\n".join(helped)
    return {**{name: page(name) for name in PAGES}, COMMAND_PAGE: every}


def headings(text: str) -> list[tuple[str, str]]:
    """The headings of a page below its title, each with the name that a link has for it."""
    found = re.findall(r"^## (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return [(title, re.sub(r"\W+", "-", title.casefold()).strip("-")) for title in found]


def body(text: str) -> str:
    """A page as HTML; its headings can be linked to, and so are the pages that it names after `see`."""
    linked = re.sub(rf"see `({'|'.join(PAGES)})`", r"see [\1](\1.md)", text)
    drawn: str = MARKDOWN.render(re.sub(r"(\]\([\w-]+)\.md", r"\1.html", linked))
    for title, anchor in headings(text):
        shown = html.escape(title, quote=False)
        drawn = drawn.replace(f"<h2>{shown}</h2>", f'<h2 id="{anchor}">{shown}</h2>', 1)
    return drawn


def framed(name: str, title: str, content: str, pages: Mapping[str, str]) -> str:
    """A whole page, with the list of all pages beside it."""
    links = "".join(
        f'<a href="{one}.html"{" aria-current=page" if one == name else ""}>{NAMES.get(one, one)}</a>'
        for one in ("index", *pages, WHOLE)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="style.css">'
        f"</head>\n<body><nav>{links}</nav>\n<main>\n{content}</main></body></html>\n"
    )


def index(pages: Mapping[str, str]) -> str:
    """What the program is, and every heading of the manual."""
    readme = (ROOT / "README.md").read_text("utf-8").partition("## The manual")[0].replace(PICTURE, Path(PICTURE).name)
    about = {**gists_of_pages(), COMMAND_PAGE: "Every command with its arguments, options and examples."}
    parts = [body(readme), '<h2 id="manual">The manual</h2>\n']
    for name, text in pages.items():
        links = " · ".join(f'<a href="{name}.html#{to}">{html.escape(title)}</a>' for title, to in headings(text))
        parts.append(f'<p><a href="{name}.html"><b>{name}</b></a>: {body(about[name])[3:-5]}<br>{links}</p>\n')
    parts.append(f'<p>To search the manual, open it <a href="{WHOLE}.html">all on one page</a>.</p>\n')
    return "".join(parts)


def make(out: Path) -> None:
    """Write the site into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    pages = texts()
    (out / "style.css").write_text(STYLE, "utf-8")
    shutil.copy(ROOT / PICTURE, out)
    (out / "index.html").write_text(framed("index", "dailypapers", index(pages), pages), "utf-8")
    # A heading may stand on several pages: here none is a target, and links lead to those of the pages.
    drawn = (body(text).replace('href="#', f'href="{name}.html#') for name, text in pages.items())
    every = re.sub(r'(<h2) id="[^"]*"', r"\1", "".join(drawn))
    (out / f"{WHOLE}.html").write_text(framed(WHOLE, "The manual · dailypapers", every, pages), "utf-8")
    for name, text in pages.items():
        title = f"{text.partition(chr(10))[0].removeprefix('# ')} · dailypapers"
        (out / f"{name}.html").write_text(framed(name, title, body(text), pages), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.site OUT")
    make(Path(sys.argv[1]))
