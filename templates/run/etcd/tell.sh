#!/bin/sh
# Tells etcd something as its root.
# Arguments: the directory of a member's credentials, its port for clients, the words of etcdctl.
dir=$1 port=$2
shift 2
ETCDCTL_API=3 exec etcdctl --endpoints "127.0.0.1:$port" --cacert "$dir/ca.crt" --cert "$dir/root.crt" --key "$dir/root.key" "$@"
