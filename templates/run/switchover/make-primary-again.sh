#!/bin/sh
# Takes the standby.signal out of a data directory, safe on disk. Argument: data directory.
set -eu
rm -f -- "$1/standby.signal"
sync -- "$1"
