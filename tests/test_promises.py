"""Each promise of the README and the manual has a test that shows it, and each test that is named is there and runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from reader.commands.help_text import FOLDER
from reader.commands.help_text import PAGES as MANUAL
from reader.commands.line.manual import page
from tests.promises import OTHERWISE, PROMISES

TESTS = Path(__file__).parent
PAGES = [TESTS.parent / "README.md", *sorted(FOLDER.glob("*.md"))]
"""Where promises are made."""

EXAMPLES = re.compile(r"```.*?```", re.DOTALL)

WORDS = re.compile(
    r"\b(?:never|nothing|nobody|lost|loses?|always|safe(?:ly)?|private|alone|undo(?:ne|es)?|survives?|outlives|secrets?"
    r"|tokens?|passwords?|only|neither)\b",
    re.IGNORECASE,
)


def _sentences() -> Iterator[str]:
    for file in PAGES:
        for block in re.split(r"\n\s*\n|\n(?=[-|#]|[0-9]+\. )", EXAMPLES.sub("\n\n", file.read_text("utf-8"))):
            yield from re.split(r"(?<=[.!?:])(?:\*\*)? (?=[A-Z`*'\"])", " ".join(block.split()))


def test_each_sentence_that_sounds_like_a_promise_is_one_or_is_said_to_be_none() -> None:
    known = (*PROMISES, *OTHERWISE)
    # A promise may begin in one sentence and end in the next.
    unknown = [
        one for one in _sentences() if WORDS.search(one) and not any(words in one or one in words for words in known)
    ]
    assert unknown == [], "name the test that shows it in tests/promises.py, or take the sentence out"


def test_what_is_promised_is_said() -> None:
    said = " ".join(" ".join((PAGES[0].read_text("utf-8"), *map(page, MANUAL))).split())
    assert [words for words in (*PROMISES, *OTHERWISE) if words not in said] == []


def test_each_named_test_is_there_and_is_not_skipped() -> None:
    named = {test for tests in PROMISES.values() for test in tests}
    assert all(PROMISES.values())
    assert [test for test in sorted(named) if not _runs(test)] == []


def _runs(test: str) -> bool:
    """Whether a test is one that pytest collects, and is skipped on no system that has what it needs."""
    file, _, name = test.partition("::")
    if not (TESTS / file).is_file() or not name.startswith("test_"):
        return False
    for one in ast.parse((TESTS / file).read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == name:
            marks = [ast.unparse(mark) for mark in one.decorator_list]
            return not any(re.match(r"pytest\.mark\.(?:skip\b|xfail)", mark) for mark in marks)
    return False
