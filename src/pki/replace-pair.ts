import { action, type Action } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

export const replacePairScript = 'mv -T -- "$1" "$2" && mv -T -- "$3" "$4"';

interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Gives two files that were written aside their places, one right after the other, also when the connection is lost: a
 * key and its certificate are of no use beside another's.
 */
export const replacePair = (first: Move, second: Move): Action =>
  action(sh(replacePairScript, first.from, first.to, second.from, second.to));

/**
 * Gives a directory that was made aside (PLACE.dbctl-UNIQUE) its place, in one move. When two do so at the same time the
 * first stays: a place that holds `file` is only replaced when that was asked for.
 */
export const takePlace = (
  aside: string,
  place: string,
  { file, replace }: { readonly file: string; readonly replace: boolean },
): Action => action(script('pki/take-place.sh', aside, place, file, replace ? 'yes' : 'no'));
