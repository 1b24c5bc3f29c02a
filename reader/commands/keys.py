"""`dailypapers keys`: print the keys in use, or check the user's own."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_no_pager
from reader.commands.help_text import print_page
from reader.commands.line.manual import keys_page
from reader.commands.output import answer
from reader.commands.workspace import Workspace, warn_of_mistakes
from reader.config import PRESETS
from reader.core.text import amount
from reader.keys.actions import PRESETS as TABLES
from reader.keys.keymap import Keymap, keys_table
from reader.keys.spelling import is_rarely_sent, write_chord


def _add_arguments(parser: ArgumentParser) -> None:
    about = "print only mistakes in your keys, and the defaults that they replace; exit code 1 if there are mistakes"
    parser.add_argument("what", nargs="?", choices=("check",), metavar="check", help=about)
    parser.add_argument("--preset", choices=PRESETS, help="the keys of this preset, without your own")
    add_no_pager(parser)


def _print_keys(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.what:
        return _check(arguments, workspace)
    keymap = workspace.keymap
    if arguments.preset:
        keymap = Keymap(preset=TABLES[arguments.preset], ascii=workspace.settings.ascii)
    if arguments.json:
        answer(arguments, keys_table(keymap))
    else:
        print_page(keys_page(keymap), paged=not arguments.no_pager)
    warn_of_mistakes(workspace)
    return 0


def _check(arguments: Namespace, workspace: Workspace) -> int:
    """Print mistakes in the user's keys, the defaults they replace, and keys that few terminals send."""
    keymap, settings = workspace.keymap, workspace.settings
    wrong = [one for one in workspace.mistakes() if one.key.partition(".")[0] in ("keys", "key_preset")]
    own = [action.id for action in keymap.actions if keymap.is_own(action.id)]
    losers = {one.action for one in keymap.lost}
    unbound = [action.id for action in keymap.actions if action.id in {*own, *losers} and not keymap.chords(action.id)]
    bound = [(action, chord) for action in own for chord in keymap.chords(action)]
    rare = {action: write_chord(chord) for action, chord in bound if any(map(is_rarely_sent, chord))}
    mistakes = [{"line": one.line, "key": one.key, "mistake": one.message, "meant": one.suggestion} for one in wrong]
    facts = {"preset": settings.key_preset, "own": own, "unbound": unbound, "rarely_sent": rare}
    lost = [{"action": one.action, "key": one.key, "to": one.winner, "in": one.contexts} for one in keymap.lost]
    lines = [str(one) for one in (*wrong, *keymap.lost)]
    lines += [f"{action}: many terminals do not send {key}." for action, key in rare.items()]
    lines += [f"Without a key, only in the command palette: {', '.join(unbound)}."] if unbound else []
    good = f"{amount(len(own), 'action')} {'has' if len(own) == 1 else 'have'} keys of yours"
    lines.append(f"Preset {settings.key_preset}; {good}; {amount(len(wrong), 'mistake')}.")
    record = facts | {"lost": lost, "file": str(workspace.config_file), "mistakes": mistakes}
    answer(arguments, record, *lines)
    return 1 if wrong else 0


COMMAND = Command(
    "keys",
    "Print every key of the reader, including your own, or check your own.",
    (),
    _add_arguments,
    _print_keys,
    {
        "": "array: id, keys, name, help, group, contexts, repeatable",
        "check": (
            "preset, own, unbound, rarely_sent, lost (action, key, to, in), file, mistakes (line, key, mistake, meant)"
        ),
    },
)
