import { expect, test } from 'vitest';
import { historyOf, unfinishedOperation, type JournalLine } from '../../../src/operation/journal.ts';

const begin = (id: string, at: number): JournalLine => ({
  ...{
    kind: 'begin',
    id,
    at,
    title: 'add-replica pg2',
    command: 'dbctl add-replica pg2',
    by: 'alice@laptop',
  },
  ...{ from: '10.0.0.5', pid: 7, version: '1.2.3' },
});
const end = (id: string, at: number, more: object = {}): JournalLine => ({
  kind: 'end',
  id,
  at,
  result: 'done',
  exitCode: 0,
  changes: 3,
  ...more,
});
const step = (id: string, at: number, name: string, host = 'pg2'): JournalLine => ({
  ...{ kind: 'step', id, at, host, step: name, title: 'add-replica pg2', by: 'alice@laptop' },
  changes: ['one', 'two'],
});
const stepped = (id: string, at: number, name: string, host = 'pg2'): JournalLine => ({
  ...{ kind: 'stepped', id, at, host, step: name, result: 'ok', seconds: 1.5 },
});

test('the lines of all hosts become one timeline, in the order of their beginnings', () => {
  const lines = [
    ...[step('b', 21, 'Clone'), stepped('b', 22, 'Clone')],
    ...[begin('b', 20), end('b', 30, { result: 'failed', exitCode: 5 })],
    ...[begin('a', 10), end('a', 12)],
  ];

  const history = historyOf(lines, undefined);

  expect(history.map(({ id, result, seconds }) => [id, result, seconds])).toEqual([
    ['a', 'done', 2],
    ['b', 'failed', 10],
  ]);
  expect(history[1]).toMatchObject({
    ...{ by: 'alice@laptop', from: '10.0.0.5', exitCode: 5, changes: 3, hosts: ['pg2'] },
    steps: [{ host: 'pg2', step: 'Clone', result: 'ok', seconds: 1.5 }],
  });
});

test('what has begun and not ended is running while it has the lock, and interrupted afterwards', () => {
  const lines = [begin('a', 10), step('a', 11, 'Clone')];
  expect(historyOf(lines, 'a')[0]).toMatchObject({ result: 'running', steps: [{ result: 'running' }] });
  expect(historyOf(lines, undefined)[0]).toMatchObject({
    ...{ result: 'interrupted', seconds: undefined, changes: 2 },
    steps: [{ result: 'unknown' }],
  });
});

test('of two ends of one operation in the journal the first counts', () => {
  const released = end('a', 11, { result: 'released', why: 'by bob@desk', step: 'Clone on pg2' });
  const lines = [begin('a', 10), released, end('a', 12, { result: 'lock lost' })];
  expect(historyOf(lines, undefined)[0]).toMatchObject({
    ...{ result: 'released', why: 'by bob@desk, during "Clone on pg2"' },
  });
});

test('an operation whose control host is down is known from what it did elsewhere', () => {
  const [found] = historyOf([step('a', 11, 'Clone'), stepped('a', 12, 'Clone')], undefined);
  expect(found).toMatchObject({
    ...{ title: 'add-replica pg2', startedAt: 11, from: '', seconds: undefined, result: 'unknown' },
  });
});

test('a journal that has only the end of an operation has no operation', () => {
  expect(historyOf([end('a', 12), stepped('b', 1, 'Clone')], undefined)).toEqual([]);
});

test('a step that was made twice has two ends', () => {
  const twice = [step('a', 11, 'X'), stepped('a', 12, 'X'), step('a', 13, 'X')];
  const [found] = historyOf([begin('a', 10), ...twice], undefined);
  expect(found!.steps.map(({ result }) => result)).toEqual(['ok', 'unknown']);
});

test('operations that began at the same moment have the order of their ids', () => {
  const lines = [begin('b', 10), begin('a', 10)];
  expect(historyOf(lines, undefined).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(historyOf(lines.toReversed(), undefined).map(({ id }) => id)).toEqual(['a', 'b']);
});

test.each([
  ['nothing was ever done', [], undefined],
  ['the last one is done', [begin('a', 1), end('a', 2)], undefined],
  ['the last one has no end', [begin('a', 1)], { result: 'interrupted', step: undefined }],
  [
    'the last one was seen to stop',
    [begin('a', 1), end('a', 2), begin('b', 3), end('b', 4, { result: 'interrupted', step: 'Clone' })],
    { title: 'add-replica pg2', by: 'alice@laptop', result: 'interrupted', step: 'Clone' },
  ],
] as const)('whether something is unfinished: %s', (_, lines, wanted) => {
  if (wanted === undefined) expect(unfinishedOperation(lines)).toBeUndefined();
  else expect(unfinishedOperation(lines)).toMatchObject(wanted);
});
