#!/bin/bash
# Prints files, any number of them with three processes: owner, group and mode in one line, then the content. Each is
# opened once, so that all of that belongs together even while somebody replaces the file. One that is missing says nothing.
# Arguments: a delimiter, then an index and a path for each file. Each file ends with the delimiter, its index and 0 (or 1,
# and why it cannot be read), and the delimiter. An empty delimiter is for one file alone, which ends with the output.
delimiter=$1
shift
words=("$@") states=() opened=()
for ((i = 0; i < $#; i += 2)); do
  path=${words[i + 1]} state=missing
  if [ -f "$path" ]; then
    if exec {state}<"$path"; then opened+=("/dev/fd/$state"); else state=unreadable; fi
  elif [ -e "$path" ]; then
    state=unreadable
  fi
  states+=("$state")
done

attributes=()
[ "${#opened[@]}" = 0 ] || mapfile -t attributes < <(stat -L -c '%U:%G %a' "${opened[@]}")
[ "${#opened[@]}" = "${#attributes[@]}" ] || exit 1

# What is said between the contents is a file to cat, as they are.
text='' parts=()
say() {
  exec {said}<<<"$1"
  parts+=("/dev/fd/$said")
}
read=0
for ((i = 0; i < $#; i += 2)); do
  state=${states[i / 2]} end='0'
  case $state in
    missing) ;;
    unreadable) end="1"$'\n'"${words[i + 1]} is not a regular file, or cannot be read" ;;
    *)
      say "$text${attributes[read]}"
      parts+=("/dev/fd/$state")
      read=$((read + 1)) text=''
      ;;
  esac
  if [ -n "$delimiter" ]; then
    text+="$delimiter"$'\n'"${words[i]} $end"$'\n'"$delimiter"$'\n'
  elif [ "$state" = unreadable ]; then
    echo "${end#1?}" >&2
    exit 1
  fi
done
[ -z "$text" ] || say "${text%?}"
[ "${#parts[@]}" = 0 ] || exec cat "${parts[@]}"
