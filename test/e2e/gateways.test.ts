// HAProxy leads writers to the primary and readers to replicas, whoever has these roles. What is true is asked of
// PostgreSQL through its ports, and of the hosts.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { execa } from 'execa';
import type { Lab } from '../support/e2e.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

describeOnHosts('a cluster with HAProxy', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('gateways', 'two replicas');
    lab.configure({ CLUSTER_GATEWAYS: 'haproxy', MAX_REPLICA_LAG: '3s' });
    await succeed(lab, 'up');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** The node that answers on a port of a gateway, as an application on pg3's host sees it; throws psql's words. */
  const through = async (port: number, gateway = addressOf(lab, 'control')): Promise<string> => {
    const { name, password } = roleOf(lab, port === 5000 ? 'writer' : 'reader');
    const { CLUSTER_NAME: cluster, POSTGRES_DB: database } = lab.env;
    const connection = `host=${gateway} port=${port} dbname=${database} user=${name} connect_timeout=5 sslmode=verify-full sslrootcert=/etc/dbctl/${cluster}/pg3/ca.crt`;
    const psql = `psql -XAtqw -v ON_ERROR_STOP=1 -d "${connection}"`;
    const sql = "select split_part(current_setting('cluster_name'), '/', 2), pg_is_in_recovery()";
    return lab.shell('pg3', `IFS= read -r PGPASSWORD && export PGPASSWORD && ${psql}`, `${password}\n${sql}`);
  };

  const leadsTo = (port: number, answer: string): Promise<unknown> =>
    vi.waitFor(async () => expect(await through(port)).toBe(answer), { timeout: 15_000, interval: 200 });

  /** Everything that answers on a port in some connections. */
  const answersOn = async (port: number): Promise<ReadonlySet<string>> => {
    const answers = new Set<string>();
    for (let count = 0; count < 6; count++) answers.add(await through(port));
    return answers;
  };

  test('leads writers to the primary, readers to the replicas, and others to any node', async () => {
    expect(await answersOn(5000)).toEqual(new Set(['pg1|f']));
    expect(await answersOn(5001)).toEqual(new Set(['pg2|t', 'pg3|t']));
    expect(await answersOn(5002)).toEqual(new Set(['pg1|f', 'pg2|t', 'pg3|t']));
  });

  test('says so, and a second run changes nothing', async () => {
    const status = await succeed(lab, 'gateway', 'status');
    expect(status.stdout).toMatch(/^control +pg1 +yes \(5000\) +no +yes \(5002\)/m);
    const { stdout } = await succeed(lab, 'probe');
    expect(stdout).toMatch(/^GATEWAY control {2}5000 pg1 \(primary\) {2}5001 pg[23] \(replica\)/m);
    expect((await succeed(lab, 'up')).stdout).toMatch(/^0 changes$/m);
    const doctor = await succeed(lab, 'doctor');
    expect(doctor.stdout).toMatch(/^control +5432✓ 8008✓ +5432✓ 8008✓ +5432✓ 8008✓$/m);
    expect(doctor.stdout).not.toMatch(/gateway|haproxy/i);
  });

  test('that does not run is named, with the line that shows what it said last', async () => {
    await lab.shell('control', "systemctl stop 'dbctl-haproxy-*'");

    const status = await lab.dbctl('gateway', 'status', '-o', 'json');

    expectExit(status, 2);
    const [, said = ''] = /what it says, on control: (journalctl [^"]*)"/.exec(status.stdout) ?? [];
    expect(await lab.shell('control', said)).toMatch(/haproxy/i);
    await succeed(lab, 'up');
    expect(await through(5000)).toBe('pg1|f');
  });

  /** What a port answers to PostgreSQL's request for TLS (8 bytes) from this machine, which is no host of the cluster. */
  const answerFromOutside = async (port: number): Promise<string> => {
    const script = `exec 3<>/dev/tcp/${addressOf(lab, 'control')}/${port}; printf '\\0\\0\\0\\10\\4\\322\\26\\57' >&3; timeout 5 head -c 1 <&3`;
    const [program, ...words] = [...lab.inside, 'bash', '-c', script];
    return (await execa(program, words, { reject: false })).stdout;
  };

  test('takes connections from the allowed networks alone', async () => {
    for (const port of [5000, 5001, 5002]) expect(await answerFromOutside(port)).toBe('S');
    const allowed = lab.env['CLUSTER_ALLOWED_CIDRS'];
    lab.configure({ CLUSTER_ALLOWED_CIDRS: undefined });
    await succeed(lab, 'up');

    for (const port of [5000, 5001, 5002]) expect(await answerFromOutside(port)).toBe('');
    expect(await through(5000)).toBe('pg1|f');
    lab.configure({ CLUSTER_ALLOWED_CIDRS: allowed });
  });

  /** What a node says to whoever asks it for a role. */
  const roleSaid = (asker: string, node: string, path: string): Promise<string> =>
    lab.shell(
      asker,
      `exec 3<>/dev/tcp/${addressOf(lab, node)}/8008; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; timeout 5 head -n 1 <&3 || :`,
    );

  test('alone is told the roles', async () => {
    expect(await roleSaid('control', 'pg1', '/primary')).toContain('200');
    expect(await roleSaid('control', 'pg2', '/primary')).toContain('503');
    expect(await roleSaid('pg3', 'pg1', '/primary')).toBe('');
    const statistics = `</dev/tcp/${addressOf(lab, 'control')}/7000`;
    await expect(lab.shell('control', statistics)).rejects.toThrow(/refused/i);
  });

  test('gives no reads to a replica that lags, until it has caught up', async () => {
    await lab.sql('pg3', 'select pg_wal_replay_pause()');
    await lab.sql('pg1', 'create table behind (i int)');
    await vi.waitFor(async () => expect(await answersOn(5001)).toEqual(new Set(['pg2|t'])), {
      timeout: 20_000,
    });
    const { stdout } = await lab.dbctl('gateway', 'status');
    expect(stdout).toContain('WARNING control leads no readers to pg3');
    expect(await answersOn(5002)).toContain('pg3|t');

    await lab.sql('pg3', 'select pg_wal_replay_resume()');
    await vi.waitFor(async () => expect(await answersOn(5001)).toContain('pg3|t'), { timeout: 20_000 });
  });

  test('runs on other hosts when the file says so, and nothing is left where it ran', async () => {
    lab.configure({ CLUSTER_GATEWAY_HOSTS: 'pg3' });
    await succeed(lab, 'up');
    expect(await through(5000, addressOf(lab, 'pg3'))).toBe('pg1|f');
    await expect(through(5000)).rejects.toThrow('Connection refused');

    lab.configure({ CLUSTER_GATEWAYS: undefined, CLUSTER_GATEWAY_HOSTS: undefined });
    await succeed(lab, 'up');
    const left =
      'ls -d /etc/systemd/system/dbctl-haproxy* /etc/systemd/system/dbctl-role* /etc/dbctl/*/_haproxy';
    for (const host of ['control', 'pg1', 'pg2', 'pg3'])
      expect(await lab.shell(host, `${left} 2>/dev/null || :`)).toBe('');
    expectExit(await lab.dbctl('gateway', 'status'), 3);

    lab.configure({ CLUSTER_GATEWAYS: 'haproxy' });
    await succeed(lab, 'up');
    expect(await through(5000)).toBe('pg1|f');
  });

  test('ends the sessions of a primary that is gone, and follows the one that was promoted', async () => {
    await lab.shell('pg1', 'systemctl kill -s KILL postgresql@17-main; systemctl stop postgresql@17-main');
    await lab.sql('pg2', 'select pg_promote()');

    await leadsTo(5000, 'pg2|f');
    await leadsTo(5001, 'pg2|f').catch(() => leadsTo(5001, 'pg3|t'));
  });

  test('refuses writers while two nodes take writes', async () => {
    await lab.shell('pg1', 'touch /run/dbctl-start-17-main && systemctl start postgresql@17-main');
    await vi.waitFor(
      async () => expect((await lab.dbctl('gateway', 'status')).stdout).toContain('refuses writers'),
      { timeout: 15_000 },
    );

    await expect(through(5000)).rejects.toThrow('server closed the connection unexpectedly');
    const status = await lab.dbctl('gateway', 'status');
    expectExit(status, 2);
    expect(status.stdout).toContain('pg1 and pg2 both say that they are the primary');
    expectExit(await lab.dbctl('probe'), 2);
    await lab.shell('pg1', 'systemctl stop postgresql@17-main');
    await leadsTo(5000, 'pg2|f');
  });
});
