# What the two baseline scripts share: the cluster's file, ssh, filled templates. Sourced with the cluster's directory
# as the current one. No mux, few sessions: what a careful person would write by hand.

set -eu
. ./.env.cluster
templates=$(cd "$(dirname "$0")/../../templates" && pwd)
version=$POSTGRES_VERSION
data=/var/lib/postgresql/$version/main
config=/etc/postgresql/$version/main
bin=/usr/lib/postgresql/$version/bin
primary=${CLUSTER_DB_PRIMARY_HOST#*=} primary_name=${CLUSTER_DB_PRIMARY_HOST%%=*}
control=${CLUSTER_CONTROL_HOST#*=}
replicas=$(echo "$CLUSTER_DB_REPLICA_HOSTS" | tr ',' ' ')
pki=/etc/dbctl/pki/$CLUSTER_NAME

on() { # on <address>: the script on standard input
  ssh -i "$CLUSTER_SSH_KEY" -o UserKnownHostsFile="$CLUSTER_SSH_KNOWN_HOSTS" -o BatchMode=yes \
    -o StrictHostKeyChecking=yes "$CLUSTER_SSH_USER@$1" sh -s
}

fill() { # fill <template> name=value…: values hold no newline, but \n stands for one
  template=$1
  shift
  program=
  for pair do
    program="$program
s|{{ ${pair%%=*} }}|${pair#*=}|g"
  done
  sed "$program" "$templates/$template"
}

secrets_directory() { echo "/etc/dbctl/$CLUSTER_NAME/$1"; }

settings() { # settings <node name> <address>
  own=$(secrets_directory "$1")
  fill etc/postgresql/conf.d/dbctl.conf \
    "cluster=$CLUSTER_NAME" "cluster_name='$CLUSTER_NAME/$1'" "listen_addresses='localhost, $2'" port=5432 \
    "certificate_file='$own/server.crt'" "key_file='$own/server.key'" "ca_file='$own/ca.crt'" \
    slot_wal_gigabytes=10 "log_name=postgresql-$version-main" parameters=
}

rules() {
  replication= clients=
  for node in "$CLUSTER_DB_PRIMARY_HOST" $replicas "$CLUSTER_CONTROL_HOST"; do
    from=${node#*=}
    [ "$node" = "$CLUSTER_CONTROL_HOST" ] ||
      replication="$replication\\nhostssl replication \"$POSTGRES_REPLICATION_USER\" $from/32 scram-sha-256"
    clients="$clients\\nhostssl \"$POSTGRES_DB\" \"$POSTGRES_USER\",\"$POSTGRES_APP_USER\",\"$POSTGRES_READONLY_USER\" $from/32 scram-sha-256"
  done
  clients="$clients\\nhostssl \"$POSTGRES_DB\" \"$POSTGRES_USER\",\"$POSTGRES_APP_USER\",\"$POSTGRES_READONLY_USER\" $CLUSTER_ALLOWED_CIDRS scram-sha-256"
  fill etc/postgresql/pg_hba.conf "cluster=$CLUSTER_NAME" "replication_rules=$replication" "client_rules=$clients"
}

issue() { # issue <node name> <address>: its key and certificate, made on the control host, on standard output
  on "$control" <<SCRIPT
set -eu
cd $pki
work=\$(mktemp -d)
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$1 \\
  -keyout \$work/server.key -out \$work/server.csr 2>/dev/null
printf 'subjectAltName=DNS:%s,IP:%s\nextendedKeyUsage=serverAuth\n' $1 $2 > \$work/extensions
openssl x509 -req -in \$work/server.csr -CA ca.crt -CAkey ca.key -days 397 -extfile \$work/extensions \\
  -out \$work/server.crt 2>/dev/null
cat \$work/server.key \$work/server.crt ca.crt
rm -r \$work
SCRIPT
}

# The start of what is run on a node: its credentials (from the here-document below it) and the files that need no value.
install_credentials() { # install_credentials <node name> <credentials>
  own=$(secrets_directory "$1")
  cat <<SCRIPT
set -eu
. /etc/os-release; [ "\$ID" = debian ]; [ -d /run/systemd/system ]
[ -z "\$(ss -Hltn 'sport = :5432')" ]
[ ! -e $data/PG_VERSION ]
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/dbctl.conf
dpkg-query -W -f='\${db:Status-Abbrev}' postgresql-$version | grep -q ii || apt-get install -qy postgresql-$version
mkdir -p $own
umask 077
cat > $own/all <<'PEM'
$2
PEM
sed -n '1,/END PRIVATE KEY/p' $own/all > $own/server.key
sed '1,/END PRIVATE KEY/d' $own/all | sed '/END CERTIFICATE/q' > $own/server.crt
sed '1,/END CERTIFICATE/d' $own/all > $own/ca.crt
rm $own/all
cat > $own/replication.pgpass <<'PASSFILE'
$primary:5432:*:$POSTGRES_REPLICATION_USER:$POSTGRES_REPLICATION_PASSWORD
PASSFILE
chown postgres:postgres $own/server.key $own/server.crt $own/replication.pgpass
chmod 644 $own/ca.crt $own/server.crt
umask 022
SCRIPT
}

# From a data directory to a server that answers.
run_server() { # run_server <node name> <address>
  cat <<SCRIPT
unit=postgresql@$version-main.service
mkdir -p /etc/systemd/system/\$unit.d
cat > /etc/systemd/system/\$unit.d/dbctl.conf <<'UNIT'
$(fill etc/systemd/system/postgresql@.service.d/dbctl.conf)
UNIT
for file in postgresql.conf pg_hba.conf pg_ident.conf; do
  [ -e $data/\$file ] || install -o postgres -g postgres -m 600 /usr/share/postgresql/$version/\$file.sample $data/\$file
done
pg_createcluster $version main -d $data -p 5432 --start-conf=auto >/dev/null
cat > $config/conf.d/dbctl.conf <<'SETTINGS'
$(settings "$1" "$2")
SETTINGS
cat > $config/pg_hba.conf <<'RULES'
$(rules)
RULES
chown postgres:postgres $config/conf.d/dbctl.conf $config/pg_hba.conf
chmod 640 $config/conf.d/dbctl.conf
chmod 600 $config/pg_hba.conf
runuser -u postgres -- $bin/postgres -D $config -C port >/dev/null
systemctl daemon-reload
systemctl start --no-block \$unit
until $bin/pg_isready -qh /var/run/postgresql; do sleep 0.05; done
[ "\$(runuser -u postgres -- psql -XAtc "select count(*) from pg_hba_file_rules where error is not null")" = 0 ]
SCRIPT
}
