#!/bin/sh
# How a server ended, by its control file. Arguments: data directory, directory of the programs.
LC_ALL=C "$2/pg_controldata" -D "$1" |
  sed -n 's/^Database cluster state: */state=/p; s/^Latest checkpoint location: */checkpoint=/p'
