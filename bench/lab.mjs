// Fresh hosts for one measurement. Every lab of the bench has a name of its own and is thrown away after use.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export const dbctl = new URL('../bin/dbctl.js', import.meta.url).pathname;
const script = (name) => new URL(`baseline/${name}.sh`, import.meta.url).pathname;

/** Boots hosts, waits until they have nothing more to start, and throws them away when the work is done. */
export async function withLab(name, work, ...flags) {
  const directory = await mkdtemp(join(tmpdir(), `dbctl-bench-`));
  const at = flags.indexOf('--hosts');
  const hosts = at === -1 ? ['control', 'pg1', 'pg2', 'pg3'] : flags[at + 1].split(',');
  const lab = labIn(directory, name, hosts);
  try {
    await lab.dbctl('lab', 'up', '--name', name, ...flags);
    await Promise.all(lab.hosts().map((host) => lab.ssh(host, 'systemctl is-system-running --wait || true')));
    return await work(lab);
  } finally {
    await lab.dbctl('lab', 'down', '--name', name);
    await rm(directory, { recursive: true });
  }
}

function labIn(directory, name, hosts) {
  const keys = join(directory, '.lab', name);
  const options = { cwd: directory };
  let addresses;

  async function addressOf(host) {
    addresses ??= new Map(
      [
        ...(await readFile(join(directory, '.env.cluster'), 'utf8')).matchAll(
          /([\w-]+)=(\d+\.[\d.]+)(?=[,\n])/g,
        ),
      ].map(([, one, address]) => [one, address]),
    );
    return addresses.get(host);
  }
  const sshOptions = [
    `-i${join(keys, 'id_ed25519')}`,
    `-oUserKnownHostsFile=${join(keys, 'known_hosts')}`,
    '-oBatchMode=yes',
    '-oStrictHostKeyChecking=yes',
  ];

  return {
    directory,
    envFile: join(directory, '.env.cluster'),
    addressOf,
    hosts: () => hosts,
    dbctl: (...argv) => execa('node', [dbctl, ...argv], options),
    baseline: (command, ...argv) => execa('sh', [script(command), ...argv], options),
    /** Runs a line on a host, with `input` on its standard input; `flags` are further options of ssh. */
    ssh: async (host, line, { flags = [], input = '' } = {}) =>
      execa('ssh', [...sshOptions, ...flags, `root@${await addressOf(host)}`, line], { ...options, input }),
  };
}
