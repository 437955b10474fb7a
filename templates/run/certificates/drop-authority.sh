#!/bin/sh
# Puts the CA in next/ in the place of the one before it.
# While next/ is there, nobody reads the other two files: they need not fit together until it is gone.
# Argument: the directory of the CA.
set -eu
cd -- "$1"
if [ -e next/ca.key ]; then
  install -m 600 next/ca.key ca.key.dbctl-new
  install -m 644 next/ca.crt ca.crt.dbctl-new
  mv -T ca.key.dbctl-new ca.key
  mv -T ca.crt.dbctl-new ca.crt
  sync
  rm -rf next.dbctl-gone
  mv -T next next.dbctl-gone
fi
rm -rf next.dbctl-gone rotation
