#!/bin/bash
# Written by dbctl for cluster {{ cluster }}; changes made here are lost.
# Answers one HTTP request of a gateway: 200 when the node is what the path asks for, 503 when it is not.
#   GET /primary   takes writes
#   GET /replica   streams, and is at most max_lag seconds behind
#   GET /any       answers SQL
# The age of the last commit counts only while there is WAL to replay: an idle primary makes nobody late.
set -u
gateways='{{ gateways }}' bin='{{ bin }}' port='{{ port }}' max_lag='{{ max_lag }}'
case " $gateways " in *" ${REMOTE_ADDR#::ffff:} "*) ;; *) exit 0 ;; esac

read -r -t 2 _ path _ || exit 0
while read -r -t 2 line && [ -n "${line%$'\r'}" ]; do :; done

role=$(timeout 2 "$bin/psql" -XAtqw -h /var/run/postgresql -p "$port" -d postgres -c "
  select case
    when not pg_is_in_recovery() then 'primary'
    when not exists (select from pg_stat_wal_receiver where status = 'streaming') then 'replica that does not stream'
    when pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()
      and extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) > $max_lag then 'replica that lags'
    else 'replica' end" 2>/dev/null) || role='no answer'

case $path/$role in
  /primary/primary | /replica/replica | /any/primary | /any/replica*) status='200 OK' ;;
  *) status='503 Service Unavailable' ;;
esac
printf 'HTTP/1.0 %s\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n%s\n' "$status" "$role"
