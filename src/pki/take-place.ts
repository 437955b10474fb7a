import { action, type Action } from '../host/command.ts';
import { script } from '../host/script.ts';

/**
 * Gives a directory that was made aside (PLACE.dbctl-UNIQUE) its place, in one move. When two do so at the same time the
 * first stays: a place that holds `file` is only replaced when that was asked for.
 */
export const takePlace = (
  aside: string,
  place: string,
  { file, replace }: { readonly file: string; readonly replace: boolean },
): Action => action(script('pki/take-place.sh', aside, place, file, replace ? 'yes' : 'no'));
