# Completes dailypapers in fish.
function __dailypapers_answer
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found ($words[1] completions answer -- $words[2..] "$word" 2>/dev/null)
    if string match -q ':files*' -- $found[1]
        __fish_complete_path "$word"
    else
        printf '%s\n' $found
    end
end
complete -c dailypapers -f -a '(__dailypapers_answer)'
