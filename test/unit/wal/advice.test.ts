import { expect, test } from 'vitest';
import { explainWal } from '../../../src/wal/explain-wal.ts';
import type { WalFacts } from '../../../src/wal/facts.ts';
import {
  deadSlot,
  failing,
  gigabyte,
  primarySight,
  replicaSight,
  waiting,
  walServer,
} from '../../support/wal-sights.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

const cluster = clusterOf({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13' });
const explain = (...sights: readonly WalFacts[]) => explainWal(cluster, sights);

const commandsOf = ({ advice }: ReturnType<typeof explain>) =>
  advice.flatMap(({ next }) => next.map(({ command, text }) => command ?? text));

const unprotected = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });

test.each([
  ['is empty', cluster, { ...waiting, command: '' }, ['dbctl backup setup']],
  ['is empty, and there are no backups', unprotected, { ...waiting, command: '' }, []],
  ["is somebody else's", cluster, { ...failing, command: 'cp %p /archive/%f' }, ['dbctl logs pg1']],
  [
    "is somebody else's, and one file waits",
    unprotected,
    { ...failing, waitingFiles: 1 },
    ['dbctl logs pg1'],
  ],
  ['goes nowhere, and there are no backups', unprotected, { command: 'true' }, []],
])('when archive_command %s, the advice is another one', (_, which, archiver, commands) => {
  const { advice } = explainWal(which, [primarySight({ archiver })]);

  expect(advice).toHaveLength(1);
  expect(advice[0]!.next.map(({ command }) => command)).toEqual(commands);
});

const small = { fileSystemBytes: 4 * gigabyte, freeBytes: 2 * gigabyte };

test.each([
  ['not needed', {}, 'runuser -u postgres -- psql -p 5432 -c checkpoint'],
  ['held for the last checkpoint', { checkpointBytes: gigabyte }, 'dbctl up'],
  ['kept to be used again', { aheadFiles: 60 }, 'dbctl up'],
])('WAL that is %s and takes much of a small disk is named', (_, server, command) => {
  expect(commandsOf(explain(primarySight(server, small)))).toEqual([command]);
});

test('a summarizer that is far behind is named', () => {
  const explanation = explain(primarySight({ unsummarizedBytes: 2 * gigabyte }));

  expect(explanation.advice[0]!.why).toBe('The WAL summarizer has not read most of the WAL yet.');
  expect(commandsOf(explanation)).toEqual(['dbctl logs pg1']);
});

test('slots on a replica: a copy of one of the primary, and one that was left there', () => {
  const copy = deadSlot({ name: 'debezium', type: 'logical', isSynced: true });
  const slots = [copy, deadSlot({ name: 'dbctl_pg2' })];
  const { advice } = explain(
    primarySight(),
    replicaSight({ server: walServer({ isInRecovery: true, slots }) }),
  );

  expect(advice.map(({ why }) => why)).toEqual([
    'Slot debezium is a copy of the one on the primary.',
    'Slot dbctl_pg2 belongs to no other node of .env.cluster: it is left over.',
  ]);
});

test('nothing seen is an answer too', () => {
  expect(explainWal(cluster, []).summary).toBe('no WAL was measured');
});
