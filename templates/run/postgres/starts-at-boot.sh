#!/bin/sh
# Whether systemd would start a server at the next boot: its unit, its configuration directory.
# postgresql.service starts every instance whose start.conf says auto; a unit that was enabled by name needs neither, but
# for a start.conf that forbids every start. What is masked never starts.
enabled() { systemctl -q is-enabled -- "$1" 2>/dev/null; }
says() { grep -qxE "[[:space:]]*$1[[:space:]]*(#.*)?" "$2/start.conf" 2>/dev/null; }
state=$(systemctl is-enabled -- "$1" 2>/dev/null)
case $state in
  masked*) echo no ;;
  *)
    if says disabled "$2"; then echo no
    elif enabled postgresql.service && says auto "$2"; then echo yes
    elif [ "$state" = enabled ]; then echo yes
    else echo no; fi
    ;;
esac
