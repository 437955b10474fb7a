#!/bin/sh
# Says the values that parameters will have after the next start; or "refused", and why it would not start.
# Arguments: the program postgres, the directory of the configuration, then parameters.
postgres=$1 config=$2
shift 2
for name do
  value=$("$postgres" -D "$config" -C "$name" 2>&1) || { printf 'refused\n%s\n' "$value"; exit 0; }
  printf '%s\n' "$value" | tail -n 1
done
