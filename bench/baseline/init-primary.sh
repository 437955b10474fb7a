#!/bin/sh
# The same work as `dbctl init-primary`, as a plain script over ssh; run where .env.cluster is. For an empty host only:
# it cannot be run again, knows no plan, and trusts what it is given.

. "$(dirname "$0")/common.sh"

on "$control" >"$CLUSTER_NAME-ca.crt" <<SCRIPT
set -eu
umask 077
mkdir -p $pki
cd $pki
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=$CLUSTER_NAME \
  -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt 2>/dev/null
chmod 644 ca.crt
cat ca.crt
SCRIPT
credentials=$(issue "$primary_name" "$primary")

{
  install_credentials "$primary_name" "$credentials"
  cat <<SCRIPT
install -d -o postgres -g postgres -m 755 $(dirname "$data")
runuser -u postgres -- $bin/initdb -D $data --data-checksums --encoding=UTF8 --locale=C.UTF-8 \
  --auth-local=peer --auth-host=scram-sha-256 --no-instructions >/dev/null
SCRIPT
  run_server "$primary_name" "$primary"
  cat <<SCRIPT
runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 <<'SQL'
set log_statement = 'none';
create role "$POSTGRES_USER" login password '$POSTGRES_PASSWORD';
create role "$POSTGRES_APP_USER" login password '$POSTGRES_APP_PASSWORD';
create role "$POSTGRES_READONLY_USER" login password '$POSTGRES_READONLY_PASSWORD';
create role "$POSTGRES_REPLICATION_USER" login replication password '$POSTGRES_REPLICATION_PASSWORD';
grant pg_monitor to "$POSTGRES_USER";
create database "$POSTGRES_DB" owner "$POSTGRES_USER";
revoke all on database "$POSTGRES_DB" from public;
grant connect, temporary on database "$POSTGRES_DB" to "$POSTGRES_APP_USER";
grant connect on database "$POSTGRES_DB" to "$POSTGRES_READONLY_USER";
\\c "$POSTGRES_DB"
revoke all on schema public from public;
grant usage, create on schema public to "$POSTGRES_APP_USER";
grant usage on schema public to "$POSTGRES_READONLY_USER";
alter default privileges for role "$POSTGRES_USER" grant select on tables to "$POSTGRES_READONLY_USER";
alter default privileges for role "$POSTGRES_USER" grant select on sequences to "$POSTGRES_READONLY_USER";
alter default privileges for role "$POSTGRES_APP_USER" grant select on tables to "$POSTGRES_READONLY_USER";
alter default privileges for role "$POSTGRES_APP_USER" grant select on sequences to "$POSTGRES_READONLY_USER";
alter default privileges for role "$POSTGRES_USER" grant usage on schemas to "$POSTGRES_READONLY_USER", "$POSTGRES_APP_USER";
alter default privileges for role "$POSTGRES_USER" grant select, insert, update, delete on tables to "$POSTGRES_APP_USER";
alter default privileges for role "$POSTGRES_USER" grant usage, select on sequences to "$POSTGRES_APP_USER";
SQL
umask 077
passfile=\$(mktemp)
cat > \$passfile <<'PASSFILE'
*:*:*:$POSTGRES_USER:$POSTGRES_PASSWORD
*:*:*:$POSTGRES_APP_USER:$POSTGRES_APP_PASSWORD
*:*:*:$POSTGRES_READONLY_USER:$POSTGRES_READONLY_PASSWORD
*:*:*:$POSTGRES_REPLICATION_USER:$POSTGRES_REPLICATION_PASSWORD
PASSFILE
chown postgres \$passfile
login() {
  runuser -u postgres -- psql -XAtqw -d "host=$primary sslmode=verify-full sslrootcert=$(secrets_directory "$primary_name")/ca.crt passfile=\$passfile \$1" -c "\$2" >/dev/null
}
for role in "$POSTGRES_USER" "$POSTGRES_APP_USER" "$POSTGRES_READONLY_USER"; do
  login "user=\$role dbname=$POSTGRES_DB" 'select 1'
done
login "user=$POSTGRES_REPLICATION_USER replication=true" IDENTIFY_SYSTEM
rm \$passfile
SCRIPT
} | on "$primary"
