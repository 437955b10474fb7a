#!/bin/sh
# Gives a running server back to systemd's own unit, without a restart; one that does not run is not started.
# Arguments: unit, what kept it from running, the program that moves the server, data directory, Patroni's configuration.
set -eu
rm -f -- "$5" "$2"
systemctl daemon-reload
pid=$(head -n 1 "$4/postmaster.pid" 2>/dev/null || :)
[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$4")" ] || exit 0
if systemctl -q is-active -- "$1"; then
  group=$(systemctl show --property=ControlGroup -- "$1")
  sh "$3" "$4" "${group#ControlGroup=}"
else
  printf '[Service]\nExecStartPre=+/bin/sh %s %s\n' "$3" "$4" >"$2"
  systemctl daemon-reload
  # It runs: nobody needs to be asked whether it may.
  instance=${1#postgresql@}
  : >"/run/dbctl-start-${instance%.service}"
  systemctl reset-failed -- "$1" 2>/dev/null || :
  systemctl start -- "$1"
  rm -f -- "$2"
  systemctl daemon-reload
fi
