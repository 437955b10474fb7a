#!/bin/sh
# What forbids every start of a server: its unit is masked, or postgresql-common is told so. Nothing where it may start.
# Arguments: unit, its configuration directory.
case $(systemctl is-enabled -- "$1" 2>/dev/null) in masked*) echo "$1 is masked"; exit ;; esac
grep -qxE '[[:space:]]*disabled[[:space:]]*(#.*)?' "$2/start.conf" 2>/dev/null || exit 0
echo "$2/start.conf says disabled"
