import { expect, test } from 'vitest';
import type { HostSet } from '../../../src/host/with-hosts.ts';
import { RefusedError } from '../../../src/model/errors.ts';
import type { DataEnd, UnknownData } from '../../../src/postgres/data-end-query.ts';
import { onlyThere } from '../../../src/postgres/only-there.ts';
import { lossOf, refuseLoss, type NodeLoss } from '../../../src/replication/loss.ts';
import { readLoss } from '../../../src/replication/loss-facts.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { pg1, pg2, shop } from '../../support/shop.ts';

const first = { timeline: 1, endLsn: '0/3000148' };
const none = { commits: 0, lastCommit: undefined };
const one = { commits: 1, lastCommit: '0/3000190' };

/** The former primary: it went on from where another was promoted. */
const former: DataEnd = {
  ...{ systemIdentifier: '7', timeline: 1, ancestors: [], isStandby: false },
  ...{ begin: '0/3000148', lsn: '0/4000148', ...one, segmentBytes: 16_777_216 },
};
const promoted: DataEnd = {
  ...{ ...former, timeline: 2, ancestors: [first], begin: '0/3000148', lsn: '0/6000000' },
};
const follower: DataEnd = { ...promoted, isStandby: true, lsn: '0/5000000' };
const unread: UnknownData = { problem: 'it has no control file' };

const say = (data: DataEnd, leading = promoted): NodeLoss =>
  lossOf(pg1, pg2, data, onlyThere(data, [leading]));

test.each<[string, DataEnd, string]>([
  ['writes of nobody after the promotion', { ...former, ...none }, 'pg1 was a primary, on timeline 1; '],
  ['a replica that is behind', follower, 'pg1 was a replica, on timeline 2; '],
])('nothing is lost of %s', (_, data, was) => {
  const text = `${was}nothing was committed there that pg2 has not.`;
  expect(say(data)).toEqual({ text, from: undefined, isCertain: true });
});

test.each<[string, DataEnd, DataEnd, string]>([
  [
    'writes after the promotion',
    former,
    promoted,
    'pg1 was a primary: only pg1 has 1 transaction, in 16777216 bytes of WAL (16 MB) from 0/3000148 to 0/4000148, on timeline 1.',
  ],
  [
    'WAL after the promotion that cannot be read',
    { ...former, ...none, begin: '0/4000148' },
    promoted,
    'pg1 was a primary: only pg1 has what may be transactions, in 16777216 bytes of WAL (16 MB) from 0/3000148 to 0/4000148, on timeline 1.',
  ],
  [
    'a timeline of its own',
    { ...former, timeline: 3, ancestors: [{ timeline: 1, endLsn: '0/3000100' }], begin: '0/3000100' },
    promoted,
    'pg1 was a primary: only pg1 has 1 transaction, in 16777288 bytes of WAL (16 MB) from 0/3000100 to 0/4000148, on timeline 3, which pg2 did not come from.',
  ],
  [
    'a copy that led on the same timeline',
    { ...former, ...none },
    { ...former, lsn: '0/9000000' },
    'pg1 was a primary: only pg1 has what may be transactions, in 67109192 bytes of WAL (64 MB) from 0/0 to 0/4000148, on timeline 1, which pg2 did not come from.',
  ],
  [
    'a replica that is ahead of its leader',
    { ...follower, begin: '0/6000000', lastCommit: '0/6000100', lsn: '0/7000000' },
    promoted,
    'pg1 was a replica: only pg1 has 1 transaction, in 16777216 bytes of WAL (16 MB) from 0/6000000 to 0/7000000, on timeline 2.',
  ],
])('lost would be %s', (_, data, leading, text) => {
  expect(say(data, leading).text).toBe(text);
});

test('what cannot be read may be anything, and no data is nothing', () => {
  expect(lossOf(pg1, pg2, undefined, undefined)).toEqual({ text: '', from: undefined, isCertain: true });
  expect(lossOf(pg1, pg2, unread, undefined)).toEqual({
    text: 'How far the data of pg1 goes cannot be known: it has no control file.',
    from: '0/0',
    isCertain: false,
  });
});

const refuse = (loss: NodeLoss, accepted?: string) => () => refuseLoss(pg1, pg2, loss, accepted);

