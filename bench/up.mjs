// `dbctl up` when there is nothing to do, against an Ansible play that keeps the same things on the same hosts.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { withLab } from './lab.mjs';
import { compared, figure, heading, interleave, median, time, verdict } from './measure.mjs';

const cluster = 'bench-up';
const nodes = ['pg1', 'pg2', 'pg3'];

export const up = (rounds) =>
  withLab(
    cluster,
    async (lab) => {
      await keepOnPrimary(lab);
      await lab.dbctl('up');
      const play = await preparePlay(lab);
      const works = { ...(play && { ansible: () => time(play) }), dbctl: () => time(() => unchanged(lab)) };
      await interleave(1, works);
      const times = await interleave(rounds, works);
      heading('up on three hosts, nothing to do');
      figure('dbctl up', times.dbctl, verdict(median(times.dbctl) <= 700, '<= 700 ms'));
      if (!play) process.stdout.write('  Ansible could not be installed here: not compared\n');
      else compared('dbctl up, against the Ansible play', times.dbctl, times.ansible, 1 / 8);
      if (play) figure('Ansible play', times.ansible);
    },
    '--online',
  );

/** Three hosts in all: backups are kept on the primary's, and the CA too. */
async function keepOnPrimary(lab) {
  const text = await readFile(lab.envFile, 'utf8');
  const primary = /^CLUSTER_DB_PRIMARY_HOST=(.*)$/m.exec(text)[1];
  await writeFile(
    lab.envFile,
    text
      .replace(/^BACKUP_REPOSITORY=.*$/m, 'BACKUP_REPOSITORY=posix')
      .replace(/^CLUSTER_CONTROL_HOST=.*$/m, `CLUSTER_CONTROL_HOST=${primary}`),
  );
}

async function unchanged(lab) {
  const { stdout } = await lab.dbctl('up');
  if (stdout !== '0 changes') throw new Error(`up changed something in its second run:\n${stdout}`);
}

/** Installs Ansible for this run, and writes the play's inventory and files; undefined when it cannot be installed. */
async function preparePlay(lab) {
  const venv = join(lab.directory, 'venv');
  try {
    await execa('python3', ['-m', 'venv', venv]);
    await execa(join(venv, 'bin/pip'), ['install', '-q', 'ansible-core']);
    // Ansible needs them on the hosts; dbctl needs nothing there.
    const python = 'apt-get -q update && apt-get -qy install python3-minimal python3-apt';
    await Promise.all(nodes.map((node) => lab.ssh(node, python)));
  } catch {
    return undefined;
  }
  const inventory = await writeInventory(lab);
  const play = new URL('baseline/cluster.yml', import.meta.url).pathname;
  const options = {
    cwd: lab.directory,
    env: { ANSIBLE_PIPELINING: '1', ANSIBLE_FORKS: '8', ANSIBLE_HOST_KEY_CHECKING: '0' },
  };
  const copy = join(lab.directory, 'cluster.yml');
  await writeFile(copy, await readFile(play, 'utf8'));
  let isFirst = true;
  return async () => {
    const { stdout } = await execa(join(venv, 'bin/ansible-playbook'), ['-i', inventory, copy], options);
    // The first run may find a mode or an owner written otherwise.
    const bad = isFirst ? /failed=[1-9]|unreachable=[1-9]/ : /(?:changed|failed|unreachable)=[1-9]/;
    isFirst = false;
    if (bad.test(stdout)) throw new Error(stdout);
  };
}

const found = `find /etc/postgresql/17/main/conf.d/dbctl*.conf /etc/postgresql/17/main/pg_hba.conf /etc/dbctl/${cluster} \
  /etc/systemd/system/dbctl-* /etc/systemd/system/postgresql@17-main.service.d /etc/profile.d/dbctl-postgres.sh \
  -type f -not -name '*.key' -printf '%p %u %m\\n'`;

async function writeInventory(lab) {
  const hosts = await Promise.all(
    nodes.map(async (node) => {
      const { stdout } = await lab.ssh(node, found);
      const files = stdout.split('\n').map((line) => line.split(' '));
      for (const [path] of files) {
        const local = join(lab.directory, 'files', node + path);
        await mkdir(dirname(local), { recursive: true });
        await writeFile(local, (await lab.ssh(node, `cat '${path}'; echo x`)).stdout.slice(0, -1));
      }
      const keys = join(lab.directory, '.lab', cluster);
      return [
        node,
        {
          ansible_host: await lab.addressOf(node),
          ansible_user: 'root',
          ansible_ssh_private_key_file: join(keys, 'id_ed25519'),
          cluster,
          pgbackrest: `/etc/dbctl/${cluster}/${node}/pgbackrest.conf`,
          files: files.map(([path, owner, mode]) => ({ path, owner, mode: mode.padStart(4, '0') })),
        },
      ];
    }),
  );
  const file = join(lab.directory, 'inventory.json');
  await writeFile(file, JSON.stringify({ cluster: { hosts: Object.fromEntries(hosts) } }));
  return file;
}
