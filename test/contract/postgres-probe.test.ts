import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { problemsOf } from '../../src/cluster/probe-finding.ts';
import type { ProbeReport } from '../../src/cluster/probe-report.ts';
import { probeCluster, probeUntilGreen } from '../../src/operations/probe.ts';
import { Secret } from '../../src/secret.ts';
import { missing, startPair, type PostgresPair } from '../support/postgres-pair.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { cluster as example } from '../support/probe-facts.ts';

const role = (name: string, password: string) => ({ name, password: new Secret(password) });
const problems = (report: ProbeReport): string[] =>
  problemsOf(report.findings).map(({ status, nodes, message }) => `${status} ${nodes.join(',')}: ${message}`);
const reason = missing();

describe.skipIf(reason)(`probe and a real PostgreSQL ${reason ? `(skipped: ${reason})` : ''}`, () => {
  let pair: PostgresPair;
  let cluster: Cluster;

  beforeAll(async () => {
    pair = await startPair();
    const primary = { name: 'pg1', host: '127.0.0.1', port: pair.primaryPort };
    const replica = { name: 'pg2', host: '127.0.0.1', port: pair.replicaPort };
    cluster = {
      ...example,
      primary,
      replicas: [replica],
      probed: [primary, replica],
      caCertificateFile: pair.caFile,
      postgres: {
        ...example.postgres,
        version: pair.major,
        // The umlaut is written in two code points here and in one in the database: SASLprep makes them equal.
        admin: role('app_admin', `admin u\u0308"'$#%@:/`),
        writer: role('app_writer', 'writer-password'),
        reader: role('app_reader', 'reader-password'),
        replication: role('replicator', 'replication-password'),
      },
    };
    await probeUntilGreen(cluster, { timeoutMs: 3000, waitMs: 20_000, onProblem: () => {} });
  }, 60_000);

  afterAll(() => pair?.stop());

  const look = (changes: Partial<Cluster> = {}): Promise<ProbeReport> =>
    probeCluster({ ...cluster, ...changes }, 3000);

  test('every role passes every check, and nothing is left behind', async () => {
    const things = `select (select count(*) from pg_class), (select count(*) from pg_database),
      (select count(*) from pg_replication_slots)`;
    const before = pair.sql(pair.primaryPort, things);

    expect(problems(await look())).toEqual([]);
    expect(pair.sql(pair.primaryPort, things)).toBe(before);
  });

  test('waiting ends at its time when it does not get green, and tells of each round', async () => {
    const started = performance.now();
    const rounds: string[] = [];

    const report = await probeUntilGreen(
      { ...cluster, postgres: { ...cluster.postgres, version: 99 } },
      { timeoutMs: 3000, waitMs: 1500, onProblem: ({ status }) => rounds.push(status) },
    );

    expect(report).toMatchObject({ status: 'warning', exitCode: 1 });
    expect(rounds).toEqual(['warning']);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('an idle primary makes no lag', async () => {
    const { nodes } = await look();

    expect(nodes[1]).toMatchObject({ state: 'streaming', role: 'replica' });
    expect(nodes[1]!.lagSeconds).toBeLessThan(1);
  });

  test('paused replay is seen, and its lag has an age', async () => {
    pair.sql(pair.replicaPort, 'select pg_wal_replay_pause()');
    pair.sql(pair.primaryPort, 'create table public.later (number int)');

    const report = await look({ lagLimits: { warnSeconds: 0.5, maxSeconds: 600 } });
    pair.sql(pair.replicaPort, 'select pg_wal_replay_resume()');
    pair.sql(pair.primaryPort, 'drop table public.later');

    expect(problems(report)).toEqual([
      'warning pg2: replay is paused',
      expect.stringMatching(/^warning pg2: .* behind \(.*B\), more than 0.5 s$/),
    ]);
  });

  test('a wrong password names the role, and the others still go on', async () => {
    const postgres = { ...cluster.postgres, writer: role('app_writer', 'not-this-password') };

    const report = await look({ postgres });

    expect(problems(report)).toEqual([
      'critical pg1,pg2: the password of writer app_writer is wrong, or there is no such role',
    ]);
    expect(JSON.stringify(report)).not.toContain('not-this-password');
  });

  test('a reader with too much is found out by doing and by asking', async () => {
    pair.sql(pair.primaryPort, 'create table public.open (number int)');
    pair.sql(
      pair.primaryPort,
      'grant create on schema public to app_reader; grant select, update on public.open to app_reader',
    );

    const report = await look();
    pair.sql(pair.primaryPort, 'revoke create on schema public from app_reader; drop table public.open');

    expect(problems(report)).toEqual(
      expect.arrayContaining([
        'critical pg1: reader can create tables',
        expect.stringMatching(/^critical pg1.*: reader may change public.open$/),
      ]),
    );
  });

  test('a dead node costs one timeout, and the living are still seen', async () => {
    const hole = await startPostgres({ tls: 'silent' });
    const dead = { name: 'pg3', host: '127.0.0.1', port: hole.port };
    const started = performance.now();

    const report = await probeCluster({ ...cluster, probed: [...cluster.probed, dead] }, 1000);
    hole.close();

    expect(performance.now() - started).toBeLessThan(2000);
    expect(problems(report)).toEqual([`critical pg3: 127.0.0.1:${hole.port} did not answer in time`]);
    expect(report.nodes.map(({ state }) => state)).toEqual(['writable', 'streaming', 'timeout']);
  });

  test('a CA certificate that cannot be read is said before anything is asked', async () => {
    await expect(look({ caCertificateFile: '/nowhere/ca.crt' })).rejects.toThrow('cannot be read');
  });
});
