#!/bin/bash
# Written by dbctl for node {{ node }} of cluster {{ cluster }}; changes made here are lost.
# Patroni stops its server before its lease ends. One that hangs, or cannot be started any more, does not, and another node
# leads then beside this one. So a server that takes writes, and whose Patroni has answered nothing for {{ limit }} s, is killed
# together with it, before that: systemd starts Patroni again, and it follows whoever leads.
set -u
unit='{{ unit }}' data='{{ data }}' limit='{{ limit }}'

# Seconds since the boot: the clock may be set meanwhile.
now() { local up _; read -r up _ </proc/uptime; echo "${up%.*}"; }

at() { curl -sk --noproxy '*' -o /dev/null --max-time 2 "https://$1/liveness"; }

# Where it was when this was written, or where its configuration says that it is by now.
answers() {
  local moved
  at '{{ address }}' && return
  moved=$(sed -n '/"restapi"/,/}/s/.*"listen": *"\(.*\)".*/\1/p' '{{ config }}' 2>/dev/null)
  [ -n "$moved" ] && [ "$moved" != '{{ address }}' ] && at "$moved"
}

# The pid of the server, where it runs: the file that a dead one left may name another process by now.
server() {
  local pid
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
  [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$data")" ] && echo "$pid"
}

# Nobody is elected beside a paused one, and one that was told to stop does so.
is_meant() {
  grep -q '"pause": *true' "$data/patroni.dynamic.json" 2>/dev/null && return
  case $(systemctl is-active -- "$unit") in inactive | deactivating) true ;; *) false ;; esac
}

# Patroni must have answered once before its silence means anything.
until answers; do sleep 2; done
heard=$(now) missed=0
while sleep 2; do
  if answers; then
    heard=$(now) missed=0
    continue
  fi
  missed=$((missed + 1))
  # A machine that stood still, and goes on, has missed one answer.
  if [ "$missed" -lt 3 ] || [ $(($(now) - heard)) -lt "$limit" ]; then continue; fi
  if pid=$(server) && [ ! -e "$data/standby.signal" ] && ! is_meant; then
    echo "Patroni has answered nothing for $(($(now) - heard)) s, and its server takes writes: both are killed before another node leads."
    systemctl kill -s KILL -- "$unit" 2>/dev/null
    kill -KILL "$pid" 2>/dev/null
  fi
  heard=$(now) missed=0
done
