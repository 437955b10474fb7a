// A replica of about 1 GB from the primary, from a backup, and as `auto` chooses: the same data, in turn.

import { readFile, writeFile } from 'node:fs/promises';
import { withLab } from './lab.mjs';
import { compared, figure, heading, interleave, median, time, verdict } from './measure.mjs';

const psql = 'cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1';
const instance = 'postgresql@17-main';
const data = '/var/lib/postgresql/17/main';
const nearEnough = 1.05;

/** Half of it pgbench's tables, which compress very well, half of it random bytes, which do not. */
const filler = `
create table filler (id int, bytes bytea);
alter table filler alter bytes set storage external;
insert into filler select g, pg_read_binary_file('/dev/urandom', 0, 7900) from generate_series(1, 61000) g;
checkpoint;
`;

export const replica = (rounds) =>
  withLab('bench-replica', async (lab) => {
    const env = await readFile(lab.envFile, 'utf8');
    const kept = env.split('\n').filter((line) => !line.startsWith('BACKUP_REPOSITORY='));
    await writeFile(lab.envFile, [...kept, 'BACKUP_REPOSITORY=posix', ''].join('\n'));
    await lab.dbctl('init-primary');
    await lab.ssh(
      'pg1',
      'cd / && runuser -u postgres -- $(ls /usr/lib/postgresql/*/bin/pgbench) -qi -s 34 -I dtGvp postgres',
    );
    await lab.ssh('pg1', psql, { input: filler });
    await lab.dbctl('backup', 'setup');
    // Packages, settings and certificates are there from now on: only the data is measured.
    await lab.dbctl('add-replica', 'pg2');
    const chosen = [];
    const times = await interleave(rounds, {
      primary: () => again(lab, 'primary'),
      backup: () => again(lab, 'backup'),
      auto: () => again(lab, 'auto', chosen),
    });
    heading('a replica of 1 GB (add-replica pg2 --from …)');
    figure('primary', times.primary);
    figure('backup', times.backup);
    const better = median(times.primary) <= median(times.backup) ? times.primary : times.backup;
    compared('auto', times.auto, better, nearEnough);
    const right = better === times.primary ? 'clone' : 'restore';
    const hits = chosen.filter((verb) => verb === right).length;
    process.stdout.write(
      `  auto chose ${chosen.join(', ')}  ${verdict(hits === chosen.length, 'the better one')}\n`,
    );
  });

/** Takes the replica's data and slot away, and measures how long a new one takes. */
async function again(lab, from, chosen = []) {
  await lab.ssh('pg2', `systemctl stop ${instance} && rm -rf ${data}`);
  await lab.ssh('pg1', psql, { input: `select pg_drop_replication_slot('dbctl_pg2')` });
  const said = [];
  const elapsed = await time(async () => said.push(await lab.dbctl('add-replica', 'pg2', '--from', from)));
  chosen.push(/\b(restore|clone) \S+( into|\sfrom backup)/.exec(said[0].stderr)?.[1] ?? 'unknown');
  return elapsed;
}
