import { expect, test } from 'vitest';
import { joined } from '../../../src/kit/listed.ts';

test('commands of one name from two areas are one command, in the place of the first', () => {
  const run = { name: 'run', about: 'Make a backup' };
  const restore = { name: 'restore', about: 'Bring back data' };
  const backup = { name: 'backup', about: 'Backups', children: [run] };
  const lab = { name: 'lab', about: 'Hosts' };

  expect(joined([[backup], [lab], [{ name: 'backup', children: [restore] }]])).toEqual([
    { ...backup, children: [run, restore] },
    lab,
  ]);
});
