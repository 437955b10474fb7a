// Settings with which a server would not start: found before anything is written or stopped, and undone where only the
// start could tell.

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Finished, Lab } from '../support/e2e.ts';
import { expectRefused, expectStreaming, followDbctl, settled } from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const settings = '/etc/postgresql/17/main/conf.d/dbctl.conf';
const byHand = '/etc/postgresql/17/main/conf.d/zz.conf';
const nodes = ['pg1', 'pg2'] as const;

function expectSaid({ stdout, stderr }: Finished, ...parts: readonly string[]): void {
  for (const part of parts) expect(`${stdout}\n${stderr}`).toContain(part);
}

describeOnHosts('settings with which a server would not start', () => {
  let lab: Lab;

  /** What must not change: the file and the run of each server. */
  const state = (): Promise<readonly string[]> =>
    Promise.all(
      nodes.map(async (node) =>
        [
          await lab.shell(node, `md5sum < ${settings}`),
          await lab.sql(node, 'select pg_postmaster_start_time()'),
        ].join(' '),
      ),
    );
  const write = (node: string, line: string): Promise<string> =>
    lab.shell(node, `echo "${line}" > ${byHand} && chown postgres: ${byHand}`);

  beforeAll(async () => {
    lab = await startCluster('badset', 'replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('what no host has is refused by plan, on every node, and nothing is changed', async () => {
    const before = await state();
    const bad = {
      POSTGRES_CONF_shared_buffers: '900GB',
      POSTGRES_CONF_huge_pages: 'on',
      POSTGRES_CONF_log_directory: '/nosuch/there',
    };
    lab.configure(bad);

    const planned = await lab.dbctl('plan');
    lab.configure(Object.fromEntries(Object.keys(bad).map((name) => [name, undefined])));

    expectExit(planned, 4);
    for (const node of nodes) expectSaid(planned, `PostgreSQL on ${node} would not start`);
    expectSaid(planned, 'it would need 9', 'huge_pages is on', 'log_directory: ');
    expect(await state()).toEqual(before);
  });

  test('a library that one node lacks is found before any node is written, and named', async () => {
    const before = await state();
    await lab.shell('pg2', 'mv /usr/lib/postgresql/17/lib/pg_stat_statements.so /root/');
    lab.configure({ POSTGRES_CONF_shared_preload_libraries: "'auth_delay, pg_stat_statements'" });

    const finished = await lab.dbctl('up', '--restart');

    expectExit(finished, 4);
    expectSaid(finished, 'PostgreSQL on pg2 would not start', 'could not access file "pg_stat_statements"');
    expect(finished.stderr).not.toContain('PostgreSQL on pg1');
    expect(await state()).toEqual(before);

    await lab.shell('pg2', 'mv /root/pg_stat_statements.so /usr/lib/postgresql/17/lib/');
    await succeed(lab, 'up', '--restart');
    for (const node of nodes)
      expect(await lab.sql(node, 'show shared_preload_libraries')).toContain('pg_stat_statements');
  });

  test('what only a start can tell is undone on every node, and the reason comes first', async () => {
    const before = await lab.shell('pg1', `md5sum < ${settings}`);
    lab.configure({ POSTGRES_CONF_listen_addresses: '203.0.113.9' });

    const finished = await lab.dbctl('up', '--restart');

    expectExit(finished, 6);
    expect(finished.stderr).toMatch(
      /^error PostgreSQL did not start on pg2 with its new settings; it runs again with those that it had\n +FATAL: could not create any TCP\/IP sockets\n/m,
    );
    expect(await lab.shell('pg1', `md5sum < ${settings}`)).toBe(before);
    for (const node of nodes) expect(await lab.sql(node, 'show listen_addresses')).toContain('localhost');
    await expectStreaming(lab, 'pg2');

    lab.configure({ POSTGRES_CONF_listen_addresses: undefined });
    expect((await succeed(lab, 'up')).stdout).toContain('0 changes');
  });

  test('a stopped replica that has less than its primary fails at once, and again at once', async () => {
    await lab.shell('pg2', 'systemctl stop postgresql@17-main');
    await write('pg2', 'max_connections = 50');

    const began = Date.now();
    const finished = await lab.dbctl('up');
    const again = await lab.dbctl('up');

    expect(Date.now() - began).toBeLessThan(90_000);
    for (const one of [finished, again]) {
      expectExit(one, 6);
      expect(one.stderr).toMatch(
        /^error PostgreSQL did not start on pg2: .*\n +FATAL: (hot standby|recovery aborted)/m,
      );
      expectSaid(one, 'max_connections = 50 is a lower setting than on the primary');
    }
    await lab.shell('pg2', `rm ${byHand}`);
    await succeed(lab, 'up');
    await expectStreaming(lab, 'pg2');
  });

  test('a replica that is started or made anew has what its primary still runs with, until that restarted', async () => {
    const values = (): Promise<readonly string[]> =>
      Promise.all(nodes.map((node) => lab.sql(node, 'show max_connections')));
    lab.configure({ POSTGRES_CONF_max_connections: '130' });
    await succeed(lab, 'up', '--restart');
    lab.configure({ POSTGRES_CONF_max_connections: undefined });

    await succeed(lab, 'reinit', 'pg2', '--yes');
    await expectStreaming(lab, 'pg2');
    expect(await values()).toEqual(['130', '130']);

    await lab.shell('pg2', `systemctl stop postgresql@17-main; sed -i '/^max_connections/d' ${settings}`);
    const refused = await expectRefused(lab, 'would not start with max_connections = 100', 'restart', 'pg2');
    const followed = await followDbctl(lab, refused, /up/);
    expectExit(followed, 4);
    expectSaid(followed, 'pg1 needs a restart for max_connections');
    await expectStreaming(lab, 'pg2');

    await succeed(lab, 'up', '--restart');
    await expectStreaming(lab, 'pg2');
    expect(await values()).toEqual(['100', '100']);
    await settled(lab, 'up');
  });

  test('a value is named with the places where it stands', async () => {
    const main = '/etc/postgresql/17/main/postgresql.conf';
    await lab.shell('pg2', `systemctl stop postgresql@17-main; echo 'work_mem = nonsense' >> ${main}`);

    const refused = await expectRefused(lab, 'work_mem', 'restart', 'pg2');

    expectSaid(refused, `set in ${main}:${await lab.shell('pg2', `wc -l < ${main}`)}`);
    await lab.shell('pg2', `sed -i '$d' ${main}`);
    await succeed(lab, 'restart', 'pg2');
  });

  test('a file that somebody broke keeps a server from being stopped', async () => {
    const before = await state();
    await lab.shell('pg1', `echo "include 'nosuch.conf'" >> /etc/postgresql/17/main/postgresql.conf`);
    await write('pg2', 'hot_standby = off');

    const pg1 = await lab.dbctl('restart', 'pg1', '--yes');
    const pg2 = await lab.dbctl('restart', 'pg2', '--yes');

    for (const one of [pg1, pg2]) expectExit(one, 4);
    expectSaid(pg1, 'nosuch.conf');
    expectSaid(pg2, 'hot_standby would be off');
    expect(await state()).toEqual(before);
    await lab.shell('pg1', `sed -i '/nosuch.conf/d' /etc/postgresql/17/main/postgresql.conf`);
    await lab.shell('pg2', `rm ${byHand}`);
  });

  test('a primary that fell with settings of no use comes back when they are corrected', async () => {
    await lab.shell('pg1', `echo "shared_preload_libraries = 'nosuch'" >> ${settings}`);
    await lab.shell('pg1', 'pkill -KILL -o -x postgres; sleep 1; systemctl start postgresql@17-main || :');
    await expect(lab.sql('pg1', 'select 1')).rejects.toThrow();

    await succeed(lab, 'up');

    await expectStreaming(lab, 'pg2');
    expect((await succeed(lab, 'plan')).stdout).toContain('0 changes');
  });
});
