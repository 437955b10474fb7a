// How long nobody can write: in a switchover, when PostgreSQL is killed, and when the host of the leader is lost. Seen by
// a client that writes through HAProxy, one commit after the other.

import { readFile, writeFile } from 'node:fs/promises';
import { Client } from 'pg';
import { withLab } from './lab.mjs';
import { compared, figure, heading, verdict, median } from './measure.mjs';

const cluster = 'bench-ha';
const flags = ['--hosts', 'control,pg1,pg2,pg3'];

export const availability = (rounds) => withLab(cluster, (lab) => measure(lab, rounds), ...flags);

async function measure(lab, rounds) {
  const settings = await configure(lab, { CLUSTER_HA: 'patroni', CLUSTER_GATEWAYS: 'haproxy' });
  await lab.dbctl('up', '--yes');
  await onLeader(lab, 'create table beats (n int); grant insert on beats to public', settings.POSTGRES_DB);
  const connection = {
    host: await lab.addressOf('control'),
    port: 5000,
    database: settings.POSTGRES_DB,
    user: settings.POSTGRES_APP_USER,
    password: settings.POSTGRES_APP_PASSWORD,
    ssl: { rejectUnauthorized: false },
    connectionTimeoutMillis: 2000,
  };
  const silences = { dbctl: [], patronictl: [], killed: [], lost: [], slower: [] };
  const writer = startWriter(connection);
  try {
    for (let round = 0; round < rounds; round += 1) {
      silences.dbctl.push(await writer.longestDuring(() => lab.dbctl('switchover', '--yes')));
      await untilAllWell(lab);
      silences.patronictl.push(await writer.longestDuring(() => switchByPatroni(lab)));
      await untilAllWell(lab);
      silences.killed.push(await writer.longestDuring(() => killServer(lab)));
      await untilAllWell(lab);
      silences.lost.push(await writer.longestDuring(() => lose(lab)));
      await bringBack(lab);
    }
    await configure(lab, { FAILOVER_TIMEOUT: '40s' });
    await lab.dbctl('up', '--yes');
    for (let round = 0; round < rounds; round += 1) {
      silences.slower.push(await writer.longestDuring(() => lose(lab)));
      await bringBack(lab);
    }
  } finally {
    await writer.end();
  }
  heading('nobody can write through HAProxy, with Patroni');
  figure('patronictl switchover', silences.patronictl);
  compared('dbctl switchover', silences.dbctl, silences.patronictl, 1.1);
  figure('PostgreSQL is killed', silences.killed, verdict(median(silences.killed) <= 3000, '<= 3 s'));
  figure(
    'the host of the leader is lost',
    silences.lost,
    verdict(median(silences.lost) <= 22_000, '<= 22 s'),
  );
  figure("the same with Patroni's own lease of 30 s", silences.slower);
}

/** Writes lines of .env.cluster; answers all of them. Without backups: nothing else is to work meanwhile. */
async function configure(lab, changes) {
  const text = (await readFile(lab.envFile, 'utf8')).replace(/^BACKUP_.*\n/gm, '');
  const network = (await lab.addressOf('control')).replace(/\d+$/, '0/24');
  const wanted = { CLUSTER_ALLOWED_CIDRS: network, ...changes };
  const kept = text
    .split('\n')
    .filter((line) => !Object.keys(wanted).some((name) => line.startsWith(`${name}=`)));
  const lines = [...kept, ...Object.entries(wanted).map(([name, value]) => `${name}=${value}`), ''];
  await writeFile(lab.envFile, lines.join('\n'));
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []));
}

/** Commits as often as it can, and remembers how long it waited for the next commit at most. */
function startWriter(connection) {
  const state = { last: performance.now(), longest: 0, isOver: false, commits: 0 };
  const committed = () => {
    const now = performance.now();
    state.longest = Math.max(state.longest, now - state.last);
    state.last = now;
    state.commits += 1;
  };
  const session = async () => {
    const client = new Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      while (!state.isOver) {
        await client.query(`insert into beats values (${state.commits})`);
        committed();
      }
    } catch (error) {
      // Whoever has lost its session connects again.
      state.problem = error;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const sessions = (async () => {
    while (!state.isOver) await session();
  })();
  return {
    /** The longest wait that begins while the work is done, in milliseconds: it is over when commits go on. */
    async longestDuring(work) {
      await pass(state, 50);
      state.longest = 0;
      await work();
      await pass(state, 50);
      return state.longest;
    },
    async end() {
      state.isOver = true;
      await sessions;
    },
  };
}

/** Waits for so many more commits. */
async function pass(state, count) {
  const wanted = state.commits + count;
  const patience = performance.now() + 180_000;
  while (state.commits < wanted) {
    if (performance.now() > patience)
      throw new Error('nobody can write for three minutes', { cause: state.problem });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const psql = 'cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1';
const ask = async (lab, host, sql, database = 'postgres') =>
  (await lab.ssh(host, `${psql} -d ${database}`, { input: sql })).stdout;

async function leaderOf(lab) {
  for (const host of ['pg1', 'pg2', 'pg3'])
    if ((await ask(lab, host, 'select pg_is_in_recovery()').catch(() => '')) === 'f') return host;
  throw new Error('nobody leads');
}

const onLeader = async (lab, sql, database) => ask(lab, await leaderOf(lab), sql, database);

async function switchByPatroni(lab) {
  const from = await leaderOf(lab);
  const to = from === 'pg1' ? 'pg2' : 'pg1';
  const config = `/etc/dbctl/${cluster}/${from}/patroni.yml`;
  await lab.ssh(
    from,
    `patronictl -c ${config} switchover --force --leader ${from} --candidate ${to} ${cluster}`,
  );
}

async function killServer(lab) {
  const leader = await leaderOf(lab);
  await lab.ssh(leader, 'kill -9 $(head -1 /var/lib/postgresql/17/main/postmaster.pid)');
}

/** The host of the leader has no power any more, until another node leads. */
async function lose(lab) {
  const leader = await leaderOf(lab);
  await lab.dbctl('lab', 'break', 'power', leader, '--name', cluster);
  const patience = performance.now() + 180_000;
  while ((await leaderOf(lab).catch(() => leader)) === leader)
    if (performance.now() > patience) throw new Error('no other node leads');
}

async function bringBack(lab) {
  await lab.dbctl('lab', 'heal', '--name', cluster);
  await untilAllWell(lab);
}

/** Both replicas stream, all members of etcd are there, and every node may lead. */
async function untilAllWell(lab) {
  const patience = performance.now() + 180_000;
  const config = `/etc/dbctl/${cluster}/_etcd`;
  const etcdctl = `cd ${config} && etcdctl --cacert ca.crt --cert root.crt --key root.key`;
  const isWell = async () => {
    const senders = await onLeader(lab, `select count(*) from pg_stat_replication where state = 'streaming'`);
    const { stdout } = await lab.ssh(
      'control',
      `${etcdctl} endpoint health --cluster 2>&1 | grep -c 'is healthy'; ${etcdctl} get --print-value-only /dbctl/${cluster}/failsafe`,
    );
    return (
      senders === '2' &&
      stdout.startsWith('3\n') &&
      ['pg1', 'pg2', 'pg3'].every((node) => stdout.includes(`"${node}"`))
    );
  };
  while (!(await isWell().catch(() => false)))
    if (performance.now() > patience) throw new Error('the cluster is not whole after three minutes');
}
