"""Foreign HTML, JSON and XML: cleaned, bounded, and refused with a reason; small inputs take little memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.feeds import safe
from reader.feeds.safe import (
    UnreadableJson,
    UnreadableXml,
    html_to_text,
    parse_json,
    parse_xml,
    plain_block,
    plain_line,
)
from tests.table import each


@each(
    ("html", "text"),
    [
        ("Plain as it is", "Plain as it is"),
        ("A &amp; B &lt; C", "A & B < C"),
        ("<p>One</p><p>Two<br>Three</p>Four<br/>Five", "One\n\nTwo\n\nThree\n\nFour\n\nFive"),
        ("<b>a</b><z", "a<z"),
        ("<b>R</b>&D", "R&D"),
        ("<script>alert(1)</script>Seen<style>p {}</style>", "Seen"),
        ("<iframe src='x'>hidden <b>too</b></iframe>seen", "seen"),
        ("<iframe/>seen", "seen"),
        ("We end at <EOS> and </EOS> there", "We end at <EOS> and </EOS> there"),
        ("if a < b then", "if a < b then"),
        ("<i>if</i> a<b then", "if a<b then"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a</script>b", "ab"),
        ("<img alt='x' onerror='alert(1)'>picture", "picture"),
        ("fine<![odd[gone]]>", "fine"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain_block(html_to_text(html).text) == text


def test_links_are_told_once_in_order() -> None:
    output = html_to_text('<a href="b">x</a><link href="a"><a href>y</a><a href="b">z</a><svg><a href="c"></a></svg>')
    assert output.links == ("b", "a", "c")


@each(
    ("text", "line", "block"),
    [
        ("$\\alpha$-flow\n  for all", "α-flow for all", "α-flow\n\nfor all"),
        ("One $\\beta$\n\nTwo", "One β Two", "One β\n\nTwo"),
        # Some feeds lose the backslash of a command; within a word or an escaped name the letters stay.
        ("texttt{D}ual (emph{both}) \\textbf{B}", "Dual (both) B", "Dual (both) B"),
        ("subtextit{a} my_texttt{b} emph{}", "subtextit{a} my_texttt{b} emph{}", "subtextit{a} my_texttt{b} emph{}"),
        # LaTeX would take the end of an escape sequence for a space or a macro, and leave what it carries.
        ("Clip \x1b]52;c;T1dORUQ=\x1b\\ thief", "Clip thief", "Clip thief"),
        ("Clip \x1b]0;OWNED\x1b\\thief", "Clip thief", "Clip thief"),
        ("Clip \x1b]0;{\\bf OWNED}$x^{2}$\x07 thief", "Clip thief", "Clip thief"),
        ("a\\symbol{27}[31mb $\\text{\x1b}[0m$ \\char27 c", "a27[31mb [0m char27 c", "a27[31mb [0m char27 c"),
    ],
)
def test_latex_becomes_unicode_and_nothing_hostile(text: str, line: str, block: str) -> None:
    assert (plain_line(text), plain_block(text)) == (line, block)


DENSE = [
    "{},",
    "[],",
    "0,",
    '"ab",',
    '"ĀĀ",',
    "1.5,",
    '{"":0},',
    "[[0]],",
    '{"a":{"b":{}}},',
    "[0,0,0,0,0],",
    "12345678,",
]


@pytest.mark.parametrize("pack", [str.encode, str])
def test_too_many_values_are_refused(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "MAX_VALUES_BYTES", 10_000)
    assert parse_json(pack(json.dumps([0] * 100))) == [0] * 100
    for part in DENSE:
        with pytest.raises(UnreadableJson, match="holds more values"):
            parse_json(pack("[" + part * 120 + "0]"))


@each("text", ["", "{", "[1", "[" * 100_000, b"\xff", '"\ud800'])
def test_malformed_json_is_refused(text: bytes | str) -> None:
    with pytest.raises(UnreadableJson):
        parse_json(text)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(values)
def test_json_means_what_it_says(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")) == value


def test_names_lose_their_prefixes() -> None:
    root = parse_xml(b'<a:feed xmlns:a="urn:a" x:y="1"><b:title>One &amp; <![CDATA[<two>]]></b:title></a:feed>')
    assert (root.tag, root.get("y")) == ("feed", "1")
    assert root.findtext("title") == "One & <two>"


@each("body", ["<a>é</a>".encode("utf-16"), '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("latin-1")])
def test_encodings_are_understood(body: bytes) -> None:
    assert parse_xml(body).text == "é"


@each(
    ("body", "why"),
    [
        (b"", "is cut off or is not XML"),
        (b"<a>", "is cut off or is not XML"),
        (b"<a></b>", "is cut off or is not XML"),
        (b"<a>&nbsp;</a>", "is cut off or is not XML"),
        (b"<?xml version='1.0' encoding='nowhere'?><a/>", "is cut off or is not XML"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "is cut off or is not XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares entities"),
        (b"<!DOCTYPE a [<!ENTITY % b 'c'>]><a/>", "declares entities"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>", "declares entities"),
        (b"<a>" * 101 + b"</a>" * 101, "is nested too deeply"),
    ],
)
def test_unreadable_xml_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableXml, match=why):
        parse_xml(body)


def test_an_absurd_number_of_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.safe._MAX_NODES", 3)
    assert len(parse_xml(b"<a><b/><c/></a>")) == 2
    for body, why in (
        (b"<a><b/><c/><d/></a>", "too many elements"),
        (b"<a><b c='' d=''/></a>", "too many elements"),
        (b"<a b='' c='' d='' e=''/>", "too many attributes"),
    ):
        with pytest.raises(UnreadableXml, match=why):
            parse_xml(body)


def test_elements_nest_a_hundred_deep_and_any_number_are_beside_each_other() -> None:
    assert len(parse_xml(b"<a>" + b"<b/>" * 200 + b"</a>")) == 200
    assert parse_xml(b"<a>" * 100 + b"</a>" * 100).tag == "a"


def test_an_outer_doctype_is_not_fetched() -> None:
    assert parse_xml(b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd"><opml/>').tag == "opml"


# Bombs


XML = """
from reader.feeds.safe import UnreadableXml, parse_xml
BODY = MADE[0] + MADE[1] * (30 * 1024 * 1024 // len(MADE[1])) + MADE[2]

def run():
    try:
        parse_xml(BODY)
    except UnreadableXml as error:
        return error
"""
