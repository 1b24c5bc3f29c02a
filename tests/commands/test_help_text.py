"""Pages of the manual and the help of commands: what is read in their Markdown, and how it is drawn."""

from __future__ import annotations

from textwrap import dedent

from reader.commands.help_text import page_lines, read_blocks, rows
from reader.commands.line.manual import _roff_block
from tests.commands.conftest import Session
from tests.table import each

PAGE = r"""# A page

Some text with `code`, `a` `b`, **strong words** and [a link](https://example.org) that is wrapped
over lines.
- one item
- another item, `with a ~ sign`

## A section

| Name | What it does | Since |
|---|---|---|
| `short` | A description that is wrapped over some lines | 1 |
| `a|b and a name that is too long` | Other | |

### Examples:

```sh
dailypapers list  # papers
dailypapers mark read --query 'a quoted query of words' 2606.00001 2606.00002  # a remark
```
```toml
theme = "dark"  # a remark
```
.It's a request
""".replace("a|b", r"a\|b")


def test_a_page_is_drawn_within_its_width() -> None:
    assert "\n".join("".join(piece.text for piece in line).rstrip() for line in page_lines(PAGE, 44)) == dedent(
        """\
        A PAGE

        Some text with code, a  b, strong words and
        a link that is wrapped over lines.

        - one item

        - another item, with a ~ sign

        A section

          short  What it does: A description that is
                 wrapped over some lines
                 Since: 1
          a|b and a name that is too long
                 What it does: Other

        Examples:
          dailypapers list
              # papers
          dailypapers mark read --query \\
            'a quoted query of words' 2606.00001 \\
            2606.00002
              # a remark

          theme = "dark"  # a remark

        .It's a request"""
    )


def test_a_page_is_roff() -> None:
    assert "\n".join(line for block in read_blocks(PAGE) for line in _roff_block(block)) == dedent(
        r"""
        .SH A PAGE
        .PP
        Some text with \fBcode\fR, \fBa\fR  \fBb\fR, \fBstrong words\fR and a link that is wrapped over lines.
        .PP
        \- one item
        .PP
        \- another item, \fBwith a \(ti sign\fR
        .SS A section
        .TP
        \fBshort\fR
        What it does: A description that is wrapped over some lines
        .br
        Since: 1
        .TP
        \fBa|b and a name that is too long\fR
        What it does: Other
        .PP
        \fBExamples:\fR
        .PP
        .nf
        dailypapers list
            # papers
        dailypapers mark read \-\-query \(aqa quoted query of words\(aq 2606.00001 \e
          2606.00002
            # a remark
        .fi
        .PP
        .nf
        theme = "dark"  # a remark
        .fi
        .PP
        \&.It\(aqs a request"""
    ).lstrip("\n")


def test_rows_of_two_columns_are_entries_of_the_help() -> None:
    assert rows("| `a` `b` | c |\n|---|---|\n| `x` `y` | **z** |\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n") == [
        ("x  y", "z")
    ]


@each(
    ("width", "lines"),
    [
        (36, ["  dailypapers keys  # a mark that is"]),
        (35, ["  dailypapers keys", "      # a mark that is"]),
        (22, ["  dailypapers keys", "      # a mark that is"]),
        (21, ["  dailypapers keys", "      # a mark that", "      # is"]),
        (18, ["  dailypapers keys", "      # a mark", "      # that is"]),
        (17, ["  dailypapers \\", "    keys", "      # a mark", "      # that is"]),
    ],
)
def test_an_example_is_broken_where_it_does_not_fit(width: int, lines: list[str]) -> None:
    text = "```sh\ndailypapers keys  # a mark that is\n```"
    assert ["".join(piece.text for piece in line) for line in page_lines(text, width)] == lines


def test_help_of_a_command_has_examples_and_what_it_takes(session: Session) -> None:
    session(
        """
        $ help tag
        Tag papers, remove tags, rename and merge tags; undo takes it back.

        Usage: dailypapers tag ACTION TAG [ID ...] [OPTIONS]

        Examples:
          dailypapers tag add later 1706.03762 2312.00752
          dailypapers tag add evals --query 'topic:evaluation is:unread'
          dailypapers tag remove later --query 'tag:later is:read'
          dailypapers tag rename evals evaluation
              # if both tags exist, they become one

        Arguments:
          ACTION    one of these:
            add     give papers the tag
            remove  remove it from papers
            rename  rename it; if the new name exists, the two tags become one
          TAG       the tag's name; in quotes if it has spaces
          ID        arXiv ids or addresses of papers; for rename, the new name (- for
                    standard input)

        Options:
          --query QUERY      choose all papers of a query
          --all              choose every paper, hidden ones too
          --dry-run          print how many would change, and change nothing
          --json[=FIELDS]    print JSON; with FIELDS such as id,title, only these
          --jsonl[=FIELDS]   the same as JSON Lines, one record a line
          --color WHEN       use colours: auto (on a terminal), always or never
          --log-level LEVEL  what the log file gets, for this run: error, warning, info
                             (default: log_level of the settings)
          -h, --help         print this help
        """
    )
