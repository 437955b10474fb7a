import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { NodeFacts } from '../../../src/probe/facts.ts';
import { reportOf } from '../../../src/probe/report.ts';
import { probeText } from '../../../src/probe/probe-text.ts';
import {
  archiver,
  backedUp,
  cluster,
  now,
  pg1,
  pg2,
  pg3,
  primary,
  replica,
  unreachable,
} from '../../support/probe-facts.ts';

const show = (all: readonly NodeFacts[], colourLevel: 0 | 1 = 0): string =>
  probeText(reportOf(cluster, all, now), colourLevel);

test('a healthy cluster is one table and one line', () => {
  const text = show([primary(), replica(pg2), replica(pg3, { lag: { bytes: 4096, seconds: 0.21 } })]);

  expect(text).toMatchInlineSnapshot(`
    "cluster shop: PostgreSQL 17.12, timeline 1

    NODE  ROLE     STATE      LAG              TLS  ADMIN  WRITER  READER  REPL
    pg1   primary  writable   -                ✓    ✓      ✓       ✓       hba
    pg2   replica  streaming  0 s / 0 B        ✓    ✓      ✓       ✓       hba
    pg3   replica  streaming  0.21 s / 4.0 kB  ✓    ✓      ✓       ✓       hba
    hba: pg_hba.conf refuses replication from this machine, as it should

    PROTECTION  no backups are configured
    OK: 61 checks passed
    "
  `);
});

test('what is wrong comes below the table, with what to do', () => {
  const badWriter = { ok: false, failure: { kind: 'auth', detail: 'no' } } as const;
  const logins = { ...primary().logins, writer: badWriter };

  const text = show([
    primary({ logins, writerWrites: undefined }),
    primary({ node: pg2, logins, writerWrites: undefined }),
    unreachable(pg3),
  ]);

  expect(text).toMatchInlineSnapshot(`
    "cluster shop: PostgreSQL 17.12, timeline 1

    NODE  ROLE      STATE     LAG  TLS  ADMIN  WRITER  READER  REPL
    pg1   primary   writable  -    ✓    ✓      ✗       ✓       hba
    pg2   primary!  writable  -    ✓    ✓      ✗       ✓       hba
    pg3   ?         timeout   -    ✗    ?      ?       ?       ?
    hba: pg_hba.conf refuses replication from this machine, as it should

    CRITICAL split brain: pg1, pg2 accept writes
     → stop the applications, then stop PostgreSQL on the node that is not meant to
       be the primary
     → compare the data before anything is cloned again: rows may be on one side
       only

    CRITICAL pg1, pg2: the password of writer app_writer is wrong
     → check POSTGRES_APP_USER and POSTGRES_APP_PASSWORD in .env.cluster
     → or set these passwords: dbctl roles apply --passwords

    CRITICAL pg3: 10.0.0.13:5432 did not answer in time
     → check that the host is up and that a firewall lets this machine reach
       10.0.0.13:5432

    WARNING pg2: is a primary, but .env.cluster has replica

    PROTECTION  no backups are configured
    CRITICAL: 4 problems
    "
  `);
});

test('without one node that answers there is still a table', () => {
  expect(show([unreachable(pg1, 'tls-ca')])).toMatch(/^cluster shop\n\nNODE .*\npg1 +\? +tls-ca/);
});

test('no line is wider than 80 columns, whatever the nodes are called', () => {
  const name = 'a-node-with-a-very-long-name-indeed-so-long-that-it-cannot-fit-x';
  const text = show([
    primary(),
    replica({ ...pg2, name }, { lag: { bytes: 1023 * 1024 ** 4, seconds: 999_999 } }),
    replica(pg3, {
      replica: { receiver: null, replayPaused: true },
      lag: { bytes: 9, seconds: undefined },
    }),
  ]);

  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('colour changes no character', () => {
  const all = [primary(), unreachable(pg2), replica(pg3)];

  expect(show(all, 1)).not.toBe(show(all));
  expect(stripVTControlCharacters(show(all, 1))).toBe(show(all));
});

test('what is wrong with archiving has one line of its own, at most 80 columns wide', () => {
  const failing = {
    ...archiver,
    lastFailedAt: archiver.now,
    lastArchivedAt: archiver.now - 86_000,
    waitingFiles: 12_345,
  };
  const text = probeText(reportOf(backedUp, [primary({ archiver: failing })], now), 0);

  expect(text).toMatch(
    /^PROTECTION  not protected: archiving is failing; last success 24 h ago, 12345 .*\nCRITICAL: /m,
  );
  expect(text).toMatch(/^CRITICAL not protected: /m);
  expect(text).toMatch(/^ → .*dbctl backup check$/m);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
