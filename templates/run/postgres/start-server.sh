#!/bin/sh
# Begins the start of a unit. One that is "activating" without a process of its own will never be more: it is stopped
# first. Without --no-block it would wait as long as the start takes: the unit's own time limit is infinite.
# Argument: unit.
. ./expect-start.sh
expect_start "$1"
systemctl reset-failed "$1" 2>/dev/null
group=$(systemctl show --property=ControlGroup -- "$1")
if systemctl show --property=ActiveState -- "$1" | grep -q '=activating$' &&
  ! cat "/sys/fs/cgroup${group#ControlGroup=}/cgroup.procs" "/sys/fs/cgroup/systemd${group#ControlGroup=}/cgroup.procs" 2>/dev/null | grep -q .
then
  systemctl stop "$1"
fi
exec systemctl start --no-block "$1"
