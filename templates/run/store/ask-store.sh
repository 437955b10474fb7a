#!/bin/sh
# Makes requests with curl, as its configuration on standard input says; before that the number of bodies, and each as base64.
# Bodies are files because a configuration file of curl cannot hold all bytes. `read` and `printf` are the shell's own, so
# that nothing of it is an argument of a program.
# Argument: ask (says how each request went), or tell (fails unless the store did it).
set -e
IFS= read -r count
umask 077
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
cd "$place"
n=0
while [ "$n" -lt "$count" ]; do
  IFS= read -r body
  [ -z "$body" ] || printf %s "$body" | base64 -d > body$n
  n=$((n + 1))
done
code=0
curl -q -K - > facts 2> said || code=$?
if [ "$1" = tell ]; then
  # Only these words of an answer: others may name the key.
  case $code-$(cat facts) in 0-*"status=2"*) exit 0 ;; esac
  cat said >&2
  grep -aoE '<(Code|Message)>[^<]*|"(Code|Message)":"[^"]*"' answer0 >&2
  exit 1
fi
printf '%s\n' "$code" "$(date +%s)"
head -n 1 said
[ -s said ] || echo
n=0
while [ "$n" -lt "$count" ]; do
  [ ! -e answer$n ] || echo "answer=$(head -c 1000000 answer$n | base64 -w 0)"
  n=$((n + 1))
done
cat facts
