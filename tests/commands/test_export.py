"""Exports from the command line: formats, files and pipes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from reader.actions.export import FORMATS
from tests.commands.conftest import IDS, Run, Session


def test_a_format_goes_to_the_output_or_to_a_file_that_says_it(session: Session, papers: Path) -> None:
    session(
        """
        $ export id:2606.30616 --format bibtex
        @misc{example2026-2606.30616,
        	title = {Agents that write their own tools},
        	author = {Ada Example and Bo Sample},
        	year = {2026},
        	month = may,
        	eprint = {2606.30616},
        	archivePrefix = {arXiv},
        	eprinttype = {arxiv},
        	doi = {10.48550/arXiv.2606.30616},
        	url = {https://arxiv.org/abs/2606.30616},
        	publisher = {arXiv},
        	abstract = {We look at Agents that write their own tools and find that it holds.},
        }
        $ export id:2606.26740 --format markdown
        ## LiveEdit: Streaming Video Editing

        Ada Example, Bo Sample

        2026-06-30 · arXiv 2026-05-08 · 57 upvotes · 2 comments · `video-generation`

        > AI summary: It holds.

        We look at LiveEdit: Streaming Video Editing and find that it holds.

        [page](https://huggingface.co/papers/2606.26740) · [PDF](https://arxiv.org/pdf/2606.26740) · [arXiv](https://arxiv.org/abs/2606.26740) · [code](https://github.com/a/b)
        $ export --id 2606.30616 --id 2606.26740 --format csv
        id,title,authors,day,published,upvotes,comments,topics,keywords,organization,read,starred,queued,hidden,tags,url,code_url,project_url,summary,abstract,note,venue
        2606.30616,Agents that write their own tools,Ada Example; Bo Sample,2026-06-30,2026-05-08,55,2,agents,agents; tool use,,false,false,false,false,,https://huggingface.co/papers/2606.30616,,,It holds.,We look at Agents that write their own tools and find that it holds.,,
        2606.26740,LiveEdit: Streaming Video Editing,Ada Example; Bo Sample,2026-06-30,2026-05-08,57,2,video-generation,video,,false,false,false,false,,https://huggingface.co/papers/2606.26740,https://github.com/a/b,,It holds.,We look at LiveEdit: Streaming Video Editing and find that it holds.,,
        $ export --all -o papers.bib
        ! 6 papers written in papers.bib.
        $ export agents -o papers.bib
        ! 3 papers written in papers.bib.
        $ export agents -o papers.bib --append
        ! 0 papers appended to papers.bib, 3 were already there.
        $ export agents -o papers.json
        ! 3 papers written in papers.json.
        $ export id:2606.26740 -o papers.json --append
        ! 1 paper appended to papers.json.
        $ export agents -o papers.docx
        2! dailypapers: Choose a format with --format: bibtex, ris, csl-json, rdf, markdown, csv, json, atom.
        $ export agents --format docx
        2! dailypapers export: --format 'docx' is not one of bibtex, ris, csl-json, rdf, markdown, csv, json, atom, notes. See 'dailypapers export --help'.
        $ export --all
        2! dailypapers: Choose a format with --format: bibtex, ris, csl-json, rdf, markdown, csv, json, atom.
        $ export
        2! dailypapers: Name the papers by a query, --id or --all.
        $ export -o
        2! dailypapers export: argument -o/--output: expected one argument. See 'dailypapers export --help'.
        $ export --all -o nowhere/papers.bib
        1! dailypapers: nowhere/papers.bib could not be written: No such file or directory. Name another file with -o.
        $ export --id 2606.99999 --format json
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        $ export xylophone --format json
        []
        ! 0 papers written.
        $ export agents --append --format json
        2! dailypapers: --append needs a file: name it with -o FILE.
        $ export agents --format notes -o vault
        ! 3 papers written in vault.
        $ export agents --format notes -o vault
        ! 3 papers written in vault.
        $ export --watched
        2! dailypapers: The settings have no [[exports]]. 'dailypapers config edit' opens them.
        $ export --watched -o x.bib
        2! dailypapers: --watched takes no other arguments: queries, files and formats are in the settings.
        $ export --format bibtex --url https://a.example --all
        2! dailypapers: --url belongs to --format atom.
        $ export --format atom --url javascript:x --all
        2! dailypapers: --url must begin with https://, not "javascript:x".
        """  # noqa: E101, E501
    )


def test_the_table_is_safe_for_spreadsheets(run: Run, papers: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "--all", "--format", "csv").out)))
    assert [row["id"] for row in rows] == IDS
    assert rows[4]["title"] == "'=A memory that forgets [on purpose]"


def test_a_feed_is_bounded_and_says_where_it_is(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run("export", "--all", "--format", "atom", "--url", "http://nas.local/papers.atom")
    assert found.code == 0 and '<link rel="self" href="http://nas.local/papers.atom" />' in found.out
    few = {**FORMATS, "atom": replace(FORMATS["atom"], most=4)}
    monkeypatch.setattr("reader.commands.export.FORMATS", few)
    found = run("export", "--all", "--format", "atom")
    assert (found.out.count("<entry>"), found.err) == (4, "Left out: 2 papers. A feed has only the first 4.\n")
