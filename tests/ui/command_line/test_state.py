"""The typed command: which suggestions fit, which is marked, and what is run by enter."""

from __future__ import annotations

from reader.ui.command_line.state import (
    COMMAND,
    COMMANDS,
    HISTORY,
    TypedCommand,
    run_command,
    suggest,
    type_command,
)
from reader.ui.shell.commands import Candidate, Suggested
from reader.ui.shell.state import State

SUGGESTED = Suggested(6, (Candidate("dark"), Candidate("dracula"), Candidate("light")), "theme ")
OPEN = State().put(COMMAND, TypedCommand())


def typed(state: State) -> TypedCommand:
    command = state[COMMAND]
    assert command is not None
    return command


def test_suggestions_fit_what_is_typed_until_newer_ones_come() -> None:
    state = suggest(type_command(OPEN, "theme "), "theme ", SUGGESTED)
    assert (typed(state).fitting, typed(state).meant) == (SUGGESTED, "theme ")
    marked = state.update(COMMAND, lambda one: one._replace(selected=2))
    assert typed(marked).meant == "theme light"
    # A letter leaves those that begin so; the first of them is marked.
    further = type_command(marked, "theme d")
    assert [one.text for one in typed(further).fitting.candidates] == ["dark", "dracula"]
    assert (typed(further).selected, typed(further).meant) == (0, "theme dark")
    assert typed(type_command(further, "theme q")).meant == "theme q"
    assert typed(type_command(further, "  ")).fitting == Suggested()
    # The same suggestions leave the mark; those for an earlier text are dropped.
    assert typed(suggest(marked, "theme ", SUGGESTED)).selected == 2
    assert typed(suggest(marked, "theme ", SUGGESTED._replace(start=5))).selected == 0
    assert suggest(further, "theme ", SUGGESTED) is further
    assert (type_command(State(), "x")[COMMAND], suggest(State(), "", SUGGESTED)[COMMAND]) == (None, None)


def test_what_is_run_is_kept_once_newest_first() -> None:
    state = OPEN
    for line in (*map(str, range(HISTORY + 1)), "", "7"):
        state = run_command(state, line)
    assert state[COMMAND] is None and state[COMMANDS][:3] == ("7", str(HISTORY), str(HISTORY - 1))
    commands = state[COMMANDS]
    assert len(commands) == len(set(commands)) == HISTORY
