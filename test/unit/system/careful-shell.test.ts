import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { render } from '../../../src/model/render.ts';

const profile = render('etc/profile.d/dbctl-postgres.sh', {});

/** umask and $PSQL_HISTORY in a login shell of that account. */
function shellOf(account: string): readonly string[] {
  const script = [
    `id() { echo ${account}; }`,
    'umask 022; unset PSQL_HISTORY',
    profile,
    'umask; echo "$PSQL_HISTORY"',
  ].join('\n');
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

test('what postgres makes by hand is private, and its psql keeps no history', () => {
  expect(shellOf('postgres')).toEqual(['0077', '/dev/null']);
});

test('other accounts keep their own ways', () => {
  expect(shellOf('ann')).toEqual(['0022']);
});
