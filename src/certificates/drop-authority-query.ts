import { action, type Action } from '../host/command.ts';
import { script } from '../host/script.ts';

/** Puts the CA in next/ in the place of the one before it, and removes the mark of the rotation; safe to repeat. */
export const dropAuthority = (directory: string): Action =>
  action(script('certificates/drop-authority.sh', directory));

/** Removes the mark of a rotation. */
export const removeMark = (path: string): Action => action(['rm', '-f', '--', path]);
