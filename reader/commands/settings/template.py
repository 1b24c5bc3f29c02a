"""The documentation of the settings, and a new settings file."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping

from reader.config import SETTING_TYPES, Settings
from reader.core.settings.tables import SINGLE, TABLES, UserCommand, entry_rules
from reader.core.settings.types import as_toml

EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "views": {"name": "Evaluation", "query": "topic:evaluation is:unread"},
    "exports": {"query": "is:starred", "file": "~/starred.bib"},
    "commands": {"name": "Summary", "run": "ollama run llama3.2 'Explain this paper in three sentences.'"},
    "rules": {"name": "Finance", "when": "topic:finance -has:code", "then": ["hide", "tag:finance"]},
}
"""What a new file shows of each table, in comments."""


def setting_docs(kind: type = Settings) -> dict[str, str]:
    """The docstring of each field, read from the source where it is declared."""
    found: dict[str, str] = {}
    name = ""
    (declared,) = ast.parse(inspect.getsource(kind)).body
    for node in declared.body if isinstance(declared, ast.ClassDef) else ():
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = " ".join(text.split())
    return found


def template() -> str:
    """A new settings file: every setting with its documentation, commented out at its default."""
    lines = ["# Settings of dailypapers. Take the # away before a line to change it."]
    defaults = Settings()
    for name, text in setting_docs().items():
        lines += ["", *_comment(text)]
        if name == "keys":
            lines += ["[keys]", '# "paper.star" = "s"']
        elif name in SINGLE:
            lines += _single(name)
        elif name in TABLES:
            lines += _table(name)
        else:
            lines += _comment(f"Takes {SETTING_TYPES[name].describe()}.")
            lines.append(f"# {name} = {as_toml(getattr(defaults, name))}")
    return "\n".join(lines) + "\n"


def _single(name: str) -> Iterator[str]:
    """A single table, with its keys in comments at their defaults."""
    kind = SINGLE[name]
    yield f"[{name}]"
    for key, text in setting_docs(kind).items():
        yield from _comment(text)
        yield f"# {key} = {as_toml(getattr(kind(), key))}"


def _table(name: str) -> Iterator[str]:
    """A table in comments: with an example, and the other keys at their defaults."""
    example = EXAMPLES[name]
    docs = setting_docs(UserCommand) if name == "commands" else {}
    yield f"# [[{name}]]"
    for key in entry_rules(name):
        if key in example:
            yield f"# {key} = {as_toml(example[key])}"
        elif key in docs:
            default = as_toml(getattr(UserCommand("", ""), key))
            yield from _comment(docs[key], "#   # ")
            yield f"# {key} = {default}"


def _comment(text: str, begin: str = "# ") -> list[str]:
    return textwrap.wrap(text, 86, initial_indent=begin, subsequent_indent=begin, break_on_hyphens=False)
