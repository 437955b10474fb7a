# Completion of dbctl in fish. To have it in every shell:
#   dbctl completion fish > ~/.config/fish/completions/dbctl.fish
function __dbctl_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -e before[1]
    for line in (dbctl __complete $before "$word" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$word"
            case :directories
                __fish_complete_directories "$word"
            case '*'
                echo $line
        end
    end
end
complete -c dbctl -f -a '(__dbctl_complete)'
