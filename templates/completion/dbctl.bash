# Completion of dbctl in bash. To have it in every shell: source <(dbctl completion bash)
# shellcheck shell=bash
_dbctl() {
  local word=${COMP_WORDS[COMP_CWORD]} line file
  # bash makes words of --from=auto: --from, = and auto.
  [[ $word != '=' ]] || word=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files | :directories)
        compopt -o filenames 2>/dev/null
        while IFS= read -r file; do
          COMPREPLY+=("$file")
        done < <(if [[ $line == :files ]]; then compgen -f -- "$word"; else compgen -d -- "$word"; fi)
        ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <(dbctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _dbctl dbctl
