#!/bin/sh
# Makes etcd ask who one is: its root is who has a certificate of that name, and one user with a password may use one
# prefix. The password comes on standard input.
# Arguments: the directory of a member's credentials, its port for clients, the user and its role, the prefix,
# whether the role has other rights so far (yes, no).
set -eu
dir=$1 port=$2 user=$3 prefix=$4 wrong=$5
IFS= read -r password
ctl() {
  ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" --cacert "$dir/ca.crt" --cert "$dir/root.crt" --key "$dir/root.key" "$@" > /dev/null
}
is() { ctl "$@" 2> /dev/null; }
is user get root || ctl user add root --no-password
is role get root || ctl role add root
ctl user grant-role root root
[ "$wrong" = no ] || ctl role delete "$user"
is role get "$user" || ctl role add "$user"
ctl role grant-permission --prefix=true "$user" readwrite "$prefix"
is user get "$user" || printf '%s\n' "$password" | ctl user add "$user" --interactive=false
ctl user grant-role "$user" "$user"
ctl auth enable
