import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import type { Action } from '../../../src/host/command.ts';
import * as replication from '../../../src/postgres/replication.ts';
import { serverStatus } from '../../../src/postgres/server-status.ts';

const socket = { binDirectory: '/usr/lib/postgresql/17/bin', port: 5432 };
const text = ({ stdin }: Action): string => (stdin as Secret).reveal();

test('a slot keeps WAL from the moment it is made, and one of that name gives way, in use or not', () => {
  expect(text(replication.replaceSlot(socket, 'dbctl_pg2'))).toMatchInlineSnapshot(`
    "begin;
    do $do$ begin
           for attempt in 1..20 loop
             perform pg_terminate_backend(active_pid, 10000) from pg_replication_slots
               where slot_name = 'dbctl_pg2' and active;
             begin
               perform pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'dbctl_pg2';
               exit;
             exception when object_in_use then null;
             end;
           end loop;
         end $do$;
    select pg_create_physical_replication_slot('dbctl_pg2', true);
    commit;
    "
  `);
});

test('a slot that somebody uses is not dropped', () => {
  expect(text(replication.dropSlot(socket, 'dbctl_pg2'))).toMatchInlineSnapshot(`
    "begin;
    select pg_drop_replication_slot(slot_name) from pg_replication_slots
         where slot_name = 'dbctl_pg2' and not active;
    commit;
    "
  `);
});

test.each<[string, string, unknown]>([
  ['null', 'no slot', null],
  ['{"active": false, "isValid": false}', 'a lost slot', { active: false, isValid: false }],
])('%s is %s', (stdout, _reason, slot) => {
  expect(replication.slotFacts(socket, 'x').parse(stdout)).toEqual(slot);
});

const queries = {
  primaryFacts: replication.primaryFacts(socket),
  slotFacts: replication.slotFacts(socket, 'x'),
  cloneProgress: replication.cloneProgress(socket, 'pg2'),
  senderFacts: replication.senderFacts(socket, 'pg2'),
  replicaFacts: replication.replicaFacts(socket),
  bytesBehind: replication.bytesBehind(socket, '0/3000060'),
  isWalGone: replication.isWalGone(socket, '0/3000060'),
  serverStatus: serverStatus(socket),
};

test.each(Object.entries(queries))('%s takes no nonsense for an answer', (_name, query) => {
  for (const nonsense of ['', 'x', '{}', '[]', '"1"', '{"active": 1}'])
    expect(() => query.parse(nonsense)).toThrow();
});

test.each([
  [
    'primaryFacts',
    {
      isInRecovery: false,
      systemIdentifier: '7434',
      databaseBytes: 1,
      flushLsn: null,
      tablespaces: [],
      senders: { limit: 40, inUse: 1 },
    },
  ],
  ['cloneProgress', { phase: 'streaming database files', streamedBytes: 1, totalBytes: null }],
  ['senderFacts', { state: 'streaming', clientAddress: null, ssl: true, syncState: 'async', lagBytes: 0 }],
  [
    'replicaFacts',
    {
      isInRecovery: true,
      receiver: { status: 'streaming', senderHost: null, slot: null },
      replayLsn: null,
      primaryConninfo: '',
      primarySlotName: '',
      systemIdentifier: '7434',
    },
  ],
  ['bytesBehind', -8],
  ['isWalGone', true],
  [
    'serverStatus',
    {
      isInRecovery: true,
      version: '17.2',
      timeline: 1,
      startedAt: '2026-01-01',
      isReceiving: true,
      databaseBytes: 1,
    },
  ],
] as const)('%s reads what PostgreSQL says', (name, answer) => {
  expect(queries[name].parse(JSON.stringify(answer))).toEqual(answer);
});

test('a name from .env.cluster is data in every question', () => {
  const odd = `x' or 'a' = 'a`;
  const asked = [
    replication.slotFacts(socket, odd),
    replication.cloneProgress(socket, odd),
    replication.senderFacts(socket, odd),
    replication.bytesBehind(socket, odd),
  ];

  for (const { stdin } of asked) expect(stdin).toContain(`'x'' or ''a'' = ''a'`);
});
