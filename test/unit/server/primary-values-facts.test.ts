import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { linesToStart, startNeeds } from '../../../src/server/primary-values-facts.ts';
import { answering, when, whenTrial } from '../../support/answering.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';

const cluster = clusterOf();
const instance = instanceOf(cluster, cluster.primary);
const names = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_xacts',
  'max_locks_per_xact',
];
const control = (connections: number): string =>
  names.map((name) => `${name} setting: ${name === 'max_connections' ? connections : 10}\n`).join('');
const trial = (connections: number): string =>
  `max_connections=${connections}\n${['max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction'].map((name) => `${name}=10\n`).join('')}`;

const lines = (needs: string, ...trials: readonly string[]): Promise<string> => {
  const said = [...trials];
  const answers = answering(
    when(startNeeds(instance), needs),
    whenTrial(() => said.shift() ?? ''),
  );
  return linesToStart(fakeHost({}, answers).host, instance, 'port = 5432\n');
};

test('a replica is given what its primary still runs with', async () => {
  expect(await lines(control(230), trial(100), trial(230))).toMatch(/^# .*\nmax_connections = 230\n$/);
});

test.each<[string, string, readonly string[]]>([
  ['a primary, or a replica that runs without it', '', []],
  ['one that has enough', control(100), [trial(100)]],
  ['one on which something else wins over that', control(230), [trial(50), trial(50)]],
  ['one whose settings no server accepts', control(230), ['refused\nno such library\n']],
])('nothing is added for %s', async (_, needs, trials) => {
  expect(await lines(needs, ...trials)).toBe('');
});
