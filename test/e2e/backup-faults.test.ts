// What befalls backups: the store is away while rows are written, another cluster's stanza, another version, a new primary.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWalArrives, pgbackrestOn } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { checksum } from '../support/restore-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const awaySeconds = 30;

describeOnHosts('faults of backups', () => {
  let lab: Lab;
  const waiting = (): Promise<string> =>
    lab.sql('pg1', `select count(*) from pg_ls_archive_statusdir() where name like '%.ready'`);

  beforeAll(async () => {
    lab = await startCluster('b-faults', 'replica');
    lab.configure({ BACKUP_REPOSITORY: 'minio' });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('hosts with different versions of pgBackRest are refused before anything is made', async () => {
    await lab.shell(
      'pg2',
      `mv /usr/bin/pgbackrest /usr/bin/pgbackrest.real && printf '#!/bin/sh\\necho pgBackRest 2.45\\n' > /usr/bin/pgbackrest && chmod 755 /usr/bin/pgbackrest`,
    );

    const finished = await lab.dbctl('backup', 'setup');
    await lab.shell('pg2', 'mv /usr/bin/pgbackrest.real /usr/bin/pgbackrest');

    expectExit(finished, 4);
    expect(finished.stderr).toContain('pg2: 2.45');
    expect(await lab.sql('pg1', 'show archive_command')).toBe('/bin/true');
  });

  test(
    'while the store is away WAL waits, and when it is back all of it arrives',
    { timeout: 300_000 },
    async () => {
      await succeed(lab, 'backup', 'setup');
      await lab.sql('pg1', 'create table load (n bigserial, filler text)', 'app');
      const store = `dbctl-store-minio-${lab.env['CLUSTER_NAME']}`;

      await lab.shell('control', `systemctl stop ${store}`);
      await lab.sql(
        'pg1',
        `do $$ begin for i in 1..${awaySeconds} loop
         insert into load (filler) select repeat(md5(random()::text), 100) from generate_series(1, 800);
         commit; perform pg_switch_wal(); perform pg_sleep(1); end loop; end $$`,
        'app',
      );
      const queued = Number(await waiting());
      const away = await lab.dbctl('backup', 'check');
      const written = await checksum(lab, 'pg1', 'load');
      await lab.shell('control', `systemctl start ${store}`);

      expect(queued).toBeGreaterThan(awaySeconds / 2);
      expectExit(away, 2);
      await expect.poll(waiting, { timeout: 120_000, interval: 1000 }).toBe('0');
      await expectWalArrives(lab);
      await expect
        .poll(async () => (await lab.dbctl('backup', 'check')).exitCode, { timeout: 60_000, interval: 2000 })
        .not.toBe(2);
      const restored = await succeed(lab, 'backup', 'restore', '--to=pg2:5500');
      expect(await checksum(lab, 'pg2', 'load', 5500)).toBe(written);
      await lab.shell('pg2', /^Remove it, on its host: +(.*)$/m.exec(restored.stdout)![1]!);
      expect(await lab.shell('pg2', 'pg_lsclusters --no-header | grep -c 5500 || :')).toBe('0');
    },
  );

  test('after a replica was promoted, backups and WAL come from the new primary', async () => {
    await lab.shell('pg1', 'systemctl disable --now postgresql@17-main');
    await lab.sql('pg2', 'select pg_promote()');
    const { CLUSTER_DB_PRIMARY_HOST: old, CLUSTER_DB_REPLICA_HOSTS: next } = lab.env;
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: next!, CLUSTER_DB_REPLICA_HOSTS: undefined });

    await succeed(lab, 'backup', 'setup');
    await succeed(lab, 'backup', 'run', '--type=diff');

    const info = await pgbackrestOn(lab, 'control', '--log-level-console=off --output=json info');
    expect((JSON.parse(info) as { backup: { type: string }[] }[])[0]!.backup.at(-1)?.type).toBe('diff');
    const archive = await pgbackrestOn(
      lab,
      'control',
      `repo-ls --recurse archive/${lab.env['CLUSTER_NAME']}`,
    );
    expect(archive).toContain('00000002.history');
    await expectWalArrives(lab, 'pg2');
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: old!, CLUSTER_DB_REPLICA_HOSTS: undefined });
  });

  test('the stanza of another cluster is left alone', async () => {
    await lab.shell(
      'pg1',
      'pg_dropcluster --stop 17 main; rm -rf /var/lib/postgresql/17/main /etc/dbctl/*/pg1',
    );
    const remembered = JSON.parse(await lab.shell('control', 'cat /etc/dbctl/*/data-of-pg1.json')) as {
      systemIdentifier: string;
    };
    expectExit(await lab.dbctl('init-primary'), 4);
    await succeed(lab, 'init-primary', '--abandon', remembered.systemIdentifier);

    const finished = await lab.dbctl('backup', 'setup');

    expectExit(finished, 4);
    expect(finished.stderr).toContain('belongs to another cluster');
    expect(await pgbackrestOn(lab, 'control', '--log-level-console=off --output=json info')).toContain(
      '"full"',
    );
    expect(await lab.sql('pg1', 'show archive_command')).toBe('/bin/true');
  });
});
