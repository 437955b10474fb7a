#!/bin/sh
# Removes a copy that is of no use, with what it has in tablespaces.
# Arguments: data directory.
set -eu
. ./../postgres/places.sh
remove_data "$(real "$1")"
