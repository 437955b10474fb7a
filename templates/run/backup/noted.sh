#!/bin/sh
# Written by dbctl. Makes a backup, and writes down how it ended: a backup that fails at night must be known in the morning.
# One that was cut off has a beginning and no end. Ends with the exit code of the work.
# A server that accepts connections and does not answer (frozen) would keep pgBackRest waiting for half an hour: it is left
# out. A replica that does not replay WAL (paused, delayed, stuck) ends a backup from it with 82: another one is taken, and
# the primary when there is none.
# Arguments: the file to write it down in, then the argv of the work, with --config=FILE in it.
set -u
export LC_ALL=C
note=$1
shift
mkdir -p -- "$(dirname -- "$note")"
write() { cat >"$note.$$" && mv -T -- "$note.$$" "$note"; }
began=$(date +%s)
echo "began=$began" | write
exec 3>&1
run() { code=$({ { "$@" 2>&1; echo $? >&4; } | tee -- "$note.said.$$" >&3; } 4>&1); }

config=/dev/null
for word in "$@"; do case $word in --config=*) config=${word#--config=} ;; esac; done
nodes=$(sed -n 's/^pg\([0-9]*\)-path=.*/\1/p' "$config")
value() { sed -n "s/^pg$1-$2=//p" "$config"; }
# The numbers of the nodes that are left out. The work is done with a configuration of its own where there are any.
run_without() {
  out=$1
  shift
  case $out in *[0-9]*) ;; *) run "$@"; return ;; esac
  # pgBackRest wants their numbers without gaps.
  (umask 077 && awk -v out=" $out " '/^pg[0-9]+-/ {
      number = $0; sub(/^pg/, "", number); sub(/-.*/, "", number)
      if (index(out, " " number " ")) next
      if (!(number in others)) others[number] = ++count
      sub(/^pg[0-9]+/, "pg" others[number])
    } { print }' "$config" >"$note.conf.$$")
  for word in "$@"; do
    shift
    case $word in --config=*) set -- "$@" "--config=$note.conf.$$" ;; *) set -- "$@" "$word" ;; esac
  done
  run "$@"
  rm -f -- "$note.conf.$$"
}

# Whether a server takes a connection, and says nothing in eight seconds.
is_silent() {
  # shellcheck disable=SC2016 # bash's own words
  heard=$(timeout 8 bash -c 'exec 3<>"/dev/tcp/$1/$2" && echo connected && printf "\0\0\0\10\4\322\026\057" >&3 &&
    head -c 1 <&3' bash "$1" "$2" 2>/dev/null)
  [ "$heard" = connected ]
}
silent='' passed=''
for node in $nodes; do
  host=$(value "$node" host) port=$(value "$node" port)
  if is_silent "${host:-127.0.0.1}" "$port"; then
    silent="$silent $node"
    passed="the server on ${host:-this host}, port $port, accepts connections and does not answer"
    echo "$passed: no backup is made from it"
  fi
done
# Of nobody nothing can be said.
[ "$(echo "$silent" | wc -w)" -lt "$(echo "$nodes" | wc -w)" ] || silent=''

run_without "$silent" "$@"
if [ "$code" = 82 ]; then
  passed=$(grep -F '[082]' "$note.said.$$" | head -n 1)
  echo 'once more, without that replica: it may be one that does not replay WAL'
  for node in $nodes; do
    case " $silent " in *" $node "*) continue ;; esac
    run_without "$silent $node" "$@"
    # 56: that was the primary. 82: it was another one.
    case $code in 56 | 82) ;; *) break ;; esac
  done
  case $code in 56 | 82) run_without "$silent" "$@" --no-backup-standby ;; esac
fi
{
  printf 'began=%s\nended=%s\ncode=%s\n' "$began" "$(date +%s)" "$code"
  if [ -n "$passed" ]; then printf 'passed=%s\n' "${passed##*ERROR: }"; fi
  tail -n 30 -- "$note.said.$$" | sed 's/^/said=/'
} | write
rm -f -- "$note.said.$$"
exit "$code"
