"""`dailypapers completions`: print a completion script for a shell; the script asks the program for words."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from types import MappingProxyType

from reader.commands.command import Command
from reader.commands.output import print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError

ANSWER = "answer"
"""In place of a shell: print the completions of a command line with explanations, one per line."""

_BASH = """\
# Completes dailypapers in bash.
_dailypapers() {
    local line=${COMP_LINE:0:COMP_POINT} words word cut candidate
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]}-1]}
    # bash takes what stands before : and = for words of their own.
    cut=${word%"${word##*[:=]}"}
    COMPREPLY=()
    while IFS=$'\\t' read -r candidate _; do
        [[ $candidate == :files ]] && compopt -o default && return
        COMPREPLY+=("${candidate#"$cut"}")
    done < <("${words[0]}" completions answer -- "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
    return 0
}
complete -F _dailypapers dailypapers"""

_ZSH = """\
#compdef dailypapers
# Completes dailypapers in zsh.
_dailypapers() {
    local line
    local -a open closed
    for line in "${(@f)$("${words[1]}" completions answer -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case $line in
            '') ;;
            :files*) _files; return ;;
            # No blank follows a field or an option that takes a value.
            *[:=]$'\\t'*) open+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}") ;;
            *) closed+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}") ;;
        esac
    done
    (( $#open )) && _describe dailypapers open -S ''
    (( $#closed )) && _describe dailypapers closed
}
if [[ $funcstack[1] == _dailypapers ]]; then
    _dailypapers "$@"
else
    compdef _dailypapers dailypapers
fi"""

_FISH = """\
# Completes dailypapers in fish.
function __dailypapers_answer
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found ($words[1] completions answer -- $words[2..] "$word" 2>/dev/null)
    if string match -q ':files*' -- $found[1]
        __fish_complete_path "$word"
    else
        printf '%s\\n' $found
    end
end
complete -c dailypapers -f -a '(__dailypapers_answer)'"""

SCRIPTS = MappingProxyType({"bash": _BASH, "zsh": _ZSH, "fish": _FISH})


def _add_arguments(parser: ArgumentParser) -> None:
    shells = "|".join(SCRIPTS)
    parser.add_argument("shell", choices=(*SCRIPTS, ANSWER), metavar=shells, help="the shell to print a script for")
    parser.add_argument("words", nargs="*", help=SUPPRESS)


def _print_completions(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.shell != ANSWER:
        if arguments.words:
            raise UsageError(f"'completions {arguments.shell}' takes nothing more.")
        print_line(SCRIPTS[arguments.shell])
        return 0
    from reader.commands.line.completing import candidates

    for candidate in candidates(arguments.words, workspace):
        print_line(f"{candidate.text}\t{candidate.about}")
    return 0


COMMAND = Command(
    "completions",
    "Print a script that completes dailypapers in a shell: commands, options, and queries with your topics and tags.",
    (),
    _add_arguments,
    _print_completions,
)
