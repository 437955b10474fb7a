import { expect, test } from 'vitest';
import { ledBy } from '../../../src/model/cluster.ts';
import { archivedEnd, laterInArchive, olderCopy } from '../../../src/start/older-copy.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { file, info } from '../../support/archived.ts';

const wal = [file('000000010000000000000003', 3), file('000000010000000000000004', 4)];
const second = file('000000020000000000000005', 5);
const left = (endLsn: string) => [{ timeline: 1, endLsn }];
const histories = new Map([[2, left('0/4800000')]]);

const data = (timeline: number, lsn: string, ancestors = timeline === 1 ? [] : left('0/4800000')) => ({
  systemIdentifier: '7',
  ...{ timeline, lsn, ancestors },
});

test.each([
  ['its WAL goes on in the file that was archived last', data(1, '0/4000148'), wal],
  ['its WAL goes on behind that', data(1, '0/5000028'), wal],
  ['its timeline is newer than those of the repository', data(2, '0/4800100'), wal],
  ["it is another server's", { ...data(1, '0/3000028'), systemIdentifier: '8' }, wal],
  [
    'two servers wrote at the same time',
    data(1, '0/6000148'),
    [...wal, second, file('000000010000000000000006', 9)],
  ],
])('nothing came after data of which %s', (_, stopped, files) => {
  const known = files.includes(second) ? histories : new Map<number, never>();

  expect(laterInArchive({ info, wal: files, histories: known }, stopped)).toBeUndefined();
});

test.each([
  ['its timeline goes on in the repository', data(1, '0/3000028'), /has WAL up to 0\/5000000/],
  [
    'a newer timeline does',
    data(1, '0/4800028'),
    /goes on with timeline 2, which left timeline 1 at 0\/4800000/,
  ],
  [
    'its timeline is not that of the repository',
    data(2, '0/6000028', left('0/4000000')),
    /is another one, which left/,
  ],
])('data is older than what is known of it when %s', (_, stopped, why) => {
  const isFirst = why.source.includes('WAL');
  const known = isFirst ? { wal, histories: new Map<number, never>() } : { wal: [...wal, second], histories };

  expect(laterInArchive({ info, ...known }, stopped)).toMatch(why);
});

test('the last file is compared with the one that was sent when it was whole', () => {
  const sha1 = 'ab'.repeat(20);
  const sent = [...wal.slice(0, 1), file(`000000010000000000000004-${sha1}.zst`, 4)];

  const endOf = (lsn: string) => archivedEnd({ info, wal: sent }, data(1, lsn));

  expect(endOf('0/4000028')).toEqual({ name: '000000010000000000000004', sha1 });
  expect(endOf('0/5000028')).toBeUndefined();
});

test('it is not started, and what leads out is said', () => {
  const cluster = clusterOf({});
  const error = olderCopy(ledBy(cluster, cluster.configuredPrimary), data(1, '0/3000028'), {
    later: 'more is there',
    ways: ['bring it back'],
  });

  expect(error.why).toContain('timeline 1, up to 0/3000028; more is there.');
  expect(error.next).toContain('bring it back');
  expect(error.next.join()).toMatch(/systemctl start \S+/);
});
