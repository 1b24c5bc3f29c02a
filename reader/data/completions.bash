# Completes dailypapers in bash.
_dailypapers() {
    local line=${COMP_LINE:0:COMP_POINT} words word cut candidate
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]}-1]}
    # bash takes what stands before : and = for words of their own.
    cut=${word%"${word##*[:=]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        [[ $candidate == :files ]] && compopt -o default && return
        COMPREPLY+=("${candidate#"$cut"}")
    done < <("${words[0]}" completions answer -- "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
    return 0
}
complete -F _dailypapers dailypapers
