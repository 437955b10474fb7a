#!/bin/sh
# Says how a unit is doing, and whether any process of it is left.
# Argument: unit.
systemctl show --property=LoadState,ActiveState,InvocationID,ControlPID,MainPID,Job,ControlGroup -- "$1"
group=$(systemctl show --property=ControlGroup -- "$1")
for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  [ -r "$tree/cgroup.procs" ] || continue
  if [ -n "${group#ControlGroup=}" ] && grep -q . "$tree${group#ControlGroup=}/cgroup.procs" 2>/dev/null
  then echo processes=yes; else echo processes=no; fi
  break
done
