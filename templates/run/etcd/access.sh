#!/bin/sh
# Says who may do what in etcd, and whether it asks who one is.
# Arguments: the directory of a member's credentials, its port for clients, a user, its role.
dir=$1 port=$2 user=$3 role=$4
command -v etcdctl > /dev/null || exit 0
[ -e "$dir/root.key" ] || exit 0
ctl() {
  credential=$1
  shift
  ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" --dial-timeout 2s --command-timeout 4s \
    --cacert "$dir/ca.crt" --cert "$dir/$credential.crt" --key "$dir/$credential.key" "$@" 2> /dev/null
}
root=$(ctl root -w json user get root) && echo "root=$root"
found=$(ctl root -w json user get "$user") && echo "user=$found"
found=$(ctl root -w json role get "$role") && echo "role=$found"
# A member's own certificate names nobody who has rights: it reads as long as nobody is asked who he is.
if ctl server get dbctl > /dev/null; then echo auth=off; elif ctl root get dbctl > /dev/null; then echo auth=on; fi
