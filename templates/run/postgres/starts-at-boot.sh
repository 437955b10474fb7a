#!/bin/sh
# Whether systemd would start a server at the next boot: its unit, its configuration directory.
# postgresql.service starts every instance whose start.conf says auto; a unit that was enabled by name needs neither.
enabled() { systemctl -q is-enabled -- "$1" 2>/dev/null; }
if enabled postgresql.service && grep -qxE '[[:space:]]*auto[[:space:]]*(#.*)?' "$2/start.conf" 2>/dev/null; then
  echo yes
elif [ "$(systemctl is-enabled -- "$1" 2>/dev/null)" = enabled ]; then
  echo yes
else
  echo no
fi
