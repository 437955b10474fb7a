import { expect, test } from 'vitest';
import { removalText, type Removal } from '../../../src/replication/removal-text.ts';
import { pg1, pg2 } from '../../support/shop.ts';

const kept = '/var/lib/postgresql/17/main.removed-20261121-100000';
const text = (changes: Partial<Removal> = {}): string =>
  removalText(
    {
      node: 'pg2',
      isReached: true,
      isOurs: true,
      isWiped: false,
      keptData: kept,
      onlyInKeptData: null,
      left: [],
      notReached: [],
      ...changes,
    },
    pg2,
    pg1,
  );

test.each<[string, Partial<Removal>, string]>([
  ['kept data is shown with the line that removes it', {}, `rm -r ${kept}`],
  [
    'what only the kept data has is said before the line that removes it',
    { onlyInKeptData: 'pg2 was a replica: only pg2 has 1 transaction.' },
    `only pg2 has 1 transaction.\nA person must decide whether that is needed: it is in no other place.\nRemove it`,
  ],
  ['after a wipe, what an earlier removal kept is told of', { isWiped: true }, 'of an earlier removal'],
  ['what was not set up by dbctl was left', { isOurs: false, keptData: null }, 'was not set up by dbctl'],
  [
    'what is left on a dead host can be pasted there',
    { isReached: false, isOurs: null, keptData: null, left: ['pg_dropcluster --stop 17 main'] },
    'on 10.0.0.12:\n  pg_dropcluster --stop 17 main',
  ],
  [
    'another node that was not reached is named',
    { notReached: ['pg3'] },
    'until you run: dbctl add-replica pg3',
  ],
])('%s', (_case, changes, words) => {
  expect(text(changes)).toContain(words);
});

test('a removal that wiped all data of the replica leaves nothing to say', () => {
  expect(text({ isWiped: true, keptData: null })).toBe('');
});