test('nobody loses it before that was agreed to by its position', () => {
  const loss = say(former);

  expect(refuse(loss)).toThrow(RefusedError);
  expect(refuse(loss)).toThrow('pg1 has what pg2 has not');
  expect(refuse(loss, '0/3000149')).toThrow(RefusedError);
  expect(refuse(loss, '0/3000148')).not.toThrow();
  expect(refuse(say({ ...former, ...none }))).not.toThrow();
  expect(refuse(lossOf(pg1, pg2, unread, undefined))).toThrow('pg1 may have what pg2 has not');
  expect(refuse(lossOf(pg1, pg2, unread, undefined), '0/0')).not.toThrow();
});

const linesOf = ({ systemIdentifier, timeline, ancestors, isStandby, ...data }: DataEnd): string =>
  [
    `identifier=${systemIdentifier}`,
    `was=${isStandby ? 'in archive recovery' : 'shut down'}`,
    `segment=${data.segmentBytes}`,
    `begin=${data.begin}`,
    `end=${data.lsn}`,
    `commits=${data.commits}`,
    `last=${data.lastCommit ?? ''}`,
    `timeline=${timeline}`,
    ...ancestors.map((ancestor) => `history=${ancestor.timeline}\t${ancestor.endLsn}\tno reason`),
  ].join('\n');

/**
 * Asks pg2, whose data was read from its last checkpoint first, and pg1, which leads; answers what was asked in order.
 * `records`: what each has before the position up to which they should be the same.
 */
async function compare(
  own: DataEnd,
  leading: DataEnd,
  fromThere: DataEnd | UnknownData = unread,
  records = { pg1: 'COMMIT', pg2: 'COMMIT' },
) {
  const asked: string[] = [];
  const hostOf = (name: 'pg1' | 'pg2', answer: (after: readonly string[]) => string) =>
    fakeHost({}, (argv) => {
      const after = argv.slice(argv.findIndex((word) => word.startsWith('/var/lib/')) + 1);
      asked.push([name, ...after].join(' '));
      return after.length === 3 ? records[name] : answer(after);
    }).host;
  const all = new Map([
    ['pg1', hostOf('pg1', () => linesOf(leading))],
    [
      'pg2',
      hostOf('pg2', ([timeline]) => {
        if (timeline === undefined) return linesOf(own);
        return 'problem' in fromThere ? `problem=${fromThere.problem}` : linesOf(fromThere);
      }),
    ],
  ]);
  const hosts = { get: (name: string) => all.get(name)! } as unknown as Pick<HostSet, 'get'>;
  return { loss: await readLoss(shop, pg2, hosts), asked };
}

test('a replica is asked before its leader, and once', async () => {
  const { loss, asked } = await compare(follower, promoted);

  expect(asked).toEqual(['pg2', 'pg1', 'pg2 16777216 2 0/5000000', 'pg1 16777216 2 0/5000000']);
  expect(loss.from).toBeUndefined();
});

test('WAL from where the two part on decides, when a checkpoint stands after it', async () => {
  const shut = { ...former, ...none, begin: '0/4000000' };

  const clean = await compare(shut, promoted, { ...shut, begin: '0/3000148' });
  const written = await compare(shut, promoted, former);
  const removed = await compare(shut, promoted, unread);

  expect(clean.loss.from).toBeUndefined();
  expect(clean.asked).toEqual([
    ...['pg2', 'pg1', 'pg2 1 0/3000148'],
    ...['pg2 16777216 1 0/3000148', 'pg1 16777216 2 0/3000148'],
  ]);
  expect(written.loss).toMatchObject({ from: '0/3000148', isCertain: true });
  expect(removed.loss).toMatchObject({ from: '0/3000148', isCertain: false });
});

test('nothing is shared with the data of another cluster', async () => {
  const { loss } = await compare(follower, { ...promoted, systemIdentifier: '8' });

  expect(loss).toMatchObject({ from: '0/0', isCertain: false });
});

test('other WAL at the same position is that of a copy, which nothing is known of', async () => {
  const other = await compare(follower, promoted, unread, { pg1: 'COMMIT at ten', pg2: 'COMMIT at nine' });
  const gone = await compare(follower, promoted, unread, { pg1: '', pg2: 'COMMIT at nine' });

  expect(other.loss).toMatchObject({ from: '0/0', isCertain: false });
  expect(gone.loss.from).toBeUndefined();
});
