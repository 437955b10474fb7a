// Certificates are replaced, the CA too, while clients and replicas stay connected; judged by what ports show.

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { dbctlKilledAt, type Moment } from '../support/kill-dbctl.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'] as const;

describeOnHosts('certificates', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('certs', 'replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('are all shown, with what they are for', async () => {
    const { certificates } = await status(lab);
    const rows = certificates.map(({ host, port, what, authority, shown, names }) =>
      [host, port, what, authority, shown, names?.join(' ')].join('|'),
    );

    expect(rows).toEqual(
      nodes.map((node) => `${node}|5432|PostgreSQL|current|yes|${node} ${addressOf(lab, node)}`),
    );
    expect(certificates.map(({ fingerprint }) => fingerprint)).toEqual([
      await shownOn(lab, 'pg1'),
      await shownOn(lab, 'pg2'),
    ]);
  });

  test('are replaced under an open session and a replica, without a restart', async () => {
    const session = openSession(lab);
    await lab.shell('pg2', waitFor('/tmp/session-open'));
    const before = await Promise.all(nodes.map((node) => shownOn(lab, node)));
    const running = await lastStart(lab);

    await succeed(lab, 'certs', 'rotate');
    await lab.shell('pg2', 'touch /tmp/session-close');

    const [first, second] = (await session).split('\n');
    expect(second).toBe(first);
    expect(await lastStart(lab)).toBe(running);
    const after = await Promise.all(nodes.map((node) => shownOn(lab, node)));
    expect(before.filter((one) => after.includes(one))).toEqual([]);
    await expectAllWell(lab);
  });

  test('that are not the ones in the files, or end soon, are noticed and put right', async () => {
    const { name } = roleOf(lab, 'admin');
    const directory = `/etc/dbctl/${lab.env['CLUSTER_NAME']}/pg1`;
    const selfSigned = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -days 3`;
    await lab.shell('pg1', `${selfSigned} -keyout ${directory}/server.key -out ${directory}/server.crt 2>&1`);

    const finished = await lab.dbctl('certs', 'status');
    expectExit(finished, 6);
    for (const problem of [
      'it ends in 2 days',
      'it is signed by an unknown CA',
      'presents another certificate',
    ]) {
      expect(finished.stdout).toContain(
        `pg1 PostgreSQL: ${problem}`.replace(': presents', `: ${addressOf(lab, 'pg1')}:5432 presents`),
      );
    }

    expect((await dbctlKilledAt(lab, 30, 'after', 'certs', 'rotate')).exitCode).toBeNull();
    await succeed(lab, 'certs', 'rotate');
    await expectAllWell(lab);
  });

  test('get a new CA: clients with the old file and with the new one connect until the old one is dropped', async () => {
    const old = caFile(lab);
    copyFileSync(old, `${old}.old`);

    await succeed(lab, 'certs', 'rotate', '--ca');
    expect((await connectsWith(lab, `${old}.old`)).problem).toBe('');
    expect((await connectsWith(lab, old)).problem).toBe('');
    copyFileSync(old, `${old}.both`);
    expect((await status(lab)).rotation).toBe('overlap');
    expect((await succeed(lab, 'certs', 'rotate', '--ca')).stdout).toMatch(/^0 changes$/m);

    const running = await lastStart(lab);
    await succeed(lab, 'certs', 'rotate', '--ca', '--finish');
    expect((await connectsWith(lab, `${old}.old`)).problem).toContain('certificate verify failed');
    expect((await connectsWith(lab, `${old}.both`)).problem).toBe('');
    expect((await connectsWith(lab, old)).problem).toBe('');
    expect(await lastStart(lab)).toBe(running);
    await expectAllWell(lab);
    for (const command of [['init-primary'], ['add-replica'], ['certs', 'rotate', '--ca', '--finish']]) {
      expect((await succeed(lab, ...command)).stdout).toMatch(/^0 changes$/m);
    }
  });

  test('of rotations that are killed are finished by the next run, and nobody notices', async () => {
    const running = await lastStart(lab);
    const kill = async (point: number, moment: Moment, ...command: readonly string[]): Promise<void> => {
      const killed = await dbctlKilledAt(lab, point, moment, 'certs', 'rotate', ...command);
      expect(killed.exitCode, killed.stderr).toBeNull();
      expect((await connectsWith(lab, caFile(lab))).problem).toBe('');
    };

    await kill(40, 'after', '--ca');
    await succeed(lab, 'certs', 'rotate', '--ca');
    await kill(45, 'after', '--ca', '--finish');
    await kill(70, 'before', '--ca', '--finish');
    await succeed(lab, 'certs', 'rotate', '--ca', '--finish');

    await expectAllWell(lab);
    expect(await lastStart(lab)).toBe(running);
  });
});

interface Row {
  readonly host: string;
  readonly port?: number;
  readonly what: string;
  readonly authority?: string;
  readonly shown?: string;
  readonly names?: readonly string[];
  readonly fingerprint?: string;
}

const status = async (lab: Lab): Promise<{ rotation?: string; certificates: readonly Row[] }> =>
  JSON.parse((await succeed(lab, 'certs', 'status', '-o', 'json')).stdout);

/** The SHA-256 fingerprint of what a node's PostgreSQL shows to others. */
async function shownOn(lab: Lab, node: string): Promise<string> {
  const address = `${addressOf(lab, node)}:5432`;
  const line = `openssl s_client -connect ${address} -starttls postgres </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  return (await lab.shell('control', line)).replace(/^.*=/, '').trim();
}

/** When both servers started, and which walsender and walreceiver serve the replica: the same as long as nothing broke. */
async function lastStart(lab: Lab): Promise<string> {
  const [pg1, pg2] = await Promise.all([
    lab.sql('pg1', 'select pg_postmaster_start_time(), (select array_agg(pid) from pg_stat_replication)'),
    lab.sql('pg2', 'select pg_postmaster_start_time(), (select array_agg(pid) from pg_stat_wal_receiver)'),
  ]);
  return `${pg1}\n${pg2}`;
}

/** The files hold what the ports show, the replica streams, every role can log in, and no rotation is open. */
async function expectAllWell(lab: Lab): Promise<void> {
  const { certificates, rotation } = await status(lab);
  for (const { host, fingerprint } of certificates) expect(fingerprint).toBe(await shownOn(lab, host));
  expect(['overlap', undefined]).toContain(rotation);
  await succeed(lab, 'probe', '--wait', '30s');
}

const caFile = (lab: Lab): string => join(lab.directory, `${lab.env['CLUSTER_NAME']}-ca.crt`);

const waitFor = (file: string): string => `timeout 60 sh -c 'until [ -e ${file} ]; do sleep 0.1; done'`;

const clientOf = (lab: Lab, caCertificate: string): string =>
  `psql -XAtqw -d "host=${addressOf(lab, 'pg1')} dbname=${lab.env['POSTGRES_DB']} user=${roleOf(lab, 'writer').name} ` +
  `sslmode=verify-full sslrootcert=${caCertificate}"`;

/** A session on the primary that says its process twice, before and after it was told to. */
function openSession(lab: Lab): Promise<string> {
  const directory = `/etc/dbctl/${lab.env['CLUSTER_NAME']}/pg2`;
  const pid = 'select pg_backend_pid();';
  const script = [
    pid,
    String.raw`\! touch /tmp/session-open`,
    String.raw`\! ${waitFor('/tmp/session-close')}`,
    pid,
  ];
  const line = `IFS= read -r PGPASSWORD && export PGPASSWORD && exec ${clientOf(lab, `${directory}/ca.crt`)}`;
  return lab.shell('pg2', line, [roleOf(lab, 'writer').password, ...script, ''].join('\n'));
}

/** Connects from a host as an application would that has this copy of the CA file. */
async function connectsWith(lab: Lab, file: string): Promise<{ problem: string }> {
  const script = `set -eu; IFS= read -r PGPASSWORD; export PGPASSWORD; cat > /tmp/client-ca.crt
    ${clientOf(lab, '/tmp/client-ca.crt')} -c 'select 1' 2>&1 >/dev/null || :`;
  const input = `${roleOf(lab, 'writer').password}\n${readFileSync(file, 'utf8')}`;
  return { problem: (await lab.shell('pg2', script, input)).trim() };
}
