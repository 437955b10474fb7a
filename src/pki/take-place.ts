import { action, type Action } from '../host/command.ts';

const script = `
set -eu
aside=$1 place=$2 file=$3 replace=$4
mv -T -- "$aside" "$place" 2>/dev/null ||
  { [ "$replace" = no ] && [ -e "$place/$file" ]; } ||
  { rm -rf -- "$place" && mv -T -- "$aside" "$place"; }
rm -rf -- "$place".dbctl-*
`;

/**
 * Gives a directory that was made aside (PLACE.dbctl-UNIQUE) its place, in one move. When two do so at the same time the
 * first stays: a place that holds `file` is only replaced when that was asked for.
 */
export const takePlace = (
  aside: string,
  place: string,
  { file, replace }: { readonly file: string; readonly replace: boolean },
): Action => action(['sh', '-c', script, 'sh', aside, place, file, replace ? 'yes' : 'no']);
