#!/bin/sh
# Gives a user of etcd the password on standard input.
# Arguments: the directory of a member's credentials, its port for clients, the user.
ETCDCTL_API=3 exec etcdctl --endpoints "127.0.0.1:$2" --cacert "$1/ca.crt" --cert "$1/root.crt" --key "$1/root.key" \
  user passwd "$3" --interactive=false > /dev/null
