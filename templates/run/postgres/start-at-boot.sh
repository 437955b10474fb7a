#!/bin/sh
# Makes systemd start a server at every boot: its unit, its configuration directory.
# postgresql.service starts every instance whose start.conf says auto; what is masked is never started.
set -eu
systemctl -q unmask -- "$1" postgresql.service
systemctl -q unmask --runtime -- "$1" postgresql.service
if ! grep -qxE '[[:space:]]*auto[[:space:]]*(#.*)?' "$2/start.conf"; then
  sed -i -E 's/^[[:space:]]*[^#[:space:]].*$/auto/' "$2/start.conf"
  grep -qx auto "$2/start.conf" || echo auto >>"$2/start.conf"
fi
systemctl -q enable postgresql.service 2>/dev/null || systemctl -q enable -- "$1"
systemctl daemon-reload
