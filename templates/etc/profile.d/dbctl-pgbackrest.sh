# Written by dbctl: what root types is done as postgres. Files that root made in a repository would stop the next backup,
# and the TLS keys are postgres's.
# shellcheck shell=sh
if [ "$(id -u)" = 0 ]; then
  pgbackrest() (cd / && exec runuser -u postgres -- /usr/bin/pgbackrest "$@")
fi
