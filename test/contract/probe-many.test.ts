// Probe of more nodes than are looked at side by side, most of which say nothing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/pki/issue.ts';
import type { Node } from '../../src/model/cluster.ts';
import { lookupOnce, trustOnly } from '../../src/probe/connection.ts';
import { probeCluster } from '../../src/probe/probe.ts';
import { openSessions } from '../../src/probe/sessions.ts';
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts';
import { cluster } from '../support/probe-facts.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-probe-many-'));
const caCertificateFile = join(directory, 'ca.crt');
let ca: string;
let living: PostgresServer;
let silent: PostgresServer;

beforeAll(async () => {
  const authority = await createAuthority('shop');
  const { certificate, key } = await issueCertificate(authority, ['127.0.0.1']);
  ca = authority.certificate;
  writeFileSync(caCertificateFile, ca);
  living = await startPostgres({ tls: { certificate, key: key.reveal() }, refuseWith: '28P01' });
  silent = await startPostgres({ tls: 'silent' });
});

afterAll(() => {
  living.close();
  silent.close();
  rmSync(directory, { recursive: true });
});

const nodes = (name: string, count: number, { port }: PostgresServer): readonly Node[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${name}${index}`, host: '127.0.0.1', port }));

const statesOf = async (probed: readonly Node[], timeoutMs: number): Promise<readonly string[]> => {
  const report = await probeCluster({ ...cluster, caCertificateFile, probed }, timeoutMs);
  return report.nodes.map(({ state }) => state);
};

test('nodes that say nothing cost the timeout once, and those who had no turn are told apart', async () => {
  const started = performance.now();

  const states = await statesOf(nodes('silent', 400, silent), 600);

  expect(performance.now() - started).toBeLessThan(3000);
  expect(states[0]).toBe('timeout');
  expect(states.at(-1)).toBe('not-asked');
});

test('the living are seen, though more nodes than there are places say nothing', async () => {
  const states = await statesOf([...nodes('silent', 80, silent), ...nodes('living', 4, living)], 3000);

  expect(states).toEqual([...Array(80).fill('timeout'), ...Array(4).fill('auth')]);
});

test('where nothing listens one socket is spent, not one for each role', async () => {
  const closed = await startPostgres({ tls: 'silent' });
  closed.close();
  const deadline = AbortSignal.timeout(2000);
  const lookup = lookupOnce(deadline);
  let asked = 0;

  const sessions = await openSessions(
    {
      node: { name: 'pg1', host: 'localhost', port: closed.port },
      database: 'app',
      trust: trustOnly(ca),
      deadline,
      lookup: (...question) => {
        asked += 1;
        lookup(...question);
      },
      answered: () => {},
    },
    cluster.postgres,
  );

  expect(asked).toBe(1);
  const kinds = Object.values(sessions).map((one) => (one.ok ? 'ok' : one.failure.kind));
  expect(kinds).toEqual(Array(5).fill('refused'));
});
