import { action, type Action } from '../host/command.ts';

// While next/ is there, nobody reads the other two files: they need not fit together until it is gone.
const script = `
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
`;

/** Puts the CA in next/ in the place of the one before it, and removes the mark of the rotation; safe to repeat. */
export const dropAuthority = (directory: string): Action => action(['sh', '-c', script, 'sh', directory]);

/** Removes the mark of a rotation. */
export const removeMark = (path: string): Action => action(['rm', '-f', '--', path]);
