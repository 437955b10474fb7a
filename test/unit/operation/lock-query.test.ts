import { expect, test } from 'vitest';
import { appendToJournal, parseJournal } from '../../../src/operation/journal.ts';
import { holdLock, lockHolder, parseBusy, releaseLock } from '../../../src/operation/lock-query.ts';

const said = {
  ...{ since: 100.5, from: '10.0.0.5', step: null, id: 'x0', title: 'reinit pg3', by: 'bob@desk' },
  ...{ command: 'dbctl reinit pg3', pid: 4711, version: '0.1.0' },
};
const { since: _, step: __, ...rest } = said;
const holder = { ...rest, seconds: 20, step: undefined };

test('who has the lock is read with the time by the clock of the host', () => {
  expect(parseBusy(`busy 120.5 ${JSON.stringify(said)}`)).toEqual(holder);
  expect(parseBusy(`busy 90 ${JSON.stringify({ ...said, step: 'Clone' })}`)).toMatchObject({
    ...{ seconds: 0, step: 'Clone' },
  });
});

test.each(['busy', 'busy 12', 'busy 12 nonsense', 'busy 12 {"id":1}', 'hello'])(
  '%j is an unknown holder',
  (line) => {
    expect(parseBusy(line)).toBe('unknown');
  },
);

test('the lock is free when the host says nothing', () => {
  expect(lockHolder('shop').parse('')).toBeUndefined();
  expect(lockHolder('shop').parse('busy 1 \n')).toBe('unknown');
});

test('what a holder is, and what a journal keeps, goes by stdin: ps shows names of places only', () => {
  const line = { kind: 'end', id: 'x', result: 'done' } as const;
  const commands = [
    holdLock({ cluster: 'shop', id: 'x', patienceSeconds: 20, again: false }),
    appendToJournal('shop', line).argv,
    releaseLock('shop', holder, 'eve@desk').argv,
  ];
  expect(commands.map((argv) => argv.slice(5))).toEqual([
    ['/run/dbctl', 'shop', '/var/lib/dbctl-journal', 'x', '20', ''],
    ['/var/lib/dbctl-journal', 'shop', ''],
    ['/run/dbctl', 'shop', '/var/lib/dbctl-journal', 'x0'],
  ]);
  expect(appendToJournal('shop', line).stdin).toBe('"kind":"end","id":"x","result":"done"}\n');
  expect(releaseLock('shop', holder, 'eve@desk').stdin).toContain('"why":"by eve@desk","step":null}');
});

test('a damaged line of a journal hides no other', () => {
  const good = { at: 1, kind: 'end', id: 'x', result: 'done' };
  const lines = ['{"at":1,"kind":', JSON.stringify({ ...good, result: 'great' }), JSON.stringify(good), ''];
  expect(parseJournal(lines.join('\n'))).toEqual([good]);
});
