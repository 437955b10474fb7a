#!/bin/bash
# Holds the lock of a cluster while it is spoken to. sudo takes SSH_CLIENT away; the process that called it still has it.
# INT is ignored because Ctrl-C at a terminal reaches a holder on the same machine too, and ends dbctl's work only after
# the running step.
# Arguments: directory of locks, cluster, directory of journals, id of the operation, seconds without a sign of life, and
# "again" when the lock was let go in a pause: it is had again when nobody had it since, and nobody took it away.
lock=$1/$2.lock holder=$1/$2.holder journal=$3 file=$3/$2.jsonl id=$4 patience=$5 again=$6
step=null from=local held=
. ./append.sh
. ./see-holder.sh
show() {
  printf '%s\n{"since":%s,"from":"%s","step":%s,%s\n' "$$" "$since" "$from" "$step" "$who" >"$holder.new" &&
    mv -fT -- "$holder.new" "$holder"
}
leave() {
  append "\"kind\":\"end\",\"id\":\"$id\",\"result\":\"interrupted\",\"why\":\"$1\",\"step\":$step}"
  exit 1
}
trap '' PIPE INT HUP
trap 'exit 143' TERM
umask 027
IFS= read -r who || exit 1
[ -d "$1" ] || mkdir -p -- "$1" || exit 1
exec 9>>"$lock" || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
  flock -n 9 && held=yes && break
  see_holder && break
  said=
  sleep 0.1
done
if [ -z "$held" ]; then
  printf 'busy %s %s\n' "$EPOCHREALTIME" "$said"
  exit 0
fi
before=$([ ! -e "$file" ] || tail -c 20000 -- "$file" | grep -E '^[{]"at":[0-9.]*,"kind":"(begin|end)"')
if [ -n "$again" ]; then
  case ${before##*$'\n'} in
    *'"kind":"begin"'*"\"id\":\"$id\""* | *'"kind":"end"'*"\"id\":\"$id\""*'"result":"interrupted"'*) ;;
    *) echo passed; exit 0 ;;
  esac
fi
trap 'rm -f -- "$holder"' EXIT
for place in /proc/$$/environ "/proc/$PPID/environ"; do
  while IFS= read -r -d '' variable; do
    case $variable in SSH_CLIENT=*) from=${variable#*=} from=${from%% *} ;; esac
  done 2>/dev/null <"$place"
done
case $from in *[!0-9A-Za-z:.%_-]*) from=unknown ;; esac
since=$EPOCHREALTIME
[ -z "$before" ] || printf '%s\n' "$before"
echo held
show
append "\"kind\":\"begin\",\"from\":\"$from\",$who" sync
while :; do
  IFS=' ' read -r -t "$patience" word rest
  status=$?
  [ $status -le 128 ] || leave "no sign of life for $patience s"
  [ $status = 0 ] || leave 'the connection ended'
  case $word in
    beat) echo "ack $rest" 2>/dev/null ;;
    step) step=$rest; show ;;
    end) rm -f -- "$holder"; echo ended 2>/dev/null; append "$rest"; exit 0 ;;
  esac
done
