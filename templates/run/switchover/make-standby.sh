#!/bin/sh
# Puts a standby.signal into a data directory, safe on disk. Argument: data directory.
set -eu
# shellcheck disable=SC2016 # the inner shell expands it
setpriv --reuid=postgres --regid=postgres --init-groups -- \
  sh -c 'umask 077 && : >>"$1/standby.signal" && sync -- "$1/standby.signal" "$1"' sh "$1"
