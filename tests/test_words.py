"""What users and developers read is plain English: messages, help, settings, keys, the manual, docstrings, comments."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

from reader.commands.command import make_parser
from reader.commands.line.registry import COMMANDS, find_command, gists_of_commands
from reader.commands.settings_file import setting_docs
from reader.core.marks import WHAT_LEAVES
from reader.keys.actions import ACTIONS
from reader.ui.kit.glyphs import MEANINGS

ROOT = Path(__file__).parent.parent

TONE = r"anew|goes on|it lies|outlives?|so many|for ever|names? no|none such|that which"
"""Words of a foreign tone, wherever they stand: again, continues, survives, that many, forever, has no."""

AVOID = re.compile(
    rf"\b({TONE}|by which|a library more|no text has|in (its|the|their) place of|is not there|are not there"
    r"|in another way|without more|something other than|as it is written|by now|all that is|taken for granted)\b"
)
"""These, and others that users must not have to read twice: with which, extra, is missing, another, everything."""

COLUMNS = 80
"""The width in which a message fits on one line; a longer one has a second part that says what to do."""

MOST = 250
"""Letters of the longest message."""

NAME = re.compile(r"arXiv|ar5iv|macOS|newsboat|pdf_folder|[a-z]+: ")
"""Names and fields of queries keep their small letter at the beginning of a sentence."""

OPEN = re.compile(r"([…:]|…\?|: (ssh|dailypapers) [^.]*)$")
"""The end of a message that a value or a command ends."""


def _text(node: ast.AST) -> str:
    """The text of a literal, with `…` for each value in it; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _last_name(node: ast.expr) -> str:
    """`warn` of `output.warn`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@cache
def _modules() -> dict[str, ast.Module]:
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in (ROOT / "reader").rglob("*.py")}


@cache
def _messages() -> tuple[tuple[str, str], ...]:
    return tuple(_found_messages())


def _found_messages() -> Iterator[tuple[str, str]]:
    """Each message of more than one word, with its module: texts of errors and warnings, and news in the reader."""
    modules = _modules()
    bases = {
        node.name: set(map(_last_name, node.bases))
        for tree in modules.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    takers = {"ReaderError", "warn", "print_text", "show_news", "show_notice", "say"}
    while more := {name for name, those in bases.items() if those & takers} - takers:
        takers |= more
    for module, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _last_name(node.func) in takers:
                text = _text(node.args[0])
                if re.search(r"[a-z] \S", text):
                    yield module, text


def _explanations() -> dict[str, str]:
    """What the registries say in sentences: keys, settings, signs, commands."""
    return {
        **{action.id: action.help for action in ACTIONS},
        **setting_docs(),
        **{sign: about for sign, _, about in MEANINGS},
        **{name: find_command(name).summary for name in COMMANDS},
    }


def _labels() -> dict[str, str]:
    """What the registries say without a full stop: names of keys, arguments, gists of commands, what leaves."""
    arguments = {
        f"{name} {action.dest}{word}": about
        for name in COMMANDS
        for action in make_parser(find_command(name))._actions
        for word, about in {"": action.help or "", **getattr(action, "words", {})}.items()
    }
    return {**{action.id: action.name for action in ACTIONS}, **gists_of_commands(), **arguments, **WHAT_LEAVES}


def test_a_message_is_a_sentence_with_its_full_stop_or_a_clause_without() -> None:
    wrong = [
        (module, text)
        for module, text in _messages()
        if text[0].isalpha() and not OPEN.search(text)
        if bool(text[0].isupper() or NAME.match(text)) != text.endswith((".", "?"))
    ]
    assert wrong == []
    assert {key: text for key, text in _explanations().items() if not re.fullmatch(r"[A-Z~.\d].*\.", text)} == {}
    assert {key: text for key, text in _labels().items() if text.endswith(".")} == {}


def test_a_message_beyond_one_line_says_what_to_do_and_none_is_long() -> None:
    long = {text for _, text in _messages() if len(text) > COLUMNS}
    assert {text for text in long if not re.search(r"[.;:?,] ", text)} == set()
    assert {text for text in long if len(text) > MOST} == set()
    assert {action.id for action in ACTIONS if len(action.name + action.help) > COLUMNS - 5} == set()


def _remarks() -> Iterator[tuple[str, str]]:
    """The docstrings and comments, without what is code in them."""
    for name, tree in _modules().items():
        source = (ROOT / name).read_text("utf-8")
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        comments = [t.string for t in tokenize.generate_tokens(StringIO(source).readline) if t.type == tokenize.COMMENT]
        for text in (*comments, *map(_text, texts)):
            yield name, re.sub(r"`[^`]*`", "", " ".join(text.split()))


def test_docstrings_and_comments_have_no_foreign_tone() -> None:
    found = [(place, text) for place, text in _remarks() if re.search(rf"\b({TONE})\b", text)]
    assert found == []


def test_no_text_has_words_to_avoid_or_doubled_spaces() -> None:
    texts = [*_messages(), *_explanations().items(), *_labels().items()]
    pages = [ROOT / "README.md", *(ROOT / "reader" / "manual").glob("*.md")]
    texts += [(page.name, " ".join(page.read_text("utf-8").split())) for page in pages]
    found = [
        (place, text[max(0, one.start() - 40) : one.end() + 40])
        for place, text in texts
        for one in (*AVOID.finditer(text), *re.finditer(r"\S  \S|\w [,;]", text))
    ]
    assert found == []
