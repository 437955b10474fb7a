// Where a password may never be seen: argv, environments, logs, journals, files, answers.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disguises, hits } from '../support/disguises.ts';
import { startLab, type Lab } from '../support/e2e.ts';
import { describeOnHosts, patienceMs, succeed, type RoleKind } from '../support/story.ts';
import { watchProcesses, type Seen } from '../support/watch-processes.ts';

const kinds: readonly RoleKind[] = ['admin', 'writer', 'reader', 'replication'];
const settingOf: Readonly<Record<RoleKind, string>> = {
  admin: 'POSTGRES_PASSWORD',
  writer: 'POSTGRES_APP_PASSWORD',
  reader: 'POSTGRES_READONLY_PASSWORD',
  replication: 'POSTGRES_REPLICATION_PASSWORD',
};
const nodes = ['pg1', 'pg2', 'pg3'];
/** Planted where every search must find it. */
const canary = `canary_${randomBytes(12).toString('hex')}`;
const bundle = 'bundle.tar.gz';

describeOnHosts('passwords', () => {
  let lab: Lab;
  let seen: Seen;
  let activity: string;
  let verifiers: readonly string[];
  const said: string[] = [];
  const passwords: string[] = [];
  /** What only files of pgBackRest hold. */
  let passphrase: string;

  /** Runs dbctl, however it ends, and keeps what it said. */
  async function run(...args: readonly string[]): Promise<void> {
    const { stdout, stderr } = await lab.dbctl(...args);
    said.push(stdout, stderr);
  }

  function choosePasswords(): void {
    const chosen = kinds.map((kind) => [settingOf[kind], `p${randomBytes(12).toString('hex')}`] as const);
    lab.configure(Object.fromEntries(chosen));
    passwords.push(...chosen.map(([, password]) => password));
  }

  /** Everything that handles the passphrase, and every password once more. */
  async function withBackups(): Promise<void> {
    passphrase = `q${randomBytes(16).toString('hex')}`;
    lab.configure({ BACKUP_REPOSITORY: 'posix', PGBACKREST_CIPHER_PASS: passphrase });
    await succeedAndKeep('backup', 'setup', '-o', 'json');
    await succeedAndKeep('certs', 'rotate');
    await succeedAndKeep('backup', 'restore', '--to', 'copy=pg2:5499', '--yes');
    await succeedAndKeep('reinit', 'pg3', '--yes');
    await run('history', '-o', 'json');
    await succeedAndKeep('report', '--output-file', bundle);
  }

  async function succeedAndKeep(...args: readonly string[]): Promise<void> {
    const { stdout, stderr } = await succeed(lab, ...args);
    said.push(stdout, stderr);
  }

  beforeAll(async () => {
    lab = await startLab('secrets');
    // A server that logs every statement it is allowed to log.
    lab.configure({ POSTGRES_CONF_log_statement: 'all', POSTGRES_CONF_log_min_duration_statement: '0' });
    // And that keeps every statement, those inside others too.
    lab.configure({ POSTGRES_CONF_shared_preload_libraries: 'pg_stat_statements' });
    lab.configure({ 'POSTGRES_CONF_pg_stat_statements.track': 'all' });
    choosePasswords();
    const watch = await watchProcesses(lab);
    await run('init-primary', '-o', 'json');
    await lab.sql('pg1', 'create extension pg_stat_statements');
    await run('add-replica', 'pg2', 'pg3', '-v');
    verifiers = (await lab.sql('pg1', `select rolpassword from pg_authid where rolpassword <> ''`)).split(
      '\n',
    );
    await lab.shell('pg2', 'CANARY_ENVIRONMENT=here sleep 0.5 # CANARY_ARGV');

    choosePasswords();
    const look = `select coalesce(string_agg(query, '; '), '') from pg_stat_activity where pid <> pg_backend_pid()`;
    const watched = lab
      .sql('pg1', `${look} \\watch i=0.005\n`)
      .catch((error: unknown) => (error as { stdout: string }).stdout);
    await succeedAndKeep('init-primary', '--yes');
    const watcher = `query like 'select coalesce(string_agg%' and pid <> pg_backend_pid()`;
    await lab.sql('pg1', `select pg_terminate_backend(pid) from pg_stat_activity where ${watcher}`);
    activity = await watched;
    await run('add-replica', '-o', 'json');
    await withBackups();
    for (const command of ['probe', 'status']) await run(command, '-o', 'json');
    for (const template of ['postgresql.conf', 'pg_hba.conf']) await run('render', template, 'pg2');
    await run('logs', 'pg1', '-n', '10000');
    lab.configure({ POSTGRES_APP_PASSWORD: passwords[0]!, POSTGRES_REPLICATION_PASSWORD: passwords[1]! });
    await run('probe');
    await run('add-replica');
    seen = await watch.stop();
    await succeed(lab, 'status');
    for (const host of ['control', ...nodes]) await lab.shell(host, `logger ${canary}`);
    for (const node of nodes) await lab.sql(node, `select 1 as ${canary}`);
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('are in no argv and no environment, of dbctl or on any host', () => {
    const { rate, looks, processes, longestGapMs } = seen;
    const gap = `${Math.round(longestGapMs)} ms apart at most`;
    process.stderr.write(`${processes} processes, ${looks} looks, ${rate} a second, ${gap}\n`);
    expect(rate).toBeGreaterThanOrEqual(20);
    for (const sight of [
      'pg_basebackup',
      'pgbackrest',
      'bin/dbctl.js',
      'CANARY_ARGV',
      'CANARY_ENVIRONMENT=here',
    ]) {
      expect(
        seen.texts.some((text) => text.includes(sight)),
        sight,
      ).toBe(true);
    }
    expect(hits(seen.texts, [...disguises([...passwords, passphrase]), ...verifiers])).toEqual([]);
  });

  test('are in nothing that dbctl says, also when a login is refused', () => {
    expect(said.join('\n')).toContain('password authentication failed');
    expect(hits(said, [...disguises([...passwords, passphrase]), ...verifiers])).toEqual([]);
  });

  test('are in no statement that pg_stat_activity shows while roles are changed', () => {
    expect(activity).toContain('alter role');
    expect(hits([activity], disguises(passwords))).toEqual([]);
  });

  /** Everything that nothing may hold. */
  const needles = async (): Promise<readonly string[]> => [
    ...disguises([...passwords, passphrase]),
    ...verifiers,
    ...(await newVerifiers(lab)),
    'SCRAM-SHA-256$',
  ];

  test('are in no statement that pg_stat_statements has kept, nor are their verifiers', async () => {
    for (const node of nodes) {
      const kept = (await lab.sql(node, 'select query from pg_stat_statements')).split('\n');

      expect(hits(kept, [canary])).toHaveLength(1);
      expect(hits(kept, await needles())).toEqual([]);
      expect(await lab.sql(node, 'select dealloc from pg_stat_statements_info')).toBe('0');
    }
  });

  test('are in no log of a run, and not in the bundle for support', async () => {
    const logs = readdirSync(join(lab.directory, '.state'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    const unpacked = await execa('tar', ['-xzOf', join(lab.directory, bundle)], { maxBuffer: 2 ** 30 });
    const inside = unpacked.stdout;

    expect(logs.length).toBeGreaterThan(5);
    expect(hits(logs, ['pg_basebackup']).length).toBeGreaterThan(0);
    expect(inside).toContain('pg_basebackup');
    expect(hits([...logs, inside], await needles())).toEqual([]);
  });

  test('are in no log and no journal, nor are their verifiers', async () => {
    const secrets = (await needles()).join('\n');
    const inLogs = 'grep -rlaF -f - /var/log /run/log || :';
    const inJournal = `bash -c 'grep -caF -f - <(journalctl -q --no-pager -o export)' || :`;
    for (const host of ['control', ...nodes]) {
      expect(await lab.shell(host, inLogs, secrets)).toBe('');
      expect(await lab.shell(host, inJournal, secrets)).toBe('0');
      expect(await lab.shell(host, inJournal, canary)).not.toBe('0');
      if (host !== 'control') expect(await lab.shell(host, inLogs, canary)).toContain('/var/log/postgresql/');
    }
    const log = await lab.shell('pg1', 'cat /var/log/postgresql/*.log');
    expect(log).toContain('statement: ');
    expect(log).toContain('password authentication failed');
  });

  test('are in no file of a host but the passfile of the postgres user', async () => {
    const cluster = lab.env['CLUSTER_NAME']!;
    const places =
      '/etc /var/lib/postgresql /var/lib/dbctl /var/log /run /tmp /var/tmp /root /home /srv /opt';
    for (const host of ['control', ...nodes]) {
      const found = await lab.shell(
        host,
        `grep -rlaF -D skip -f - ${places} 2>/dev/null || :`,
        disguises(passwords).join('\n'),
      );

      const passfile = `/etc/dbctl/${cluster}/${host}/replication.pgpass`;
      const ofCopy = host === 'pg2' ? [`/etc/dbctl/${cluster}/copy/replication.pgpass`] : [];
      const allowed = host === 'control' ? [] : [...ofCopy, passfile];
      expect(found.split('\n').filter(Boolean).toSorted()).toEqual(allowed.toSorted());
      if (host !== 'control') {
        expect(await lab.shell(host, `stat -c '%a %U' ${passfile}`)).toBe('600 postgres');
      }
    }
  });

  test('other keys are closed too: the CA key to root, server keys to postgres', async () => {
    const cluster = lab.env['CLUSTER_NAME']!;
    expect(await lab.shell('control', `stat -c '%a %U' /etc/dbctl/pki/${cluster}/ca.key`)).toBe('600 root');
    for (const node of nodes) {
      expect(await lab.shell(node, `stat -c '%a %U' /etc/dbctl/${cluster}/${node}/server.key`)).toBe(
        '600 postgres',
      );
      expect(await lab.shell(node, 'find / -xdev -name ca.key -not -path "/proc/*"')).toBe('');
    }
  });
});

const newVerifiers = async (lab: Lab): Promise<readonly string[]> =>
  (await lab.sql('pg1', `select rolpassword from pg_authid where rolpassword <> ''`)).split('\n');
