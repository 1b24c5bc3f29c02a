"""The targets of fuzzing by name: a parser, inputs that reach far into it, and words to make more of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.feeds import servers
from tests.feeds.fulltext import pages
from tests.rigs.fuzz import parsers
from tests.rigs.fuzz.consequences import attack_consequences


@dataclass(frozen=True)
class Target:
    """A parser under attack."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    """Inputs that reach far into the parser."""
    words: tuple[bytes, ...] = ()
    """What mutations may insert."""


RECORD = b'[{"paper":{"id":"2605.00001","title":"T","summary":"a\\n\\nb","authors":[{"name":"A"}],"upvotes":1,'
COMMUNITY = (
    b'{"id":"2605.00001","title":"T","comments":[{"id":"a","author":{"name":"n"},"createdAt":"2026-05-12T09:00:00.000Z",'
    b'"type":"comment","data":{"latest":{"raw":"*x*"},"reactions":[{"reaction":"+","count":3}]},"replies":[{"id":"b",'
    b'"data":{"parentCommentId":"a","hidden":true}}]}],"linkedModels":[{"id":"a/b","likes":1,"gated":"auto"}],'
    b'"linkedSpaces":[{"id":"a/c","title":"t","runtime":{"stage":"SLEEPING"}}],"numTotalModels":2}'
)
ARXIV_RECORD = (
    b'<OAI-PMH xmlns="o"><GetRecord><record><metadata><arXivRaw><id>2605.00001</id><version version="v1"><date>Fri, 01'
    b" May 2026 23:13:16 GMT</date></version><title>T $x^2$</title><categories>cs.LG cs.CL</categories><comments>c"
    b"</comments><journal-ref>J</journal-ref></arXivRaw></metadata></record></GetRecord></OAI-PMH>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>http://arxiv.org/abs/2605.00001v2</id>'
    b"<title>T $x^2$</title><summary>S</summary><author><name>A</name></author><published>2026-05-11T00:00:00Z"
    b'</published><link href="https://arxiv.org/abs/2605.00001"/><category term="cs.CL"/></entry></feed>'
)
RSS = (
    b'<rss version="2.0"><channel><title>F</title><link>https://example.org</link><item><title>T</title><guid>g</guid>'
    b"<description>&lt;p&gt;x&lt;/p&gt; arXiv:2605.00001</description><pubDate>Mon, 11 May 2026 08:00:00 GMT</pubDate>"
    b"<category>c</category></item></channel></rss>"
)
LISTING = servers.listing_page("cs.CL", "2026-05-12", [servers.Paper("2605.00001")])
RECORDS = servers.records([servers.Paper("2605.00001")], "more")
OPML = (
    b'<opml version="2.0"><head/><body><outline text="F"><outline type="rss" text="T" xmlUrl="https://a.example/f"/>'
    b"</outline></body></opml>"
)
EXPORT = (
    b'{"id":"2605.00001","title":"T","abstract":"A","day":"2026-05-11","starred":true,"tags":["a b"],"note":"n",'
    b'"keywords":["k"],"marks":[{"kind":"star","value":"1","clock":1700000000000,"machine":"0123456789ab",'
    b'"id":"0123456789abcdef01234567"}]}'
)
SAVED = (
    b"A title of a paper\n\n" + b"An abstract. " * 40 + b"\n\n\xe2\x80\xa2 6 authors\n\n\xc2\xb7\n\nMay 11, 2026\n\n3\n"
)
LINE = (
    b'{"v":1,"id":"0123456789abcdef01234567","machine":"0123456789ab","number":1,"clock":1700000000000,"kind":"star",'
    b'"value":"1","count":1,"papers":["2605.00001"]'
)

BIBTEX = (
    b'@string{corr = "CoRR"}\n@article{k, title = {{A} \\"o}, journal = corr, volume = "abs/" # {2605.00001},'
    b" eprint = {2605.00001v2}, file = {PDF:files/1/2605.00001.pdf:application/pdf}}\n@misc(l, note = {arXiv:2605.1})\n"
)
RIS = b"TY  - GEN\r\nTI  - T\r\nUR  - http://arxiv.org/abs/2605.00001\r\nN1  - n\r\nmore\r\nER  - \r\n"
CSL = b'[{"id":"k","type":"article","title":"<i>T</i>","number":"arXiv:2605.00001","author":[{"family":"A"}]}]'
RDF = (
    b'<rdf:RDF xmlns:rdf="r" xmlns:z="z" xmlns:dc="d"><dc:a rdf:about="http://arxiv.org/abs/2605.00001"><z:itemType>'
    b'preprint</z:itemType><dc:title>T</dc:title><z:link rdf:resource="#1"/></dc:a></rdf:RDF>'
)
PAPER_HTML, PAPER_MARKDOWN = pages.PAGE.encode(), pages.MARKDOWN.encode()

TARGETS = {
    "arxiv": Target(
        parsers.attack_arxiv,
        (ATOM, RSS, LISTING, RECORDS),
        (b"<entry>", b"<item>", b"<!ENTITY", b"<title>Error</title>", b"]]>", b"<dt>", b"<h3>", b"<record>"),
    ),
    "dates": Target(
        parsers.attack_dates, (b"2026-05-11..7d", b"2026-w20", b"week:2026-05-11"), (b"..", b"w", b"9999", b"latest")
    ),
    "community": Target(parsers.attack_community, (COMMUNITY,), (b'"replies":[', b'"data":{', b'"id":"a"', b"1e400")),
    "document": Target(
        parsers.attack_document,
        (
            b'[1,"T",1,"",0,[["h","",1,"1",["a"]],["i","",["","*",["p","",[["x",5,"#a"]]]]],["t","",[1],[[1,1,0,1,"c"]]]]]',
        ),
        (b'["q","",', b'["g","","",[],[],', b"]]]]"),
    ),
    "export": Target(parsers.attack_export, (EXPORT,), (b'"tags":[', b'"note":"', b'"kind":"tag:')),
    "feed": Target(
        parsers.attack_feed, (RSS, ATOM, b"<html><link rel=alternate type=application/rss+xml href=/f></html>")
    ),
    "gzip": Target(parsers.attack_gzip, (b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", b"plain")),
    "headers": Target(
        parsers.attack_headers, (b'"api";r=0;t=300', b"Mon, 11 May 2026 08:00:00 GMT", b"120", b'<x>; rel="next"')
    ),
    "html": Target(
        parsers.attack_html, (b"<p>a<td>b</td> <EOS> <a href='x'>&amp;</a><script>x</script>",), (b"<![CDATA[", b"<!--")
    ),
    "huggingface": Target(
        parsers.attack_huggingface, (RECORD + b'"x":[NaN,1e999]}}]',), (b'"paper":{', b'"mediaUrls":[', b"1e400")
    ),
    "oai_record": Target(parsers.attack_record, (ARXIV_RECORD,), (b"<version>", b"<error>", b"<date>", b"]]>")),
    "venue": Target(
        parsers.attack_venue,
        (b"Accepted to ICLR 2026 (Oral)", b"Phys.Lett.B573:94-100,2003", b"at the Workshop on X (XYZ'26)"),
        (b"NeurIPS", b"2026", b"'26", b"(", b"workshop", b"submitted to", b"; "),
    ),
    "ids": Target(
        parsers.attack_ids, (b"https://arxiv.org/abs/2605.00001v2", b"hep-th/9901001", b"owner/name.git", b"0x7f.1")
    ),
    "journal": Target(
        parsers.attack_journal, (LINE, LINE.replace(b'"papers":["2605.00001"]', b'"packed":"eJwzMjMwMAQABZABMg=="'))
    ),
    "json": Target(
        parsers.attack_json, (RECORD + b'"x":[NaN,-Infinity,1e999,' + b"9" * 400 + b"]}}]",), (b"NaN", b"[[[[")
    ),
    "json_stream": Target(
        parsers.attack_json_stream, (b'[{"a":1},2,\n"x"]\n{"b":[]}\nx\n[1', b"\xf0\x9f"), (b"\n", b",", b'"')
    ),
    "latex": Target(
        parsers.attack_latex,
        (rb"$\alpha_{x}^2$ \textbf{a} \'e {\em x} \frac{a}{b}",),
        (rb"\begin{", rb"\(", rb"\sqrt{"),
    ),
    "library": Target(
        parsers.attack_library,
        (BIBTEX, RIS, CSL, RDF, b"2605.00001\n[a](https://arxiv.org/abs/2605.00002)\nx/2605.00003v2.pdf\n"),
        (b"@misc{", b"{{", b'"', b" # ", b"TY  - ", b"arXiv:", b'"itemType":"'),
    ),
    "opml": Target(parsers.attack_opml, (OPML,), (b"<outline ", b'xmlUrl="feed:', b'htmlUrl="')),
    "papers_file": Target(
        parsers.attack_papers_file, (RECORD + b'"x":1}}]', b'{"date":"2026-05-11","items":[]}\n', SAVED, b"\x1f\x8b")
    ),
    "paper_html": Target(
        parsers.attack_paper_html,
        (PAPER_HTML, b"<table class=ltx_tabular><tr><td colspan=9 rowspan=-1>x<td></table>"),
        (b"<section id=S1>", b"<math alttext='", b"<li class=ltx_bibitem>", b"<figcaption>", b"</div>", b"<pre>"),
    ),
    "paper_markdown": Target(
        parsers.attack_paper_markdown,
        (PAPER_MARKDOWN, b"1. a\n\n   - b\n> c\n\n|a|b|\n|-|-|\n|\\x_{1}|2|"),
        (b"\n\n", b"## ", b"](https://arxiv.org/html/1#S1.T1)", b"\n(1)\n", b"```\n", b"\\frac{"),
    ),
    "rules": Target(
        parsers.attack_rules,
        (b'threshold = 5\n[topics.x]\nphrases = ["a b", "c+d"]\n[topics.x.implies]\ny = 1\n',),
        (b"[[",),
    ),
    "saved_page": Target(parsers.attack_saved_page, (SAVED,), (b"\n\n", b" authors", "·".encode(), b"Feb 29")),
}
"""The targets by name."""

_WORDS = (b"../", b"//evil.example/", b"-rf", b'"papers":["', b'"kind":"follow:x"', b'"kind":"setting:x"')
CONSEQUENCES = {
    f"consequences-{way}": Target(partial(attack_consequences, way), seeds, _WORDS)
    for way, seeds in {
        "folder": (LINE,),
        "server": (LINE,),
        "journal": (LINE,),
        "member": (b'{"paper":"2605.00001","marks":["star","tag:a"],"note":"n"}',),
        "import": (EXPORT, BIBTEX, SAVED),
        "feed": (RECORD + b'"x":1}}]',),
        "agent": (b'["2605.00001", "https://arxiv.org/abs/hep-th/9901001"]',),
    }.items()
}
"""Targets that lead from foreign lines to all requests, which takes longer; `test_consequences` is their short run."""
