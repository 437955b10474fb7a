#!/bin/sh
# Removes the data, the configuration and the logs of a node. What was kept of earlier nodes stays.
# Arguments: data directory, directory of the configuration, beginning of the names of log files.
set -eu
data=$1 config=$2 log=/var/log/postgresql/$3
rm -rf -- "$config" "$data" "$data".dbctl-*
rm -f -- "$log".log* "$log"-???.log
systemctl daemon-reload
