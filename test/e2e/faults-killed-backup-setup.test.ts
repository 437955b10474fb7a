// dbctl is killed in the middle of backup setup, at one thing it does after the other: each run goes on from what it finds.
// Meanwhile everything is watched for the secrets of the repository.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOn, expectWalArrives, pgbackrestOn } from '../support/backup-story.ts';
import { disguises, hits } from '../support/disguises.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { expectNothingUnfinished, settled } from '../support/faults.ts';
import { deedsKilledAt, killAtEachDeed } from '../support/kill-dbctl.ts';
import { healed } from '../support/probe-story.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';
import { watchProcesses, type Seen } from '../support/watch-processes.ts';

const hosts = ['control', 'pg1', 'pg2'];
const command = ['backup', 'setup'];

describeOnHosts('backup setup that is killed', () => {
  let lab: Lab;
  let seen: Seen;
  const said: string[] = [];

  /** What only pgBackRest and the object store may know. */
  const secrets = (): readonly string[] =>
    ['PGBACKREST_CIPHER_PASS', 'MINIO_SECRET_KEY', 'MINIO_ACCESS_KEY', 'MINIO_ROOT_PASSWORD'].map(
      (name) => lab.env[name]!,
    );

  beforeAll(async () => {
    lab = await startLabWithBackups('f-kill3', 'posix', '--hosts', hosts.join(','));
    lab.configure({ POSTGRES_CONF_log_statement: 'all' });
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('at everything it does in turn is finished by running it again', { timeout: 1_800_000 }, async () => {
    const watch = await watchProcesses();
    const runs = await killAtEachDeed(lab, [command], { once: true });
    said.push(...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]));
    expectExit(runs.at(-1)!, 0);
    const points = deedsKilledAt(lab);
    process.stderr.write(`killed at ${points} points, in ${runs.length - 2} runs\n`);

    expect(points).toBeGreaterThan(15);
    await settled(lab, ...command);
    said.push((await succeed(lab, 'status', '-o', 'json')).stdout);
    said.push((await succeed(lab, 'probe', '-o', 'json', '--timeout', '15s')).stdout);
    seen = await watch.stop();
    for (const host of hosts) await expectNothingUnfinished(lab, host);
  });

  test('and the cluster is protected, by one backup', async () => {
    await healed(lab);
    await expectWalArrives(lab);
    for (const host of hosts) await pgbackrestOn(lab, host, 'check');
    const [stanza] = JSON.parse(await pgbackrestOn(lab, 'control', '--output=json info')) as [
      { readonly backup: readonly unknown[] },
    ];
    expect(stanza.backup).toHaveLength(1);
  });

  test('keys and passphrase were in no argv, no environment and no answer', () => {
    expect(seen.rate).toBeGreaterThanOrEqual(20);
    for (const sight of ['stanza-create', 'archive-push', '/usr/bin/pgbackrest', 'bin/dbctl.js']) {
      expect(
        seen.texts.some((text) => text.includes(sight)),
        sight,
      ).toBe(true);
    }
    expect(hits(seen.texts, disguises(secrets()))).toEqual([]);
    expect(said.join('\n')).toContain('make the first full backup');
    expect(hits(said, disguises(secrets()))).toEqual([]);
  });

  test('nor in a log, a journal or a file of a host but the configuration of pgBackRest', async () => {
    const needles = disguises(secrets()).join('\n');
    const places = '/etc /var/lib /var/log /var/spool /run /tmp /var/tmp /root /home /srv /opt';
    for (const host of hosts) {
      const journal = `bash -c 'grep -caF -f - <(journalctl -q --no-pager -o export)' || :`;
      expect(await lab.shell(host, journal, needles)).toBe('0');
      const found = await lab.shell(host, `grep -rlaF -D skip -f - ${places} 2>/dev/null || :`, needles);

      const typed = `/etc/pgbackrest/conf.d/${lab.env['CLUSTER_NAME']}.conf`;
      const configs = [configOn(lab, host), typed];
      expect(found.split('\n').toSorted()).toEqual(configs.toSorted());
      for (const config of configs)
        expect(await lab.shell(host, `stat -c '%a %U' '${config}'`)).toBe('600 postgres');
    }
  });
});
