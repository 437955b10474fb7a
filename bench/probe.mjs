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
    await measure(lab, own, rounds, { nodes: 200, dead: ['closed', 'silent'], goal: 5000, timeout: '4s' });
    await measure(lab, own, 1, { nodes: 1000, dead: ['closed'], goal: 5000 });
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

const of = (kind) => (run) => run[kind];
const both = ({ here, there }) => here + there;

/** Every twentieth node is dead when `dead` says in which ways, in turn. */
async function measure(lab, own, rounds, { nodes, dead = [], goal, timeout = '5m' }) {
  const address = await lab.addressOf('pg2');
  const kinds = Array.from({ length: nodes - 1 }, (_, index) =>
    dead.length > 0 && index % 20 === 7 ? dead[Math.floor(index / 20) % dead.length] : 'alive',
  );
  const replicas = kinds.map((kind, index) => `n${index + 1}=${address}:${ports[kind] + index}`);
  const lines = replicas.map((one, index) => `DATABASE_REPLICA_${index + 1}_HOST=${one}`);
  await writeFile(lab.envFile, own.replace(/^CLUSTER_DB_REPLICA_HOSTS=.*$/m, lines.join('\n')));

  const living = [await lab.addressOf('pg1'), ...replicas.filter((_, index) => kinds[index] === 'alive')];
  const script = { living, file: lab.envFile, ca: join(lab.directory, `${cluster}-ca.crt`) };
  const runs = { floor: [], dbctl: [] };
  const seen = [];
  await interleave(rounds, {
    floor: async () => runs.floor.push(await timed(lab, ['node', floor], JSON.stringify(script))),
    dbctl: async () => {
      const run = await timed(lab, ['node', dbctl, 'probe', '-o', 'json', '--timeout', timeout]);
      runs.dbctl.push(run);
      seen.push(JSON.parse(run.stdout).nodes.filter(({ version }) => version !== null).length);
    },
  });
  await writeFile(lab.envFile, own);

  heading(`probe --timeout ${timeout} of ${nodes} nodes, ${nodes - living.length} of them dead`);
  figure('five sessions to each of the living', runs.floor.map(of('wall')));
  figure('dbctl probe', runs.dbctl.map(of('wall')));
  figure('sessions: processor, both sides', runs.floor.map(both));
  compared('dbctl probe: processor, both sides', runs.dbctl.map(both), runs.floor.map(both), 1.5);
  figure('dbctl probe: processor, this side', runs.dbctl.map(of('here')));
  const least = Math.min(...seen);
  const isMet = median(runs.dbctl.map(of('wall'))) <= goal && least === living.length;
  const wanted = verdict(isMet, `<= ${goal} ms with all of them`);
  process.stdout.write(`  ${least} of ${living.length} living nodes seen  ${wanted}\n`);
}

/** Wall clock, and processor time of the program and of the servers meanwhile; in milliseconds. */
async function timed(lab, argv, input = '') {
  const line = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const before = await serverTime(lab);
  const options = { cwd: lab.directory, input, reject: false };
  const { stdout, stderr } = await execa('bash', ['-c', line, 'bash', ...argv], options);
  if (stdout === '') throw new Error(stderr);
  const [wall, user, system] = stderr
    .split('\n')
    .at(-1)
    .split(' ')
    .map((seconds) => Number(seconds) * 1000);
  return { wall, here: user + system, there: (await serverTime(lab)) - before, stdout };
}

/** Processor time of both PostgreSQL servers and of their processes that have ended, in milliseconds. */
async function serverTime(lab) {
  const line = `awk '{ print ($14 + $15 + $16 + $17) * 10 }' /proc/$(systemctl show -P MainPID ${instance})/stat`;
  const times = await Promise.all(['pg1', 'pg2'].map(async (host) => (await lab.ssh(host, line)).stdout));
  return times.reduce((sum, one) => sum + Number(one), 0);
}
