#!/bin/sh
# Shows .history files of a repository, each below a line with its name.
# Arguments: configuration, stanza, directory in the repository, names.
config=$1 stanza=$2 archive=$3
shift 3
for name do
  echo "history $name"
  pgbackrest --config="$config" --stanza="$stanza" --log-level-console=off --log-level-stderr=error --repo=1 \
    --ignore-missing repo-get "$archive/$name" || exit
done
