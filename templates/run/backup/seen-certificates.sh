#!/bin/sh
# Says what is shown for each credential, and what its files hold. openssl is there: PostgreSQL's packages bring it.
# Six arguments for each: certificate, key, authority, address (empty without a port), protocol, name to ask for.
file() { [ ! -e "$1" ] || base64 -w 0 -- "$1"; }
while [ $# -gt 0 ]; do
  echo "certificate=$(file "$1")"
  echo "authority=$(file "$3")"
  own=$(openssl x509 -in "$1" -pubkey -noout 2>/dev/null)
  [ -n "$own" ] && [ "$own" = "$(openssl pkey -in "$2" -pubout 2>/dev/null)" ] && echo pair=yes || echo pair=no
  shown=
  if [ -n "$4" ]; then
    start=; [ "$5" = postgres ] && start='-starttls postgres'
    name=-noservername; [ -n "$6" ] && name="-servername $6"
    # shellcheck disable=SC2086 # words
    shown=$(timeout 5 openssl s_client -connect "$4" $start $name </dev/null 2>/dev/null |
      openssl x509 2>/dev/null | base64 -w 0)
  fi
  echo "shown=$shown"
  shift 6
done
