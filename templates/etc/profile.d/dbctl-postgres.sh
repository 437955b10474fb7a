# Written by dbctl: what postgres makes by hand is for postgres only, and what it typed into psql is not kept.
# shellcheck shell=sh
if [ "$(id -un)" = postgres ]; then
  umask 077
  export PSQL_HISTORY=/dev/null
fi
