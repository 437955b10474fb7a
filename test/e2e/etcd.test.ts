// etcd, in which Patroni keeps who leads: three members, of which nobody learns or changes anything without a
// certificate and a password. What is true is asked of etcd itself.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const put = (key: string): unknown => ({ key: base64(key), value: base64('1') });

describeOnHosts('the etcd of a cluster', () => {
  let lab: Lab;
  let cluster: string;

  beforeAll(async () => {
    lab = await startCluster('etcd', 'two replicas');
    cluster = lab.env['CLUSTER_NAME']!;
    lab.configure({ CLUSTER_HA: 'patroni' });
    await succeed(lab, 'up');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** What etcd answers its root on a host of a member. */
  const etcdctl = (host: string, words: string): Promise<string> => {
    const own = `/etc/dbctl/${cluster}/_etcd`;
    const credential = `--cacert ${own}/ca.crt --cert ${own}/root.crt --key ${own}/root.key`;
    return lab.shell(host, `etcdctl --endpoints 127.0.0.1:2379 ${credential} ${words}`);
  };

  /** Names of members, in order. */
  const members = async (host = 'control'): Promise<readonly string[]> => {
    const { members: listed } = JSON.parse(await etcdctl(host, 'member list -w json')) as {
      members: { name: string }[];
    };
    return listed.map(({ name }) => name).toSorted();
  };

  const health = (host: string): Promise<string> => etcdctl(host, 'endpoint health 2>&1');

  const clientFiles = (): string => {
    const own = `/etc/dbctl/${cluster}/pg3/etcd`;
    return `--cacert ${own}/ca.crt --cert ${own}/client.crt --key ${own}/client.key`;
  };

  /** What the API of a member answers on pg3, which is no member; curl's words where it answers nothing. */
  const api = (path: string, body: unknown, flags = clientFiles(), scheme = 'https'): Promise<string> =>
    lab.shell(
      'pg3',
      `curl -q -sS -m 20 ${flags} -d @- ${scheme}://${addressOf(lab, 'pg1')}:2379/v3/${path} 2>&1 || :`,
      JSON.stringify(body),
    );

  const token = async (): Promise<string> => {
    const password = await lab.shell('control', `cat /etc/dbctl/${cluster}/_patroni/etcd-password`);
    const answer = await api('auth/authenticate', { name: 'patroni', password: password.trim() });
    return (JSON.parse(answer) as { token: string }).token;
  };

  test('has three members, and a second run changes nothing', async () => {
    expect(await members()).toEqual(['control', 'pg1', 'pg2']);
    for (const host of ['control', 'pg1', 'pg2']) expect(await health(host)).toContain('is healthy');
    expect(await lab.shell('pg3', 'ss -Hltn "sport = :2379 or sport = :2380"')).toBe('');
    const { stdout } = await succeed(lab, 'status');
    expect(stdout).toMatch(/^ETCD +3 of 3 members, leader (control|pg1|pg2)$/m);
    expect((await succeed(lab, 'up')).stdout).toMatch(/^0 changes$/m);
  });

  test('lets Patroni use its own prefix, and nothing else', async () => {
    const own = `${clientFiles()} -H "Authorization: ${await token()}"`;
    const key = `/dbctl/${cluster}/of-the-story`;

    expect(await api('kv/put', put(key), own)).toContain('"revision"');
    expect(await etcdctl('control', `get --print-value-only ${key}`)).toBe('1');
    for (const foreign of ['/dbctl/other/x', `/dbctl/${cluster}`, '/x'])
      expect(await api('kv/put', put(foreign), own)).toContain('permission denied');
    expect(await api('kv/deleterange', { key: 'AA==', range_end: 'AA==' }, own)).toContain(
      'permission denied',
    );
    expect(await api('auth/disable', {}, own)).toContain('permission denied');
    await etcdctl('control', `del ${key}`);
  });

  test('answers nobody without a password, a certificate, or TLS', async () => {
    const read = { key: base64(`/dbctl/${cluster}/config`) };
    const authority = `--cacert /etc/dbctl/${cluster}/pg3/etcd/ca.crt`;

    expect(await api('kv/range', read)).toContain('user name is empty');
    expect(await api('auth/authenticate', { name: 'patroni', password: 'wrong' })).toContain(
      'authentication failed',
    );
    expect(await api('kv/range', read, authority)).toMatch(/^curl: /m);
    expect(await api('kv/range', read, '', 'http')).toMatch(/^curl: /m);
    const member = `--cacert /etc/dbctl/${cluster}/_etcd/ca.crt --cert /etc/dbctl/${cluster}/_etcd/server.crt --key /etc/dbctl/${cluster}/_etcd/server.key`;
    const asMember = `etcdctl --endpoints 127.0.0.1:2379 ${member} get / 2>&1 || :`;
    expect(await lab.shell('control', asMember)).toContain('permission denied');
  });

  test('takes a member in again that has lost its data, and goes on meanwhile', async () => {
    const unit = `dbctl-etcd-${cluster}`;
    await lab.shell('pg2', `systemctl stop ${unit}; rm -rf /var/lib/${unit}`);
    const { stdout } = await lab.dbctl('status', '--check');
    expect(stdout).toContain('WARNING etcd on pg2 is not there; no other member may fail');
    expect(await health('control')).toContain('is healthy');

    await succeed(lab, 'up');

    expect(await members()).toEqual(['control', 'pg1', 'pg2']);
    expect(await health('pg2')).toContain('is healthy');
  });

  test('begins nothing anew when the data of most members is gone', async () => {
    const unit = `dbctl-etcd-${cluster}`;
    const keep = '/var/lib/kept-of-the-story';
    for (const host of ['pg1', 'pg2'])
      await lab.shell(host, `systemctl stop ${unit}; mv /var/lib/${unit} ${keep}`);

    const refused = await lab.dbctl('up');

    expectExit(refused, 4);
    expect(refused.stderr).toMatch(/etcd on pg[12] has no data, and too few of the other members are well/);
    for (const host of ['pg1', 'pg2'])
      await lab.shell(host, `mv ${keep} /var/lib/${unit}; systemctl start --no-block ${unit}`);
    await vi.waitFor(async () => expect(await health('pg2')).toContain('is healthy'), {
      timeout: 120_000,
      interval: 1000,
    });
  });

  test('moves to another host when the file says so, and nothing is left where it ran', async () => {
    lab.configure({ ETCD_HOSTS: 'control,pg1,pg3' });
    await succeed(lab, 'up');

    expect(await members()).toEqual(['control', 'pg1', 'pg3']);
    expect(await health('pg3')).toContain('is healthy');
    const left = `ls -d /etc/systemd/system/dbctl-etcd-* /etc/dbctl/*/_etcd /var/lib/dbctl-etcd-* 2>/dev/null || :`;
    expect(await lab.shell('pg2', left)).toBe('');
    expect((await succeed(lab, 'up')).stdout).toMatch(/^0 changes$/m);
  });

  test('gets a new certificate authority while Patroni is let in all the time', async () => {
    await succeed(lab, 'certs', 'rotate', '--ca');
    expect(await token()).not.toBe('');
    await succeed(lab, 'certs', 'rotate', '--ca', '--finish');

    for (const host of ['control', 'pg1', 'pg3']) expect(await health(host)).toContain('is healthy');
    expect(await token()).not.toBe('');
    // Each node's REST API shows what the new authority signed.
    for (const node of ['pg1', 'pg2', 'pg3'])
      await lab.shell(
        'control',
        `curl -sf -o /dev/null --cacert /etc/dbctl/${cluster}/_etcd/ca.crt https://${addressOf(lab, node)}:8018/patroni`,
      );
    expectExit(await lab.dbctl('certs', 'status'), 0);
  });

  test('comes back by itself when all members were killed at once', async () => {
    for (const host of ['control', 'pg1', 'pg3'])
      await lab.shell(host, `systemctl kill -s KILL dbctl-etcd-${cluster}`);

    for (const host of ['control', 'pg1', 'pg3'])
      await vi.waitFor(async () => expect(await health(host)).toContain('is healthy'), {
        timeout: 120_000,
        interval: 1000,
      });
  });

  test('leaves the etcd of somebody else alone', async () => {
    await lab.shell(
      'pg2',
      'systemd-run -q --unit foreign-etcd -p User=etcd -p Type=notify etcd --data-dir /tmp/foreign --name foreign',
    );
    lab.configure({ ETCD_HOSTS: 'control,pg1,pg2' });

    const refused = await lab.dbctl('up');

    expectExit(refused, 4);
    expect(refused.stderr).toMatch(/port 2379 of pg2 is taken by etcd \(pid \d+\)/);
    expect(await lab.shell('pg2', 'systemctl is-active foreign-etcd')).toBe('active');
    expect(await members()).toEqual(['control', 'pg1', 'pg3']);
    await lab.shell('pg2', 'systemctl stop foreign-etcd');
  });

  test('is gone when the file does not want it any more', async () => {
    lab.configure({ CLUSTER_HA: undefined, ETCD_HOSTS: undefined });
    await succeed(lab, 'up');

    const left = `ls -d /etc/systemd/system/dbctl-etcd-* /etc/dbctl/*/_etcd /etc/dbctl/*/_patroni /etc/dbctl/*/*/etcd /var/lib/dbctl-etcd-* 2>/dev/null || :`;
    for (const host of ['control', 'pg1', 'pg2', 'pg3']) {
      expect(await lab.shell(host, left)).toBe('');
      expect(await lab.shell(host, 'ss -Hltn "sport = :2379 or sport = :2380"')).toBe('');
    }
    expect((await succeed(lab, 'up')).stdout).toMatch(/^0 changes$/m);
  });
});
