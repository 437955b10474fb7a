#!/bin/sh
# The same work as `dbctl add-replica NAME`, as a plain script over ssh; run where .env.cluster is.
# Usage: add-replica.sh NAME [COMPRESSION]

. "$(dirname "$0")/common.sh"

name=$1 compression=${2:-none}
for node in $replicas; do
  [ "${node%%=*}" != "$name" ] || address=${node#*=}
done
own=$(secrets_directory "$name")
slot=dbctl_$name

on "$primary" <<SCRIPT
set -eu
runuser -u postgres -- psql -XAtqw -c "select pg_create_physical_replication_slot('$slot', true)" >/dev/null
SCRIPT
credentials=$(issue "$name" "$address")

{
  install_credentials "$name" "$credentials"
  cat <<SCRIPT
install -d -o postgres -g postgres -m 755 $(dirname "$data")
runuser -u postgres -- $bin/pg_basebackup -w -D $data -R -X stream -S $slot -c fast --compress=$compression -d "host=$primary port=5432 \\
user=$POSTGRES_REPLICATION_USER passfile=$own/replication.pgpass application_name=$name sslmode=verify-full \\
sslrootcert=$own/ca.crt channel_binding=require keepalives_idle=10 keepalives_interval=5 keepalives_count=3"
runuser -u postgres -- $bin/pg_verifybackup $data >/dev/null
sync -f $data
SCRIPT
  run_server "$name" "$address"
} | on "$address"

position=$(on "$primary" <<SCRIPT
set -eu
runuser -u postgres -- psql -XAtqwc 'select pg_current_wal_flush_lsn()'
until [ "\$(runuser -u postgres -- psql -XAtqwc "select state from pg_stat_replication where application_name = '$name'")" = streaming ]
do sleep 0.05; done
SCRIPT
)
on "$address" <<SCRIPT
until [ "\$(runuser -u postgres -- psql -XAtqwc "select pg_last_wal_replay_lsn() >= '$position'")" = t ]; do sleep 0.05; done
SCRIPT
