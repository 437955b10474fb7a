#compdef dbctl
# Completion of dbctl in zsh. To have it in every shell: source <(dbctl completion zsh)
_dbctl() {
  local line value about tab=$'\t'
  local -a candidates
  for line in "${(@f)$(dbctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) _files ;;
      :directories) _files -/ ;;
      *)
        value=${line%%$tab*} about=${line#*$tab}
        candidates+=("${value//:/\\:}${about:+:$about}")
        ;;
    esac
  done
  (( $#candidates == 0 )) || _describe -t values dbctl candidates
}
if [[ $funcstack[1] == _dbctl ]]; then _dbctl "$@"; else compdef _dbctl dbctl; fi
