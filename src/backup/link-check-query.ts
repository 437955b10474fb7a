// pgBackRest's check, used for nothing but the links to the nodes. It writes no WAL.

import { askEnd, pgbackrest, type PgbackrestEnd, type PgbackrestPlace } from './pgbackrest-query.ts';
import type { Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

/** An empty place: the check reaches every host, finds nothing there, and ends before it switches WAL. */
const nowhere = '--repo1-path=/dbctl-check-of-links';

const script = 'edits=$1 config=$2; shift 2; sed "$edits" "$config" | "$@"';

/**
 * Reaches some of the nodes in the control host's configuration, by their numbers there (from 1), `all` being how many
 * there are. The others are not waited for: for each that is down, pgBackRest would try again for a minute.
 */
export function checkLinks(
  place: PgbackrestPlace,
  { numbers, all }: { readonly numbers: readonly number[]; readonly all: number },
  ...options: readonly string[]
): Query<PgbackrestEnd> {
  const check = (config: string) => pgbackrest({ ...place, config }, 'check', nowhere, ...options);
  if (numbers.length === all) return askEnd(check(place.config));
  const words = [editsFor(numbers, all), place.config, ...check('/dev/stdin')];
  return askEnd(sh(script, ...words));
}

/** The lines of the other nodes go, and these are numbered from 1 on, which pgBackRest insists on. */
function editsFor(numbers: readonly number[], all: number): string {
  const edits = Array.from({ length: all }, (_, index) => {
    const rank = numbers.indexOf(index + 1) + 1;
    return rank === 0 ? `/^pg${index + 1}-/d` : `s/^pg${index + 1}-/pg${rank}-/`;
  });
  return edits.join(';');
}
