"""What users read is plain English: neither messages nor the manual have words that must be read twice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

AVOID = re.compile(r"\b(anew|by which|goes on|it lies|outlives?|so many|a library more|no text has)\b")
"""Words of a foreign tone; each has a plainer form: again, with which, continues, is not, survives, that many."""


def messages(source: str) -> Iterator[str]:
    """The texts of a module with more than one word, without its docstrings and SQL."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            text = " ".join(str(node.value).split())
            if " " in text and "SELECT" not in text:
                yield text


def test_no_message_and_no_page_has_words_to_avoid() -> None:
    texts = {file: [*messages(file.read_text("utf-8"))] for file in (ROOT / "reader").rglob("*.py")}
    texts |= {file: [" ".join(file.read_text("utf-8").split())] for file in (ROOT / "reader" / "manual").glob("*.md")}
    texts[ROOT / "README.md"] = [" ".join((ROOT / "README.md").read_text("utf-8").split())]
    found = [
        (file.name, text[max(0, one.start() - 40) : one.end() + 40])
        for file, several in texts.items()
        for text in several
        for one in AVOID.finditer(text)
    ]
    assert found == []
