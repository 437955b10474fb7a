#!/bin/sh
# Lets systemd read what asks other nodes before a start. A server that runs already has been running since the host booted.
# Argument: unit.
set -eu
systemctl daemon-reload
instance=${1#postgresql@}
if systemctl is-active --quiet -- "$1"; then : >"/run/dbctl-ran-${instance%.service}"; fi
