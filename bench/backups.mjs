// Backups and restores of 5 GB through dbctl against pgbackrest typed by hand, on the same hosts with the same
// configuration; looking at backups; and what archiving costs under pgbench.

import { readFile, writeFile } from 'node:fs/promises';
import { fill } from './fill.mjs';
import { withLab } from './lab.mjs';
import { compared, figure, heading, interleave, median, time, verdict } from './measure.mjs';

const fills = 2.5;

export async function backups(rounds) {
  for (const repository of ['posix', 'minio']) await look(repository);
  await withLab('bench-backups', async (lab) => {
    await keepIn(lab, 'posix');
    await lab.dbctl('init-primary');
    await fill(lab, 'pg1', fills);
    const before = await transactionsPerSecond(lab);
    await lab.dbctl('backup', 'setup');
    const after = await transactionsPerSecond(lab);

    heading('pgbench -c 4 -j 2, transactions a second');
    const change = ((after / before - 1) * 100).toFixed(1);
    process.stdout.write(
      `  without archiving ${before.toFixed(0)}, with it ${after.toFixed(0)}: ${change} %\n`,
    );
    await backUp(lab, rounds);
    await restore(lab, rounds);
  });
}

async function keepIn(lab, repository) {
  const text = await readFile(lab.envFile, 'utf8');
  await writeFile(lab.envFile, text.replace(/^BACKUP_REPOSITORY=.*$/m, `BACKUP_REPOSITORY=${repository}`));
}

async function transactionsPerSecond(lab) {
  const { stdout } = await lab.ssh(
    'pg1',
    'cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/pgbench -c 4 -j 2 -T 30 postgres',
  );
  return Number(/^tps = ([\d.]+)/m.exec(stdout)[1]);
}

/** Three nodes, all of them set up. */
async function look(repository) {
  const times = await withLab('bench-look', async (lab) => {
    await keepIn(lab, repository);
    await lab.dbctl('init-primary');
    await lab.dbctl('add-replica');
    await lab.dbctl('backup', 'setup');
    return interleave(5, {
      info: () => time(() => lab.dbctl('backup', 'info')),
      check: () => time(() => lab.dbctl('backup', 'check')),
    });
  });
  heading(`looking at backups of three nodes (${repository})`);
  figure('dbctl backup info', times.info, verdict(median(times.info) <= 1000, '<= 1 s'));
  figure('dbctl backup check', times.check, verdict(median(times.check) <= 1000, '<= 1 s'));
}

async function backUp(lab, rounds) {
  const times = await interleave(rounds, {
    byHand: () =>
      time(() => lab.ssh('control', pgbackrest('_pgbackrest/control.conf', '--type=full backup'))),
    dbctl: () => time(() => lab.dbctl('backup', 'run', '--type', 'full')),
  });
  heading('a full backup of 5 GB');
  figure('pgbackrest backup', times.byHand);
  compared('dbctl backup run', times.dbctl, times.byHand, 1.05);
}

/** Each ends when the copy has been promoted and answers. */
async function restore(lab, rounds) {
  const drop = () => lab.ssh('pg1', 'cd / && pg_dropcluster --stop 17 copy');
  const times = await interleave(rounds, {
    byHand: () => time(() => lab.ssh('pg1', restoreScript)).finally(drop),
    dbctl: () => time(() => lab.dbctl('backup', 'restore', '--to', 'copy=pg1:5433')).finally(drop),
  });
  heading('a restore of 5 GB beside the cluster');
  figure('pgbackrest restore, and a start', times.byHand);
  compared('dbctl backup restore', times.dbctl, times.byHand, 1.05);
}

const cluster = 'bench-backups';

const pgbackrest = (config, words) =>
  `cd / && runuser -u postgres -- pgbackrest --config=/etc/dbctl/${cluster}/${config} --stanza=${cluster} --log-level-console=off ${words}`;

const restoreScript = `set -e
data=/var/lib/postgresql/17/copy
install -d -o postgres -g postgres -m 700 $data
${pgbackrest('pg1/pgbackrest.conf', '--pg1-path=/var/lib/postgresql/17/copy --archive-mode=off restore')}
install -o postgres -m 600 /usr/share/postgresql/17/postgresql.conf.sample $data/postgresql.conf
install -o postgres -m 600 /dev/null $data/pg_ident.conf
echo 'local all postgres peer' > $data/pg_hba.conf
pg_createcluster 17 copy -d $data -p 5433 > /dev/null
pg_ctlcluster 17 copy start
until [ "$(runuser -u postgres -- psql -XAtqp 5433 -c 'select pg_is_in_recovery()' 2> /dev/null)" = f ]; do sleep 0.1; done
`;
