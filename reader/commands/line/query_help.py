"""The query language in examples, for `help queries` and the manual."""

from __future__ import annotations

from reader.core.query.parser import CHOICES

ABOUT = (
    "The reader's search line, its filter pane and every command use one language. Terms side by side must all "
    "match; case and accents do not matter."
)

QUERIES = (
    ("diffusion transformer", "words that begin like these, in title, abstract, authors or keywords"),
    ('"world model"', "exactly these words, in this order"),
    ("topic:agents -topic:evaluation", "papers of one topic and not of another; 'dailypapers topics' lists them"),
    ('author:"kaiming he"', "words in one field: title, abstract, author, keyword or org"),
    ("title:/^on the /", "a regular expression, in title or author"),
    *((f"is:{word}", about) for word, about in zip(
        CHOICES["is"],
        (
            "not read yet",
            "read",
            "starred",
            "put into the queue for later; sort:queue has its order",
            "hidden",
            "came since your last visit",
            "ranked first by the feed",
            "have changed since you starred, read or passed them: code, models, a version, a venue, votes",
            "whose page you opened",
            "that you read to the end",
            "that you looked at in the list, and left without opening them",
            "have what you follow",
            "highlighted by a rule of yours",
            "left out because of a muted word",
        ),
        strict=True,
    )),
    (f"has:{'|'.join(CHOICES['has'])}", "what a paper has"),
    ('output:"weak baseline"', "words in what your own programs said about papers, where it was kept"),
    ("day:today day:2026-05 day:7d", "listed then; 2026-05-11, 2026-W20 and yesterday too"),
    ("since:2w until:2026-05-31", "listed from or up to a day"),
    ("changed:7d", "changed then, after you had starred, read or passed them"),
    ("published:2026-05-01..2026-05-31", "by the date on arXiv"),
    ("upvotes:>20 authors:<5", "by a number; comments and stars (of the code) too"),
    ("id:2406.12345", "one paper"),
    ("like:2406.12345 like:2406.12345,2501.01234", "papers like one or several, nearest first"),
    ("category:cs.RO source:arxiv tag:later", "by arXiv category, source or your tag"),
    ('note:"compare with ours"', "by words of your note"),
    ('venue:"iclr 2026"', "by where it appeared, as arXiv's remark and journal reference tell"),
    ("submitter:akhaliq", "by the account that submitted a paper to the daily papers"),
    ('view:evals -view:"read twice"', "papers of views that you have saved"),
    ('follow:"kaiming he"', "papers of one that you follow; follow:author:kaiming-he names it in full"),
    ("(rag OR retrieval) NOT survey", "combinations"),
    ("topic:agents ~chatbots that refine each other's drafts", "the papers that fit a text best, in any words"),
    (f"sort:{'|'.join(CHOICES['sort'])}", "another order; sort:-day reverses it"),
)  # fmt: skip
"""Examples of queries with what they find. In a shell, put quotes around what has blanks or signs."""
