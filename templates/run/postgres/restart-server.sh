#!/bin/sh
# Begins a restart of a unit, and does not wait for it. Argument: unit.
. ./expect-start.sh
expect_start "$1"
exec systemctl restart --no-block -- "$1"
