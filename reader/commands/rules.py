"""`dailypapers rules`: test, add and apply rules and muted words."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.cache.watching import Candidates, Verdict, acted_papers, judge
from reader.commands import standing
from reader.commands.choosing import EVERYTHING
from reader.commands.command import Command, add_actions, add_limit, first_day, suggest
from reader.commands.output import Style, answer, is_terminal, print_line, print_rows, width
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.lines import fit
from reader.core.marks import opposes, rule_done, rule_words
from reader.core.nearest import advice
from reader.core.settings import standing as types
from reader.core.settings.types import RULE_DEEDS, InvalidValue, Rule
from reader.core.text import amount, brief, clean

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

TABLE, MUTE = "rules", "mute"

DAYS = 7
"""Default days of papers for trying rules."""

LONGEST = 40
"""Maximum characters of a query used as its rule's name."""

TITLES = 5
"""Maximum papers printed per tried rule."""

NO_RULES = "You have no rules yet. 'dailypapers rules add --then hide QUERY' makes one."

MONTH = 30
"""Days of papers for trying a new rule."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    about = "only these rules; by default all. For add and mute, and for try with --then, a query"
    names = parser.add_argument("names", nargs="*", metavar="NAME", help=about)
    suggest(names, lambda _given: [one.name for one in Workspace().settings.rules])
    about = "for add and try, what the rule does: hide, star, queue, highlight, tag:NAME; several with commas"
    parser.add_argument("--then", type=_marks, metavar="MARKS", help=about)
    about = f"for try and apply, papers listed since D, a date or 2w (default: {DAYS} days)"
    parser.add_argument("--since", type=first_day, metavar="D", help=about)
    add_limit(parser, "papers to print for each rule tried")


def _today() -> date:
    return datetime.now(UTC).date()


def _marks(text: str) -> tuple[str, ...]:
    try:
        found: Any = RULE_DEEDS.convert(text.split(","))
    except InvalidValue as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
    return tuple(found or ())


def _run_rules(arguments: Namespace, workspace: Workspace) -> int:
    what, run = arguments.what, ACTIONS[arguments.what][0]
    workspace.catch_up()
    if what in ("add", "mute") or (what == "try" and arguments.then):
        if not arguments.names:
            raise UsageError(f"Give a query: dailypapers rules {what} {'' if what == 'mute' else '--then hide '}QUERY.")
        if what == "add" and not arguments.then:
            raise UsageError("Say what the rule does: --then hide, star, queue, highlight or tag:NAME.")
        return run(arguments, workspace, (_made(arguments, workspace),))
    if arguments.then:
        raise UsageError("--then belongs to 'rules add' and 'rules try'.")
    return run(arguments, workspace, _chosen(arguments.names, workspace))


def _chosen(names: Sequence[str], workspace: Workspace) -> tuple[Rule, ...]:
    """The rules with these names, by default all, in settings order; raises NotFound."""
    rules = workspace.settings.rules
    by_name = {one.name.casefold(): one for one in rules}
    for name in names:
        if name.casefold() not in by_name:
            meant = advice(name, [one.name for one in rules], "'dailypapers rules list' prints yours.")
            raise NotFound(f"There is no rule {brief(name)!r}. {meant}")
    wanted = {name.casefold() for name in names}
    return tuple(one for one in rules if not wanted or one.name.casefold() in wanted)


def _made(arguments: Namespace, workspace: Workspace) -> Rule:
    query = " ".join(arguments.names).strip()
    with workspace.window() as window:
        # An unknown topic is a typing error that would never match.
        selection(window, parsed(query))
    taken = () if arguments.what == "try" else [one.name for one in standing.every(workspace)]
    name = types.free_name(clean(query, LONGEST).replace('"', ""), taken)
    return Rule(name, query, arguments.then or ("hide",))


# New ones


def _add(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    (rule,) = rules
    if any((one.when, one.then) == (rule.when, rule.then) for one in workspace.settings.rules):
        raise ReaderError(f"This rule already exists: {rule_words(rule.then)}, because {clean(rule.when)}.")
    standing.add(workspace, rule.name, rule.when, rule.then)
    said = f"Rule added: {rule_words(rule.then)}, because {clean(rule.when)}."
    return answer(arguments, asdict(rule), f"{said} 'dailypapers views edit' changes it.")


def _mute(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    word = rules[0].when
    if word in workspace.settings.mute:
        raise ReaderError(f"{clean(word)} is already muted.")
    standing.add(workspace, rules[0].name, word, (types.MUTE,))
    return answer(arguments, {"mute": word}, f"Muted: {clean(word)}. 'dailypapers views edit' changes it.")


# Printing them


def _print_rules(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    with workspace.window() as window:
        acted = window.read(acted_papers)
    rows = [
        (clean(one.name), rule_words(one.then), amount(acted.get(one.name, 0), "paper"), clean(one.when))
        for one in rules
    ]
    rows += [(clean(word), "mute", "", clean(word)) for word in workspace.settings.mute if not arguments.names]
    if arguments.json or not rows:
        return answer(arguments, [asdict(one) | {"papers": acted.get(one.name, 0)} for one in rules], NO_RULES)
    print_rows(rows)
    return 0


# Checking them


class Finding(NamedTuple):
    """A problem or oddity of a rule or muted word."""

    rule: str
    """Its name, or the word."""
    text: str
    is_mistake: bool = True
    """Whether the rule can't work as written."""


