// Hosts with IPv6 addresses alone in the file, one of which goes out with another than it is reached by; an object store too.

import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWalArrives } from '../support/backup-story.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { expectClear, expectStreaming, settled } from '../support/faults.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const hosts = ['control', 'pg1', 'pg2'] as const;

describeOnHosts('a cluster of IPv6 addresses', () => {
  let lab: Lab;
  let network: string;

  /** Adds addresses to the hosts and to this machine, and writes them into the file and into known_hosts. */
  beforeAll(async () => {
    lab = await startLabWithBackups('addresses', 'versitygw', '--hosts', hosts.join(','));
    const [first, second, third] = addressOf(lab, 'control').split('.');
    // Not "fd77:0::", which is written shorter.
    network = `fd77:a${third}::`;
    const { stdout } = await execa('ip', ['-br', '-4', 'addr']);
    const card = new RegExp(`^(\\S+) .* ${first}\\.${second}\\.${third}\\.1/`, 'm').exec(stdout)![1]!;
    const isOff = `/proc/sys/net/ipv6/conf/${card}/disable_ipv6`;
    if (readFileSync(isOff, 'utf8').trim() === '1') writeFileSync(isOff, '0');
    await execa('ip', ['-6', 'addr', 'add', `${network}1/64`, 'dev', card, 'nodad']);
    const file = lab.env['CLUSTER_SSH_KNOWN_HOSTS']!;
    let known = readFileSync(file, 'utf8');
    for (const [index, host] of hosts.entries()) {
      const address = `${network}1${index}`;
      await lab.shell(host, `ip -6 addr add ${address}/64 dev host0 nodad`);
      known = known.replace(
        `${addressOf(lab, host)} `,
        `${addressOf(lab, host)},${address},${network}11${index} `,
      );
    }
    writeFileSync(file, known);
    // What is deprecated is not gone out with.
    await lab.shell('pg2', `ip -6 addr add ${network}112/64 dev host0 nodad preferred_lft 0`);
    lab.configure({
      CLUSTER_CONTROL_HOST: `control=[${network}10]`,
      CLUSTER_DB_PRIMARY_HOST: `pg1=[${network}11]`,
      CLUSTER_DB_REPLICA_HOSTS: `pg2=[${network}112]`,
      CLUSTER_ALLOWED_CIDRS: `${network}/64`,
    });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('doctor says with which address a replica arrives, and the line that lets it in', async () => {
    const before = await lab.dbctl('doctor');

    expectExit(before, 4);
    expect(before.stdout).toContain(`pg2 goes out to pg1 with ${network}12`);
    expect(before.stdout).toContain(`→ add it: CLUSTER_NODE_ADDRESSES=pg2=${network}12`);
  });

  test('without it the replica is refused, with the same line', async () => {
    await succeed(lab, 'init-primary');

    const refused = await lab.dbctl('add-replica');

    expectClear(lab, refused, 6, 'no pg_hba.conf entry', `CLUSTER_NODE_ADDRESSES=<node>=${network}12`);
  });

  test('with it all comes up: replica, store, backups, drill and probe', async () => {
    lab.configure({ CLUSTER_NODE_ADDRESSES: `pg2=${network}12` });

    await succeed(lab, 'up');

    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg1', 'select host(client_addr) from pg_stat_replication')).toBe(`${network}12`);
    await expectWalArrives(lab);
    expectExit(await lab.dbctl('doctor'), 0);
    await succeed(lab, 'probe');
    await succeed(lab, 'backup', 'drill');
    await settled(lab, 'up');
  });
});
