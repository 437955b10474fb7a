// `dbctl probe` of many nodes, against a script that only opens the same sessions. Behind every address is one real
// replica: a range of its ports leads to PostgreSQL, another is closed, and what is sent to a third is dropped.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { dbctl, withLab } from './lab.mjs';
import { compared, figure, heading, interleave, median, verdict } from './measure.mjs';

const cluster = 'bench-probe';
const floor = new URL('probe-floor.mjs', import.meta.url).pathname;
const ports = { alive: 20_000, closed: 22_000, silent: 24_000 };
const psql = 'cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1';
const instance = 'postgresql@17-main';

export const probe = (rounds) =>
  withLab(cluster, async (lab) => {
    await keepTwoNodes(lab);
    await lab.dbctl('init-primary');
    await lab.dbctl('add-replica', 'pg2');
    await makeRoom(lab);
    const own = await readFile(lab.envFile, 'utf8');
    await measure(lab, own, rounds, { nodes: 100, goal: 1200 });
    await measure(lab, own, rounds, { nodes: 200, dead: ['closed', 'silent'], goal: 5000 });
    await measure(lab, own, 1, { nodes: 1000, dead: ['closed'], goal: 5000, flags: ['--timeout', '5m'] });
  });

/** Without backups, so that all is green. */
async function keepTwoNodes(lab) {
  const text = await readFile(lab.envFile, 'utf8');
  const replica = `CLUSTER_DB_REPLICA_HOSTS=pg2=${await lab.addressOf('pg2')}`;
  await writeFile(
    lab.envFile,
    text.replace(/^CLUSTER_DB_REPLICA_HOSTS=.*$/m, replica).replace(/^BACKUP_.*\n/gm, ''),
  );
}

const unlimited = (role) => `alter role ${role} connection limit -1;`;
const range = (first) => ['-p', 'tcp', '--dport', `${first}:${first + 1999}`];

/** One server stands for all: it lets in as many at once as they would together. */
async function makeRoom(lab) {
  await lab.ssh('pg1', psql, { input: ['app_admin', 'app_writer', 'app_reader'].map(unlimited).join('\n') });
  const settings = '/etc/postgresql/17/main/conf.d/zz-bench.conf';
  for (const host of ['pg2', 'pg1']) {
    await lab.ssh(host, `echo max_connections=1000 > ${settings} && systemctl restart ${instance}`);
  }
  const { stdout } = await lab.dbctl('lab', 'status', '--name', cluster, '-o', 'json');
  const { netns } = JSON.parse(stdout)[0].hosts.find(({ name }) => name === 'pg2');
  const inside = (...argv) => execa('ip', ['netns', 'exec', netns, 'iptables', ...argv]);
  await inside(
    '-t',
    'nat',
    '-A',
    'PREROUTING',
    ...range(ports.alive),
    '-j',
    'REDIRECT',
    '--to-ports',
    '5432',
  );
  await inside('-A', 'INPUT', ...range(ports.silent), '-j', 'DROP');
  await lab.dbctl('probe', '--wait', '1m');
}

/** Every twentieth node is dead when `dead` says in which ways, in turn. */
async function measure(lab, own, rounds, { nodes, dead = [], goal, flags = [] }) {
  const address = await lab.addressOf('pg2');
  const kinds = Array.from({ length: nodes - 1 }, (_, index) =>
    dead.length > 0 && index % 20 === 7 ? dead[Math.floor(index / 20) % dead.length] : 'alive',
  );
  const replicas = kinds.map((kind, index) => `n${index + 1}=${address}:${ports[kind] + index}`);
  const lines = replicas.map((one, index) => `DATABASE_REPLICA_${index + 1}_HOST=${one}`);
  await writeFile(lab.envFile, own.replace(/^CLUSTER_DB_REPLICA_HOSTS=.*$/m, lines.join('\n')));

  const living = [await lab.addressOf('pg1'), ...replicas.filter((_, index) => kinds[index] === 'alive')];
  const script = { living, file: lab.envFile, ca: join(lab.directory, `${cluster}-ca.crt`) };
  const cpu = [];
  const seen = [];
  const times = await interleave(rounds, {
    floor: async () => (await timed(lab, ['node', floor], JSON.stringify(script))).wall,
    dbctl: async () => {
      const { wall, own: mine, stdout } = await timed(lab, ['node', dbctl, 'probe', '-o', 'json', ...flags]);
      cpu.push(mine);
      seen.push(JSON.parse(stdout).nodes.filter(({ version }) => version !== null).length);
      return wall;
    },
  });
  await writeFile(lab.envFile, own);

  heading(`probe of ${nodes} nodes, ${nodes - living.length} of them dead: five sessions each`);
  const isMet = median(times.dbctl) <= goal && Math.min(...seen) === living.length;
  figure('the sessions alone, select 1, the living only', times.floor);
  compared('dbctl probe', times.dbctl, times.floor, 1.5);
  figure('dbctl probe: its own processor time', cpu);
  process.stdout.write(
    `  ${Math.min(...seen)} of ${living.length} living seen  ${verdict(isMet, `<= ${goal} ms, all living seen`)}\n`,
  );
}

/** Wall clock and the program's own processor time, both in milliseconds. */
async function timed(lab, argv, input = '') {
  const line = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const result = await execa('bash', ['-c', line, 'bash', ...argv], {
    cwd: lab.directory,
    input,
    reject: false,
  });
  const [wall, user, system] = result.stderr.split('\n').at(-1).split(' ').map(Number);
  if (result.stdout === '') throw new Error(result.stderr);
  return { wall: wall * 1000, own: (user + system) * 1000, stdout: result.stdout };
}
