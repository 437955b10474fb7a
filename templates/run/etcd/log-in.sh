#!/bin/sh
# Logs in to etcd as Patroni does, and says whether it was let in: yes, no, or nothing where no member answers.
# Standard input is the request. Arguments: CA, certificate and key of the client, and the members as HOST:PORT.
ca=$1 certificate=$2 key=$3
shift 3
request=$(cat)
for member do
  answer=$(printf %s "$request" | curl -q -s -m 5 --noproxy '*' --cacert "$ca" --cert "$certificate" --key "$key" \
    --data-binary @- "https://$member/v3/auth/authenticate") || continue
  case $answer in *'"token"'*) echo yes; exit ;; *'"code"'*) echo no; exit ;; esac
done
:
