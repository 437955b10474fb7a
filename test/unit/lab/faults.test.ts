import { expect, test } from 'vitest';
import { readFault, wordsOf, type FaultFlags, type FaultName } from '../../../src/lab/faults.ts';

const none: FaultFlags = {
  program: undefined,
  ports: undefined,
  rate: undefined,
  delay: undefined,
  loss: undefined,
  path: undefined,
};

test.each([
  ['ports', {}, 'no traffic on TCP ports 2379,2380'],
  ['ports', { ports: '5432' }, 'no traffic on TCP ports 5432'],
  ['slow', { rate: '2mbit', loss: '5%' }, 'slow link: 2mbit, 5% lost'],
  ['slow', { delay: '200ms' }, 'slow link: 200ms later'],
  ['freeze', {}, 'the host is frozen'],
  ['freeze', { program: 'etcd' }, 'etcd is frozen'],
  ['disk', {}, '/var/lib/postgresql is full'],
] as const)('%s with %o is told as "%s"', (what, flags, words) => {
  expect(wordsOf(readFault(what, { ...none, ...flags }))).toBe(words);
});

test.each<[FaultName, Partial<FaultFlags>, string]>([
  ['cable', { rate: '2mbit' }, 'cable does not know --rate'],
  ['power', { program: 'etcd', path: '/srv' }, 'power does not know --program and --path'],
  ['kill', {}, 'it is not said what to kill'],
  ['slow', {}, 'it is not said how slow'],
])('%s with %o is refused: %s', (what, flags, words) => {
  expect(() => readFault(what, { ...none, ...flags })).toThrow(words);
});
