from __future__ import annotations

import pytest

from reader.feeds.safe_xml import UnreadableXml, parse_xml


def test_names_lose_their_prefixes() -> None:
    root = parse_xml(b'<a:feed xmlns:a="urn:a" x:y="1"><b:title>One &amp; <![CDATA[<two>]]></b:title></a:feed>')
    assert (root.tag, root.get("y")) == ("feed", "1")
    assert root.findtext("title") == "One & <two>"


@pytest.mark.parametrize(
    "body", ["<a>é</a>".encode("utf-16"), '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("latin-1")]
)
def test_encodings_are_understood(body: bytes) -> None:
    assert parse_xml(body).text == "é"


@pytest.mark.parametrize(
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
def test_what_is_unreadable_says_why(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableXml, match=why):
        parse_xml(body)


def test_an_absurd_number_of_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.safe_xml._NODES", 3)
    assert len(parse_xml(b"<a><b/><c/></a>")) == 2
    with pytest.raises(UnreadableXml, match="too many elements"):
        parse_xml(b"<a><b/><c/><d/></a>")
    with pytest.raises(UnreadableXml, match="too many elements"):
        parse_xml(b"<a><b c='' d=''/></a>")
    with pytest.raises(UnreadableXml, match="too many attributes"):
        parse_xml(b"<a b='' c='' d='' e=''/>")


def test_an_outer_doctype_is_not_fetched() -> None:
    assert parse_xml(b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd"><opml/>').tag == "opml"
