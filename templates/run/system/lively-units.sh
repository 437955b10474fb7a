#!/bin/sh
# Says which units run, or would at the next boot.
# Arguments: units.
for unit do
  active=$(systemctl is-active -- "$unit" || :) enabled=$(systemctl is-enabled -- "$unit" 2>/dev/null || :)
  case $active/$enabled in active/*|activating/*|deactivating/*|reloading/*|*/enabled) printf '%s\n' "$unit" ;; esac
done
