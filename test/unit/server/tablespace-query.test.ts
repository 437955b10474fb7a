import { expect, test } from 'vitest';
import { parseTablespaces } from '../../../src/backup/pgbackrest-query.ts';
import { parseTablespacePlaces } from '../../../src/server/tablespace-query.ts';

test('what is where tablespaces will be is understood, with blanks in names', () => {
  const stdout = [
    'place=700 600 2 empty postgres /srv/one',
    'seen=',
    'place=700 600 2 foreign root /srv/my disk',
    'seen=letters photos ',
    '',
  ].join('\n');

  expect(parseTablespacePlaces(stdout)).toEqual([
    {
      path: '/srv/one',
      disk: { device: '2', totalBytes: 716_800, freeBytes: 614_400 },
      ...{ state: 'empty', owner: 'postgres', seen: '' },
    },
    {
      path: '/srv/my disk',
      disk: { device: '2', totalBytes: 716_800, freeBytes: 614_400 },
      ...{ state: 'foreign', owner: 'root', seen: 'letters photos' },
    },
  ]);
});

test('the tablespaces of a backup are those that pgBackRest names', () => {
  const tablespace = [{ destination: '/srv/ts', name: 'ts', oid: 16401 }];

  expect(parseTablespaces(JSON.stringify([{ backup: [{ label: 'x', tablespace }] }]))).toEqual([
    { oid: '16401', name: 'ts', path: '/srv/ts' },
  ]);
  expect(parseTablespaces(JSON.stringify([{ backup: [{ label: 'x', tablespace: null }] }]))).toEqual([]);
});
