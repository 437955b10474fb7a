// Nodes that can be reached over SSH only from the control host, as an ordinary account with sudo. That the way leads
// through the control host stands in the user's own SSH configuration, and nowhere in .env.cluster.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectClear, expectStreaming, settled } from '../support/faults.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'];
const hosts = ['control', ...nodes];
/** What pg1 is called besides, and an address that leads to it and is not on its card. */
const alias = 'pg1.example';
const floating = '198.51.100.11';

describeOnHosts('behind a jump host', () => {
  let lab: Lab;

  /** An `ssh` that reads this configuration as if it were the user's own. */
  function configureSsh(): void {
    const directory = join(lab.directory, 'bin');
    const config = join(lab.directory, 'ssh_config');
    const lines = [
      `Host ${nodes.map((node) => addressOf(lab, node)).join(' ')}`,
      '  ProxyJump bastion',
      `Host ${alias} ${floating}`,
      '  ProxyJump bastion',
      `  HostName ${addressOf(lab, 'pg1')}`,
      `  HostKeyAlias ${addressOf(lab, 'pg1')}`,
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
    lab = await startLab('jump', '--hosts', 'control,pg1,pg2');
    lab.configure({ CLUSTER_SSH_USER: 'admin' });
    const operator = addressOf(lab, 'pg1').replace(/\d+$/, '1');
    const ruleset = `table inet fenced { chain input { type filter hook input priority 0; ip saddr ${operator} tcp dport 22 drop;\n}\n}`;
    await Promise.all(nodes.map((node) => lab.shell(node, `nft '${ruleset}'`)));
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
    expect(await lab.sql('pg1', senders)).toBe('pg2|streaming');
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table seen as select 42 as n;');
    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg1', to: 'pg2' }, 'select n from seen').catch(String))
      .toBe('42');
    await succeed(lab, 'probe', '--wait', '10s');
  });

  test('every login on a node was the ordinary account, from the control host, and no file belongs to it', async () => {
    for (const node of nodes) {
      const said = await lab.shell(node, 'journalctl -q -o cat -t sshd -t sshd-session -S -30min');
      const logins = [...said.matchAll(/Accepted publickey for (\S+ from \S+)/g)].map(([, login]) => login);
      expect(new Set(logins)).toEqual(new Set([`admin from ${addressOf(lab, 'control')}`]));
    }
    for (const host of ['control', ...nodes]) {
      const owned = `find / -xdev -user admin -not -path '/home/*' -not -path '/proc/*' -printf '%p '`;
      expect(await lab.shell(host, owned)).toBe('');
    }
  });

  test('a second run changes nothing, and status and logs can be read', async () => {
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
    const { stdout } = await succeed(lab, 'status', '-o', 'json');
    const { nodes: seen } = JSON.parse(stdout) as { nodes: { name: string; state: string }[] };
    expect(seen.map(({ name, state }) => `${name} ${state}`)).toEqual(['pg1 running', 'pg2 running']);
    expect((await succeed(lab, 'logs', 'pg2')).stdout).toContain('started streaming WAL');
  });

  test('a name that means nothing there, or loopback, is named with the line for /etc/hosts, which is enough', async () => {
    const own = addressOf(lab, 'pg1');
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `pg1=${alias}` });

    const nameless = (await lab.dbctl('doctor')).stdout;
    expectClear(lab, await lab.dbctl('up'), 4, `${alias} means nothing on pg1 itself`);
    await lab.shell('pg1', `cp /etc/hosts /etc/hosts.kept && echo '127.0.1.1 ${alias}' >> /etc/hosts`);
    const onLoopback = (await lab.dbctl('doctor')).stdout;
    await lab.shell('pg1', 'mv /etc/hosts.kept /etc/hosts');

    expect(words(onLoopback)).toContain(`${alias} means 127.0.1.1 on pg1 itself`);
    expect(words(onLoopback)).toContain("→ give the name the host's own address in /etc/hosts of pg1");
    const [, line = ''] = /→ add a line to \/etc\/hosts of pg1: (\S+ \S+)/.exec(words(nameless)) ?? [];
    expect(line).toBe(`${own} ${alias}`);
    await lab.shell('pg1', `echo '${line}' >> /etc/hosts`);
    const elsewhere = (await lab.dbctl('doctor')).stdout;
    expect(words(elsewhere)).not.toContain('on pg1 itself');
    expect(words(elsewhere)).toContain('or add the name to DNS or to /etc/hosts of every host');
    for (const host of ['control', 'pg2']) await lab.shell(host, `echo '${line}' >> /etc/hosts`);
    // Its certificate alone is one that has not this name.
    expect(words((await lab.dbctl('doctor')).stdout)).not.toContain('/etc/hosts');
  });

  test('an address that only leads to the host is refused with the setting that lets it be used', async () => {
    const [own] = lab.hosts().flatMap((one) => (one.name === 'pg1' ? one.address : []));
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `pg1=${floating}` });
    for (const host of hosts) {
      await lab.shell(host, leadTo(own!));
      expect(await lab.shell(host, `exec 3<>/dev/tcp/${floating}/5432 && echo open`)).toBe('open');
    }

    const refused = await lab.dbctl('up');
    expectClear(lab, refused, 4, `${floating} is no address of pg1`);
    const [, value = ''] = /add: CLUSTER_NODE_ADDRESSES=(\S+)/.exec(words(refused.stderr)) ?? [];
    lab.configure({ CLUSTER_NODE_ADDRESSES: value });
    await succeed(lab, 'up', '--restart');

    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg2', 'select sender_host from pg_stat_wal_receiver')).toBe(floating);
    await settled(lab, 'up');
    expectExit(await lab.dbctl('doctor'), 0);
  });
});

/** Without the breaks of lines. */
const words = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** Lets connections to the floating address arrive at this one, as a router does. */
const leadTo = (address: string): string =>
  `ip route add ${floating}/32 dev host0
   nft 'table ip floating { chain out { type nat hook output priority -100; ip daddr ${floating} dnat to ${address}; }; }'`;
