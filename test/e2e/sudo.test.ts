// An ordinary account that may use sudo without a password is enough.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { journalMark, journalSince } from '../support/journal.ts';
import { describeOnHosts, patienceMs, sqlAs, succeed } from '../support/story.ts';

describeOnHosts('an ordinary user with sudo', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('e2e-sudo', '--hosts', 'control,pg1,pg2');
    lab.configure({ CLUSTER_SSH_USER: 'admin' });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('sets up a primary and a replica', async () => {
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');

    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table seen as select 42 as n;');
    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg1', to: 'pg2' }, 'select n from seen').catch(String))
      .toBe('42');
    await succeed(lab, 'probe', '--wait', '10s');
  });

  test('dbctl logs in as that user and not as root, and no file belongs to it', async () => {
    const hosts = ['pg1', 'pg2'] as const;
    const marks = await Promise.all(hosts.map((host) => journalMark(lab, host)));
    await succeed(lab, 'status');

    for (const [index, host] of hosts.entries()) {
      // The last login is the one that asks.
      const said = await journalSince(lab, host, marks[index]!);
      const logins = [...said.matchAll(/Accepted publickey for ([a-z]+)/g)].map(([, user]) => user);
      expect(logins).toEqual(['admin', 'root']);
      const owned = `find / -xdev -user admin -not -path '/home/*' -not -path '/proc/*' -printf '%p '`;
      expect(await lab.ssh(host, owned)).toBe('');
    }
  });

  test('a second run changes nothing, and status and logs can be read', async () => {
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
    const { stdout } = await succeed(lab, 'status', '-o', 'json');
    const { nodes } = JSON.parse(stdout) as { nodes: { node: string; state: string }[] };
    expect(nodes.map(({ node, state }) => `${node} ${state}`)).toEqual(['pg1 running', 'pg2 running']);
    expect((await succeed(lab, 'logs', 'pg2')).stdout).toContain('started streaming WAL');
  });
});
