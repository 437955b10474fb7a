// Nodes that can be reached over SSH only from the control host, as an ordinary account with sudo. That the way leads
// through the control host stands in the user's own SSH configuration, and nowhere in .env.cluster.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'];

describeOnHosts('behind a jump host', () => {
  let lab: Lab;

  /** Runs a shell line on a node as root, through the jump host, with the system's own ssh. */
  async function onNode(node: string, line: string, input = ''): Promise<string> {
    const config = join(lab.directory, 'ssh_config');
    const argv = ['-F', config, '-l', 'admin', addressOf(lab, node), '--', `sudo sh -c '${line}'`];
    return (await execa('ssh', argv, { input })).stdout;
  }

  /** An `ssh` that reads this configuration as if it were the user's own. */
  function configureSsh(): void {
    const directory = join(lab.directory, 'bin');
    const config = join(lab.directory, 'ssh_config');
    const lines = [
      `Host ${nodes.map((node) => addressOf(lab, node)).join(' ')}`,
      '  ProxyJump bastion',
      'Host bastion',
      `  HostName ${addressOf(lab, 'control')}`,
      '  User admin',
      'Host *',
      `  IdentityFile ${lab.env['CLUSTER_SSH_KEY']}`,
      `  UserKnownHostsFile ${lab.env['CLUSTER_SSH_KNOWN_HOSTS']}`,
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'ssh'), `#!/bin/sh\nPATH=\${PATH#*:}\nexec ssh -F '${config}' "$@"\n`);
    chmodSync(join(directory, 'ssh'), 0o755);
    process.env['PATH'] = `${directory}:${process.env['PATH']}`;
  }

  beforeAll(async () => {
    lab = await startLab('e2e-jump', '--hosts', 'control,pg1,pg2');
    lab.configure({ CLUSTER_SSH_USER: 'admin' });
    const operator = addressOf(lab, 'pg1').replace(/\d+$/, '1');
    // Connections that are open stay: one of them says this.
    const rule = `ip saddr ${operator} tcp dport 22 tcp flags & (syn | ack) == syn drop`;
    const ruleset = `table inet fenced { chain input { type filter hook input priority 0; ${rule};\n}\n}`;
    await Promise.all(nodes.map((node) => lab.ssh(node, `nft '${ruleset}'`)));
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('without the way through it the primary cannot be reached, and it is named', async () => {
    const finished = await lab.dbctl('init-primary');

    expectExit(finished, 3);
    expect(finished.stderr).toContain(`${addressOf(lab, 'pg1')} cannot be reached over SSH`);
  });

  test('a primary and a replica are set up, and they stream', async () => {
    configureSsh();

    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');

    const senders = 'select application_name, state from pg_stat_replication';
    expect(await onNode('pg1', 'cd / && runuser -u postgres -- psql -XAtq', senders)).toBe('pg2|streaming');
    const { nodes: seen } = JSON.parse((await succeed(lab, 'status', '-o', 'json')).stdout) as {
      nodes: { node: string; state: string }[];
    };
    expect(seen.map(({ node, state }) => `${node} ${state}`)).toEqual(['pg1 running', 'pg2 running']);
  });

  test('every login on a node came from the control host', async () => {
    for (const node of nodes) {
      const said = await onNode(node, 'journalctl -q -o cat -t sshd -t sshd-session -S -5min');
      const from = [...said.matchAll(/Accepted publickey for admin from (\S+)/g)].map(
        ([, address]) => address,
      );
      expect(new Set(from)).toEqual(new Set([addressOf(lab, 'control')]));
    }
  });

  test('a second run changes nothing', async () => {
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
  });
});
