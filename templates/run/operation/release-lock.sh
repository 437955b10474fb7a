#!/bin/bash
# Ends the holder of one operation, and writes the line of standard input down; another operation's is left alone.
# Arguments: directory of locks, cluster, directory of journals, id of the operation.
lock=$1/$2.lock holder=$1/$2.holder journal=$3 file=$3/$2.jsonl id=$4
. ./append.sh
. ./see-holder.sh
IFS= read -r line
see_holder || exit 0
case $said in *"\"id\":\"$id\""*) ;; *) exit 0 ;; esac
append "$line"
kill -TERM "$pid"
exec 9<"$lock"
flock -s -w 3 9 && exit 0
kill -KILL "$pid"
flock -s -w 3 9
