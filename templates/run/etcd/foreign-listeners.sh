#!/bin/sh
# Says who listens on ports that a unit is to have, as long as that unit does not run: "2379 etcd 4711".
# Arguments: the unit, the ports.
unit=$1
shift
case $(systemctl is-active -- "$unit") in active | activating | deactivating | reloading) exit 0 ;; esac
for port do
  ss -Hltnp "sport = :$port" | sed -n "s/.*((\"\([^\"]*\)\",pid=\([0-9]*\).*/$port \1 \2/p" | head -n 1
done
