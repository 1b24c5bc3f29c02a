"""Documents as Markdown: all kinds of blocks, and what would be read as something else."""

from __future__ import annotations

from reader.core.document.markdown import markdown_lines
from reader.core.document.model import (
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Paragraph,
    Reference,
    Span,
    Theorem,
    Verbatim,
)
from tests.core.document.test_layout import EVERYTHING

MARKDOWN = r"""# T

## 1 A heading of more than one line, in all

See `code` of $x_{i}\leq 1$[^2].

1. one

   > q
   >
   > $$
   > a=b \tag{1}
   > $$
- $$
  \frac{a}{b}
  $$
- A long term
-

$$
\begin{aligned}
a&=b \\
&=\frac{c}{d}
\end{aligned} \tag{2}
$$

$$
\begin{aligned}
f(a,b)+g(c,d) \\
ccc
\end{aligned} \tag{3}
$$

**Figure 1**: Both.

![(a)](l.png)
**(a)**: left

![(b)](r.png)
**(b)**

![](t.png)

| Model | Scores |  |
| --- | --- | --- |
|  | A | 中文 |
| base | 1.5 | 22 |

**Listing 1**

```
x
```

**Lemma 1.**

All.

- (i) a

$$
a
$$

p

**Proof.**

$$
b
$$

**Remark.**

> one
>
> two
>
> [^*]: n

```
12: a step of an algorithm that is long
```

- No label, but a long text that hangs below

[^2]: A note that is longer than a single line is

### End

## Last"""


ESCAPED = r""" **a\*b** *c* ``d`e``[f\_g](https://a.example)h$x<y$

\## no heading

  1\. no item

**1. Bold.**and (512$2$512) in it

`````
````
a
`````

- (a) b

  c
2.

$$
\begin{aligned}
a\\b
\end{aligned} \tag{1}
$$

$$
\begin{aligned}
a&b
\end{aligned}
$$

only words

- \[3\] r

**T**

### end"""


def test_all_kinds_of_blocks_are_written() -> None:
    assert "\n".join(markdown_lines(EVERYTHING)) == MARKDOWN


def test_what_has_a_meaning_in_markdown_is_escaped() -> None:
    spans = (
        Span(" a*b ", "strong"),
        Span("c", "emphasis"),
        Span(" ", "strong"),
        Span("d`e", "code"),
        Span("f_g", "", "https://a.example"),
        Span("h", "", "#S1"),
        Span("x<y", "formula"),
    )
    blocks = (
        Paragraph(spans),
        Paragraph((Span("## no heading"),)),
        Paragraph((Span("  1. no item"),)),
        Paragraph((Span("1. Bold.", "strong"), Span("and (512"), Span("2", "formula"), Span("512) in it"))),
        Verbatim(((Span("````"),), (Span("a"),))),
        Items((Item("(a)", (Paragraph((Span("b"),)), Paragraph((Span("c"),)))), Item("2.", ()))),
        Formula((r"a\\b",), "(1)"),
        Formula(("a&b",)),
        Figure("", (Span("only words"),), ()),
        Reference("[3]", (Span("r"),)),
        Theorem((Span("T"),), ()),
        Heading(2, "", (Span("end"),)),
    )
    assert "\n".join(markdown_lines(Document("", blocks))) == ESCAPED
