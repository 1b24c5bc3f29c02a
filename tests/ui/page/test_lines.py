"""The parts of a paper as lines: what is the user's own, what programs said, and why it is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.members import Said
from reader.cache.outputs import Output
from reader.core.follows import Follow, FollowReason
from reader.core.lines import Line, measure
from reader.core.passages import Passage
from reader.core.similarity import Fit, FoundBy, Shared
from reader.core.text import clean_note
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.page.lines import MOST_SHOWN, NOTE_LINES, fit_lines, output_lines, own_lines
from reader.ui.page.presentation import Presentation
from tests.table import each
from tests.ui.stage import TODAY, paper

LOOK = Presentation(TODAY)


def texts(width: int = 40, *, is_unfolded: bool = False, tags: tuple[str, ...] = (), note: str = "") -> list[str]:
    return said_by(own_lines(paper(tags=tags, note=note), width, replace(LOOK, is_unfolded=is_unfolded)))


def said_by(lines: Sequence[Line]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def test_tags_stand_in_a_line_and_break_only_between_two() -> None:
    assert texts(tags=("later", "to cite")) == ["Tags later · to cite"]
    assert [line.rstrip() for line in texts(14, tags=("later", "to cite"))] == ["Tags later ·", "to cite"]
    assert texts() == []
    line = own_lines(paper(tags=("later",)), 40, LOOK)[0]
    assert line[-1].action == ("tag", "later")


def test_what_is_followed_stands_first_and_says_what_is_uncertain() -> None:
    follows = (FollowReason(Follow("topic", "agents")), FollowReason(Follow("author", "Ke Li"), "K. Li", perhaps=True))
    look = replace(LOOK, follows=follows, topic_names={"agents": "Agents & tools"})
    first, second = own_lines(paper(tags=("later",)), 70, look)
    assert "".join(piece.text for piece in first) == "◆ Followed Agents & tools · perhaps Ke Li: K. Li"
    assert [piece.action for piece in first if piece.action] == [("view", one.follow.view) for one in follows]
    assert second[0].text == "Tags "


def test_a_note_is_drawn_as_markdown_and_keeps_its_lines() -> None:
    text = "# Why\nOne **two** three four five six\nseven\n\n"
    note = f"{text}> quoted words\n- an item that is longer than it\n  - x\n12. `y`"
    assert texts(24, note=note) == [
        "✎ Why",
        "  One two three four",
        "  five six",
        "  seven",
        "  ",
        "  │ quoted words",
        "  ",
        "  • an item that is",
        "    longer than it",
        "    • x",
        "  ",
        "  12. y",
    ]


def test_code_and_tables_of_a_note_are_whole_and_addresses_are_links() -> None:
    assert texts(note="```\na = 1\n\nb\n```\n| a | b |\n|---|---|\n| 1 | 2 |")[:4] == [
        "✎   a = 1",
        "    ",
        "    b",
        "  ────",
    ]
    lines = own_lines(paper(note="see https://example.org/x"), 40, LOOK)
    assert lines[0][-1].action == ("link", "https://example.org/x")


@each("lines", [0, 1, NOTE_LINES, NOTE_LINES + 1, 40])
def test_a_long_note_is_folded(lines: int) -> None:
    whole = [f"{'  ' if number else '✎ '}line {number}" for number in range(lines)]
    note, most = "\n".join(line[2:] for line in whole), NOTE_LINES - 1
    assert texts(note=note) == (whole if lines <= NOTE_LINES else [*whole[:most], f"  +{lines - most} lines"])
    assert texts(note=note, is_unfolded=True) == (whole if lines <= NOTE_LINES else [*whole, "  less"])
    assert texts(note="word " * 400)[-1] == "  +47 lines"


def test_highlights_stand_with_their_sections_and_notes_and_of_many_the_first_ones() -> None:
    words = "A passage that takes more than a line of the page, and is cut after three lines, of which the rest is lost"
    long = Passage("", words, section="§3 Method", note="why\nso?").said("2511.12345")
    said = (long, Passage("", "Short").said("2511.12345"), "of another program", *[long] * 3)
    drawn = [
        *("▎ A passage that takes more than a line", "▎ of the page, and is cut after three"),
        *("▎ lines, of which the rest is lost", "  §3 Method", "  ✎ why so?"),
    ]
    look = replace(LOOK, link_keys={"places": "i"})
    head = ["Highlights  6  i reads there", *drawn, "▎ Short", "▎ of another program"]
    folded, unfolded = (own_lines(paper(highlights=said), 40, one) for one in (look, replace(look, is_unfolded=True)))
    assert said_by(folded) == [*head, *drawn, *drawn, "+1 more"]
    assert said_by(unfolded) == [*head, *drawn, *drawn, *drawn, "less"]
    assert [line[1].action for line in folded if line[0].text == "▎ "][2:5] == [("passage", str(n)) for n in (0, 1, 2)]
    narrow = said_by(own_lines(paper(highlights=said[:5]), 30, LOOK))
    assert narrow[:2] == ["Highlights  5", "▎ A passage that takes more"]
    assert narrow[3:6] == ["▎ is cut after three lines, of", "  §3 Method", "  ✎ why so?"] and len(narrow) == 18


@given(st.text(max_size=300), st.integers(4, 60), st.booleans())
def test_whatever_is_written_the_lines_fit(note: str, width: int, is_unfolded: bool) -> None:
    lines = own_lines(paper(note=clean_note(note)), width, replace(LOOK, is_unfolded=is_unfolded))
    assert all(measure(line) <= width for line in lines)
    assert all("\n" not in piece.text for line in lines for piece in line)


@given(st.text(max_size=60).map(clean_note), st.integers(20, 80))
def test_what_the_group_shares_stands_last_and_fits(note: str, width: int) -> None:
    shared = (Said("ada", is_starred=True, tags=("to-read",)), Said("bob", note=note or "look"))
    lines = own_lines(paper(tags=("later",)), width, replace(LOOK, shared=shared))
    assert all(measure(line) <= width for line in lines)
    words = " ".join(" ".join(piece.text for piece in line) for line in lines).split()
    assert [words[2], "ada" in words, "starred," in words] == ["Group", True, True]


def test_of_what_a_group_shares_the_beginning_is_shown_until_it_is_unfolded() -> None:
    for count in range(45):
        ada, bob = Said("ada", note="A long note. " * 12), Said("bob", is_queued=True, note="look\n\n at\tit")
        shared = (*(Said(f"m{number}", is_starred=True) for number in range(count)), ada, bob)
        looks = (replace(LOOK, shared=shared, is_unfolded=one) for one in (False, True))
        folded, whole = (said_by(own_lines(paper(), 40, look)) for look in looks)
        is_long = len(whole) > NOTE_LINES
        assert folded == ([*whole[: NOTE_LINES - 1], "+ more"] if is_long else whole)
        assert (whole[-1] == "less") == is_long and "✎ bob: look at it" in whole
        assert " ".join(whole).partition(" ✎")[0].endswith("bob queued" if count <= 38 else f"and {count - 38} more")


def test_what_many_of_a_group_share_is_folded_and_bounded() -> None:
    shared = tuple(Said(f"member-{number}", is_starred=True, note="word " * 20_000) for number in range(200))
    for is_unfolded, most in ((False, NOTE_LINES), (True, 8_000)):
        lines = own_lines(paper(), 40, replace(LOOK, shared=shared, is_unfolded=is_unfolded))
        assert NOTE_LINES <= len(lines) <= most
        assert lines[-1][0].text == ("less" if is_unfolded else "+ more")
        assert all(measure(line) <= 40 for line in lines)


MADE = "2026-11-26T08:00:00Z"


def output_texts(output: Output, width: int = 40, glyphs: Glyphs = UNICODE) -> list[str]:
    return [line.rstrip() for line in said_by(output_lines(output, width, glyphs))]


def test_it_says_who_made_it_and_keeps_its_lines() -> None:
    assert output_texts(Output("Summary", MADE, "One.\n\n- two [b]three[/b]")) == [
        "▎ Summary · by a program, 2026-11-26",
        "▎ One.",
        "▎",
        "▎ - two [b]three[/b]",
    ]
    assert output_texts(Output("S", MADE, "One."), glyphs=ASCII)[0].isascii()


def test_of_a_long_output_the_beginning_is_drawn() -> None:
    lines = output_texts(Output("S", MADE, "word\n" * MOST_SHOWN))
    assert lines[-1] == "▎ 'dailypapers show' prints the rest"
    assert len(lines) < MOST_SHOWN


@given(st.text(max_size=200), st.text(max_size=30), st.sampled_from([12, 30, 78]))
@settings(max_examples=60)
def test_whatever_it_says_no_line_is_wider_or_holds_a_control(text: str, name: str, width: int) -> None:
    for line in output_lines(Output(name, MADE, text), width, UNICODE):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)


@each("width", [3, 5])
def test_a_tiny_width_ends_too(width: int) -> None:
    assert output_lines(Output("S", MADE, "One two."), width, UNICODE)


def reasons(fit: Fit | None, width: int = 80) -> list[str]:
    return said_by(fit_lines(fit, width, UNICODE))


def test_each_reason_is_named() -> None:
    fit = Fit(3, "like:1 ~fold", Shared(("draft trees",), cites=True), FoundBy(("fold",), 2))
    assert reasons(fit) == ["Why here  shares draft trees · cites it · has fold (1 of 2 words)"]
    assert all(len(line) <= 20 for line in reasons(fit, 20))
    assert reasons(Fit(3, "like:1")) == reasons(None) == []
    hostile = Fit(3, "x", Shared(("a\x1b[31mb",)))
    assert "\x1b" not in reasons(hostile)[0]
    assert said_by(fit_lines(fit, 80, ASCII))[0].isascii()
