import { expect, test } from 'vitest';
import type { Step } from '../../../src/engine/step.ts';
import { coresOf, walDisk } from '../../../src/server/host-facts-query.ts';
import { pgbackrestVersion } from '../../../src/backup/pgbackrest-query.ts';
import { ensureArchiving } from '../../../src/backup/archiving-step.ts';
import {
  ensureControlConfig,
  ensureNodeConfig,
  ensureServerConfig,
} from '../../../src/backup/pgbackrest-files-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, disk as df, when } from '../../support/answering.ts';
import { backedUpShop, pg1, plan, primary, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();

const hostWith = (version = 'pgBackRest 2.55.1\n', cores = 8) =>
  fakeHost(
    {},
    answering(
      when(walDisk(primary), df(400)),
      when(coresOf(), `${cores}\n`),
      when(pgbackrestVersion(), version),
    ),
  );

const nodeFile = '/etc/dbctl/shop/pg1/pgbackrest.conf';
const controlFile = '/etc/dbctl/shop/_pgbackrest/control.conf';
const serverFile = '/etc/dbctl/shop/_pgbackrest/server.conf';
const settingsFile = '/etc/postgresql/17/main/conf.d/dbctl_backup.conf';

test.each<[Step, string, number]>([
  [ensureNodeConfig(cluster, backup, pg1), nodeFile, 0o600],
  [ensureControlConfig(cluster, backup), controlFile, 0o600],
  [ensureServerConfig(cluster, backup, pg1), serverFile, 0o600],
  [ensureArchiving(cluster, backup, pg1)[1]!, settingsFile, 0o640],
])('$title: planned, written once, then in place; the passphrase is in no plan', async (step, path, mode) => {
  const { host, disk } = hostWith();
  const notes: string[] = [];

  expect(await plan(step, host)).toEqual({ status: 'planned', changes: [`write ${path}`] });
  expect(disk.size).toBe(0);
  const { changes } = await run(step, host, notes);
  expect([...changes, ...notes].join()).not.toContain('passphrase');
  expect(disk.get(path)).toMatchObject({ owner: 'postgres:postgres', mode });
  expect((await run(step, host)).status).toBe('in place');
});

/** The lines that pgBackRest or PostgreSQL reads. */
async function linesOf(step: Step, path: string, ...facts: Parameters<typeof hostWith>): Promise<string[]> {
  const { host, disk } = hostWith(...facts);
  await run(step, host);
  const lines = disk.get(path)!.content.split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

test("a node's configuration is complete", async () => {
  const lines = await linesOf(ensureNodeConfig(cluster, backup, pg1), nodeFile);

  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "[global]
    repo1-path=/var/lib/pgbackrest/shop
    repo1-host=10.0.0.10
    repo1-host-type=tls
    repo1-host-port=8432
    repo1-host-config=/etc/dbctl/shop/_pgbackrest/control.conf
    repo1-host-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    repo1-host-cert-file=/etc/dbctl/shop/_pgbackrest/client.crt
    repo1-host-key-file=/etc/dbctl/shop/_pgbackrest/client.key
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository
    compress-type=zst
    log-path=/var/log/pgbackrest
    log-level-file=info
    log-level-console=info
    lock-path=/var/spool/pgbackrest/shop-pg1/lock
    spool-path=/var/spool/pgbackrest/shop-pg1
    archive-async=y
    archive-push-queue-max=100GiB
    [global:archive-push]
    process-max=2
    [global:archive-get]
    process-max=2
    [global:restore]
    process-max=8
    [shop]
    pg1-path=/var/lib/postgresql/17/main
    pg1-port=5432
    pg1-socket-path=/var/run/postgresql
    pg1-user=postgres"
  `);
});

test("the control host's configuration is complete", async () => {
  const lines = await linesOf(ensureControlConfig(cluster, backup), controlFile);

  expect(lines.filter((line) => !line.startsWith('pg')).join('\n')).toMatchInlineSnapshot(`
    "[global]
    repo1-type=posix
    repo1-path=/var/lib/pgbackrest/shop
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=passphrase-of-the-repository
    repo1-bundle=y
    repo1-retention-full=2
    repo1-retention-diff=7
    compress-type=zst
    log-path=/var/log/pgbackrest
    log-level-file=info
    log-level-console=info
    lock-path=/var/spool/pgbackrest/shop/lock
    spool-path=/var/spool/pgbackrest/shop
    start-fast=y
    backup-standby=prefer
    process-max=2
    [shop]"
  `);
});

test.each([
  ['pgBackRest 2.45\n', 'backup-standby=n'],
  ['pgBackRest 2.54.0\n', 'backup-standby=prefer'],
  // Not installed yet: a dry run.
  ['', 'backup-standby=n'],
])('with %j a backup is %s', async (version, line) => {
  expect(await linesOf(ensureControlConfig(cluster, backup), controlFile, version)).toContain(line);
});

test.each([
  [1, 2],
  [8, 2],
  [64, 16],
])('with %d cores a backup takes %d', async (cores, processes) => {
  const lines = await linesOf(ensureControlConfig(cluster, backup), controlFile, undefined, cores);

  expect(lines).toContain(`process-max=${processes}`);
});

test("a TLS server's configuration is complete", async () => {
  const lines = await linesOf(ensureServerConfig(cluster, backup, pg1), serverFile);

  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "[global]
    tls-server-address=10.0.0.11
    tls-server-port=8432
    tls-server-ca-file=/etc/dbctl/shop/_pgbackrest/ca.crt
    tls-server-cert-file=/etc/dbctl/shop/_pgbackrest/server.crt
    tls-server-key-file=/etc/dbctl/shop/_pgbackrest/server.key
    tls-server-auth=shop-control=shop
    log-path=/var/log/pgbackrest
    log-level-console=warn
    log-level-file=off"
  `);
});

test('archiving is the same on every node but for its own configuration', async () => {
  const lines = await linesOf(ensureArchiving(cluster, backup, pg1)[1]!, settingsFile);

  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "archive_command = 'sh /etc/dbctl/shop/pg1/wal.sh push %f "%p" pgbackrest --config=/etc/dbctl/shop/pg1/pgbackrest.conf --stanza=shop archive-push "%p"'
    archive_timeout = '60s'
    restore_command = 'sh /etc/dbctl/shop/pg1/wal.sh fetch %f "%p" pgbackrest --config=/etc/dbctl/shop/pg1/pgbackrest.conf --stanza=shop archive-get %f "%p"'"
  `);
});

test.each([
  ['10.0.0.11', undefined, '10.0.0.11'],
  ['198.51.100.11', ['10.0.0.11'], '*'],
  ['fd77::11', ['fd77::12'], '::'],
])('the TLS server of %s, which has %s besides, listens on %s', async (host, otherAddresses, listens) => {
  const machine = { ...pg1, host, ...(otherAddresses && { otherAddresses }) };

  const lines = await linesOf(ensureServerConfig(cluster, backup, machine), serverFile);

  expect(lines).toContain(`tls-server-address=${listens}`);
});
