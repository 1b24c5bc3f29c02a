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
            *[:=]$'\t'*) open+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) closed+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    (( $#open )) && _describe dailypapers open -S ''
    (( $#closed )) && _describe dailypapers closed
}
if [[ $funcstack[1] == _dailypapers ]]; then
    _dailypapers "$@"
else
    compdef _dailypapers dailypapers
fi
