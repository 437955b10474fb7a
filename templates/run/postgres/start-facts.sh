#!/bin/sh
# As what a server would start. Arguments: data directory, directory of the programs.
. ./start-lines.sh
start_lines "$1" "$2"
