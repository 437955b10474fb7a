#!/bin/sh
# Stops units, now and at every boot; transient ones too.
# Arguments: units.
for unit do
  systemctl disable -q --now -- "$unit" 2>/dev/null
  systemctl stop -- "$unit" 2>/dev/null
  systemctl reset-failed -- "$unit" 2>/dev/null
done
:
