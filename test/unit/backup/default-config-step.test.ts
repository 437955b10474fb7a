import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  ensureDefaultConfig,
  forgetDefaultConfig,
  foreignConfigs,
  stanzaLines,
} from '../../../src/backup/default-config-step.ts';
import { pgbackrestVersion } from '../../../src/backup/pgbackrest-query.ts';
import { render } from '../../../src/model/render.ts';
import { coresOf, walDisk } from '../../../src/server/host-facts-query.ts';
import { answering, disk as df, when } from '../../support/answering.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { backedUpShop, pg1, plan, primary, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const file = '/etc/pgbackrest/conf.d/shop.conf';

const hostWith = (others = '', files = {}) =>
  fakeHost(
    files,
    answering(
      when(foreignConfigs(cluster, backup), others),
      when(walDisk(primary), df(400)),
      when(coresOf(), '8\n'),
      when(pgbackrestVersion(), 'pgBackRest 2.55.1\n'),
    ),
  );

test.each([pg1, cluster.control])(
  'pgbackrest finds the stanza on $name, and no other is touched',
  async (machine) => {
    const step = ensureDefaultConfig(cluster, backup, machine);
    const { host, disk } = hostWith();

    expect((await run(step, host)).status).toBe('changed');
    expect((await run(step, host)).status).toBe('in place');
    const { content, mode, owner } = disk.get(file)!;
    expect([mode, owner]).toEqual([0o600, 'postgres:postgres']);
    expect(new Set([...content.matchAll(/^\[([^:\]]+)/gm)].map(([, section]) => section))).toEqual(
      new Set(['shop']),
    );

    expect((await plan(forgetDefaultConfig(cluster, backup), host)).changes).toEqual([`remove ${file}`]);
  },
);

test("somebody's own configuration of the stanza is left", async () => {
  const files = { [file]: '[shop]\nrepo1-path=/srv/own\n' };
  const { host, disk } = hostWith(`${file}\n`, files);

  expect((await plan(ensureDefaultConfig(cluster, backup, pg1), host)).changes).toEqual([]);
  expect((await plan(forgetDefaultConfig(cluster, backup), host)).changes).toEqual([]);
  expect(disk.get(file)!.content).toBe(files[file]);
});

test('what holds for every stanza, and for a command of it, holds for this one', () => {
  const config =
    '# by hand\n[global]\nrepo1-path=/a\n\n[global:archive-push]\nprocess-max=2\n\n[shop]\npg1-path=/b\n';

  expect(stanzaLines(config, { stanza: 'shop' })).toBe(
    '[shop]\nrepo1-path=/a\n\n[shop:archive-push]\nprocess-max=2\n\n[shop]\npg1-path=/b\n',
  );
});

test.each([
  { account: 'root', uid: 0, runs: 'runuser -u postgres -- /usr/bin/pgbackrest info' },
  { account: 'postgres', uid: 104, runs: 'pgbackrest itself' },
])('in a login shell of $account, pgbackrest is $runs', ({ uid, runs }) => {
  const script = [
    `id() { echo ${uid}; }`,
    'pgbackrest() { echo "pgbackrest itself"; }',
    // What `exec` would run.
    render('etc/profile.d/dbctl-pgbackrest.sh', {}).replace('exec runuser', 'echo runuser'),
    'pgbackrest info',
  ].join('\n');

  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim()).toBe(runs);
});
