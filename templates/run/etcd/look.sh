#!/bin/sh
# Says what a member of etcd has on its host, and what it answers there.
# Arguments: the directory of its credentials, that of its data, its port for clients.
! [ -d "$2/member" ] || echo data=yes
command -v etcdctl > /dev/null || exit 0
[ -e "$1/root.key" ] || exit 0
ctl() {
  ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" --dial-timeout 2s --command-timeout 4s \
    --cacert "$dir/ca.crt" --cert "$dir/root.crt" --key "$dir/root.key" "$@" 2> /dev/null
}
dir=$1 port=$3
status=$(ctl endpoint status -w json) || exit 0
echo "status=$status"
echo "members=$(ctl member list -w json)"
! ctl endpoint health > /dev/null || echo health=yes
