#!/bin/sh
# For who starts a server on purpose: the guard of its unit, where there is one, does not ask the other nodes.
# Argument of the function: unit.
expect_start() {
  instance=${1#postgresql@}
  [ ! -e "/etc/systemd/system/$1.d/dbctl-guard.conf" ] || : >"/run/dbctl-start-${instance%.service}"
}
