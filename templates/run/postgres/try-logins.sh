#!/bin/sh
# Logs in once for each connection string, and says how that went. The password file comes by standard input.
# Arguments: bin directory, then connection strings.
psql=$1/psql
shift
umask 077
passfile=$(mktemp)
trap 'rm -f "$passfile"' EXIT
cat > "$passfile"
for connection do
  case $connection in *" replication="*) ask=IDENTIFY_SYSTEM ;; *) ask='select 1' ;; esac
  if message=$("$psql" -XAtqw -d "$connection passfile='$passfile'" -c "$ask" 2>&1 >/dev/null); then echo ok
  else echo "failed: $(echo "$message" | tr '\n' ' ')"; fi
done
