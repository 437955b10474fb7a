#!/bin/bash
# Adds the line of standard input to the journal of a cluster.
# Arguments: directory of journals, cluster, "sync" for a line that outlives a power cut.
journal=$1 file=$1/$2.jsonl
. ./append.sh
IFS= read -r said && append "$said" "$3"