def _check(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    mistakes = (one for one in workspace.loaded.mistakes if one.key.partition(".")[0] in (TABLE, MUTE))
    with workspace.window() as window:
        found = [Finding("", str(one)) for one in mistakes]
        found += _findings(window, rules, workspace.settings.mute)
    lines = [one.text for one in found]
    if not found:
        words = f" and {amount(len(workspace.settings.mute), 'muted word')}" if workspace.settings.mute else ""
        lines.append(f"No mistakes in {amount(len(rules), 'rule')}{words}." if rules or words else NO_RULES)
    answer(arguments, [one._asdict() for one in found], *lines)
    return 1 if any(one.is_mistake for one in found) else 0


def _findings(window: Window, rules: Sequence[Rule], muted: Sequence[str]) -> Iterator[Finding]:
    matched: dict[str, frozenset[int]] = {}
    for name, query, title in (
        *((one.name, one.when, f"Rule {clean(one.name)}") for one in rules),
        *((word, word, f"The muted {clean(word)}") for word in muted),
    ):
        try:
            pks = frozenset(window.order(selection(window, parsed(query, also=EVERYTHING))).pks)
        except UsageError as error:
            yield Finding(name, f"{title}: {error}")
            continue
        matched[name] = pks
        if not pks and window.has_papers():
            yield Finding(name, f"{title}: no paper here matches {clean(query)}.", is_mistake=False)
    for one, other in combinations([rule for rule in rules if rule.name in matched], 2):
        yield from _contradictions(one, other, len(matched[one.name] & matched[other.name]))


def _contradictions(one: Rule, other: Rule, both: int) -> Iterator[Finding]:
    """Contradictions between two rules that match some of the same papers."""
    against = [(kind, wanted) for kind in one.then for wanted in other.then if opposes(kind, wanted)]
    if both and against:
        first, second = clean(one.name), clean(other.name)
        kind, wanted = against[0]
        text = (
            f"Rules {first} and {second} contradict each other on {amount(both, 'paper')}: {rule_words([kind])} or"
            f" {rule_words([wanted])}. {first} comes first and wins."
        )
        yield Finding(other.name, text, is_mistake=False)


# Trying and applying them


def _try(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    since = arguments.since or (_today() - timedelta(days=MONTH if arguments.then else DAYS)).isoformat()
    with workspace.window() as window:
        verdicts = _judge(window, workspace, rules, since, anew=True)
        if arguments.json or not rules:
            return answer(arguments, (_record(window, one) for one in verdicts), NO_RULES)
        style, limit = Style.of(sys.stdout), arguments.limit or TITLES
        for verdict in verdicts:
            for line in _verdict_lines(window, verdict, style, limit):
                print_line(line)
        papers = len({pk for one in verdicts for pks in one.acts.values() for pk in pks})
        print_line(f"{amount(papers, 'paper')} since {since} would have been changed; nothing was changed.")
    return 0


def _apply(arguments: Namespace, workspace: Workspace, rules: Sequence[Rule]) -> int:
    from reader.refresh.standing import act

    with workspace.window() as window:
        since = arguments.since or (_today() - timedelta(days=DAYS)).isoformat()
        verdicts = _judge(window, workspace, rules, since, anew=False)
    workspace.has_changed = True
    action = act(workspace.cache_file, verdicts)
    said = "No rule has anything left to change."
    if action:
        said = f"{action.did_in_words}. 'dailypapers undo' takes it back."
    return answer(arguments, {one.rule.name: one.count for one in verdicts}, said)


def _judge(window: Window, workspace: Workspace, rules: Sequence[Rule], since: str, *, anew: bool) -> list[Verdict]:
    from reader.refresh.standing import scope_of

    scope = scope_of(window, workspace.settings, _today())
    return window.read(lambda connection: judge(connection, rules, scope, Candidates(since=since), anew=anew))


def _record(window: Window, verdict: Verdict) -> dict[str, object]:
    papers = [
        {"id": row.id, "title": row.title, "then": list(kinds)}
        for kinds, pks in verdict.acts.items()
        for row in window.rows(pks)
    ]
    left = len(verdict.matched) - verdict.count
    return asdict(verdict.rule) | {"matched": len(verdict.matched), "left": left, "papers": papers}


def _verdict_lines(window: Window, verdict: Verdict, style: Style, limit: int) -> Iterator[str]:
    rule, left = verdict.rule, len(verdict.matched) - verdict.count
    yield f"{style.bold(clean(rule.name))}: {rule_words(rule.then)}, because {clean(rule.when)}"
    for kinds, pks in verdict.acts.items():
        yield f"  {amount(len(pks), 'paper')} {', '.join(map(rule_done, kinds))}"
        for row in window.rows(pks[:limit]):
            title = clean(row.title)
            room = width() - len(row.id) - 6
            yield f"    {style.faint(row.id)}  {fit(title, room).rstrip() if is_terminal(sys.stdout) else title}"
        if more := len(pks[limit:]):
            yield style.faint(f"    and {more:,} more")
    if left:
        yield f"  {amount(left, 'paper')} left alone: you marked them otherwise, or an earlier rule did"
    elif not verdict.matched:
        yield "  no paper"
    yield ""


Run = Callable[[Namespace, Workspace, Sequence[Rule]], int]

ACTIONS: Mapping[str, tuple[Run, str]] = MappingProxyType(
    {
        "list": (_print_rules, "print your rules, how many papers each has changed, and muted words"),
        "check": (_check, "print what is wrong: queries, rules that no paper matches, contradictions; exit code 1 for"
                  " mistakes"),
        "try": (_try, "print what they would have done to papers of the last days, and change nothing"),
        "apply": (_apply, "apply them to these papers now; undo takes it back"),
        "add": (_add, "add a rule for the papers of a query, such as --then hide topic:finance"),
        "mute": (_mute, "leave the papers of a query out of every view"),
    }
)  # fmt: skip


_FIELDS = {
    "list": "array: name, when, then, papers",
    "check": "array: rule, text, is_mistake",
    "try": "array: name, when, then, matched, left, papers (id, title, then)",
    "apply": "by name: ",
    "add": "name, when, then",
    "mute": "mute",
}

COMMAND = Command(
    "rules",
    "Hide, star, queue, highlight or tag papers as they come in; 'views edit' changes rules.",
    (),
    _add_arguments,
    _run_rules,
    _FIELDS,
)
