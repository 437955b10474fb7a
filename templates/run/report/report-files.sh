#!/bin/bash
# Says each file below some paths: attributes, then path and content in base64; "-" in place of what stays on the host, because
# it is too large or a secret as a whole: keys, password files, and files of a store that hold a secret and nothing else.
# Bash: a name may hold anything but NUL.
# Arguments: the most bytes of a file, then paths.
largest=$1; shift
find "$@" -xdev -maxdepth 8 -type f -printf '%m %u:%g %s %TY-%Tm-%TdT%TH:%TM\t%p\0' 2>/dev/null |
while IFS= read -r -d '' line; do
  attributes=${line%%$'\t'*} path=${line#*$'\t'} content=-
  # shellcheck disable=SC2086 # words
  set -- $attributes
  case $path in
    *.key|*.pgpass|*password*|*/root-user|*/environment|*/users.json|*.p12) ;;
    *) [ "$3" -gt "$largest" ] || content=+$(base64 -w0 -- "$path") ;;
  esac
  printf '%s\t%s\t%s\n' "$attributes" "$(printf %s "$path" | base64 -w0)" "$content"
done
exit 0
