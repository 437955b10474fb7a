import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { parametersIn } from '../../../src/server/parameters.ts';
import { ensureCopySettings, keepCopyApart } from '../../../src/restore/copy-files-step.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { plan, primary, run, shop } from '../../support/shop.ts';

const file = '/etc/postgresql/17/main/conf.d/dbctl_copy.conf';

async function settingsOf(env: Readonly<Record<string, string>>) {
  const cluster = clusterOf(env);
  const { host, disk } = fakeHost();
  const instance = instanceOf(cluster, cluster.primary);
  await run(ensureCopySettings(cluster, instance), host);
  return parametersIn(disk.get(instance.files.copy)!.content);
}

test('a copy does none of the work of the cluster, whatever the cluster sets', async () => {
  const settings = await settingsOf({
    POSTGRES_CONF_shared_preload_libraries: 'pg_cron, auto_explain',
    POSTGRES_CONF_log_directory: '/srv/log',
  });

  expect(Object.fromEntries(settings)).toMatchObject({
    archive_mode: 'off',
    synchronous_standby_names: "''",
    max_logical_replication_workers: '0',
    max_worker_processes: '0',
    shared_preload_libraries: "'auto_explain'",
    event_triggers: 'off',
    sync_replication_slots: 'off',
    log_directory: "'/var/log/postgresql'",
  });
});

test('a version that does not know a parameter is not told of it', async () => {
  const settings = await settingsOf({ POSTGRES_VERSION: '16' });

  expect([...settings.keys()]).not.toContain('event_triggers');
  expect([...settings.keys()]).not.toContain('shared_preload_libraries');
});

test('the files of a copy say what is its own, and a second run leaves them', async () => {
  const { host, disk } = fakeHost();
  for (const step of keepCopyApart(primary)) await run(step, host);
  await run(ensureCopySettings(shop, primary), host);

  const [dropIn, remover] = [...disk.values()].map(({ content }) => content);
  expect(dropIn).toContain(
    'ProtectSystem=strict\nReadWritePaths=-/var/lib/postgresql/17/main -/var/lib/postgresql/17/main.tablespaces\n',
  );
  expect(remover).toContain(`if [ ! -e '${file}' ]`);
  for (const step of keepCopyApart(primary)) expect((await plan(step, host)).status).toBe('in place');
});
