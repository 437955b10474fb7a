// What probe says about roles, and to people, machines and shells. Its word is held against PostgreSQL's own.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { answerOf, dbctlWith, expectProblems, healed, probe } from '../support/probe-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

const binary = new URL('../../bin/dbctl.js', import.meta.url).pathname;
const manual = new URL('../../docs/probe.md', import.meta.url);
const escape = '\u001B[';

describeOnHosts('probe of a primary with a replica', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('probe', 'replica');
    await healed(lab);
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** Changes .env.cluster for a moment. */
  async function having<Result>(
    settings: Readonly<Record<string, string>>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const file = join(lab.directory, '.env.cluster');
    const before = readFileSync(file);
    lab.configure(settings);
    try {
      return await work();
    } finally {
      writeFileSync(file, before);
    }
  }

  test('every role passes every check, and nothing is left behind', async () => {
    const things = `select (select count(*) from pg_class), (select count(*) from pg_database),
      (select count(*) from pg_namespace), (select count(*) from pg_roles),
      (select count(*) from pg_replication_slots), (select count(*) from pg_stat_user_tables),
      (select count(*) from pg_prepared_xacts)`;
    const before = await lab.sql('pg1', things, 'app');

    const answer = await probe(lab);

    expectProblems(answer, []);
    expect(answer).toMatchObject({ status: 'ok', exitCode: 0 });
    expect(await lab.sql('pg1', things, 'app')).toBe(before);
    const sessions = `select count(*) from pg_stat_activity where application_name = 'dbctl probe'`;
    await expect.poll(() => lab.sql('pg1', sessions), { timeout: 10_000 }).toBe('0');
  });

  test('the JSON has the fields that the manual promises', async () => {
    const [, text = ''] = /```json\n(.*?)```/s.exec(readFileSync(manual, 'utf8')) ?? [];
    const promised = JSON.parse(text) as { nodes: [object]; findings: [object] };

    const { stdout } = await succeed(lab, 'probe', '-o', 'json', '--timeout', '15s');

    const report = JSON.parse(stdout) as typeof promised;
    expect(Object.keys(report)).toEqual(Object.keys(promised));
    for (const node of report.nodes) expect(Object.keys(node)).toEqual(Object.keys(promised.nodes[0]));
    for (const one of report.findings)
      expect(Object.keys(promised.findings[0])).toEqual(expect.arrayContaining(Object.keys(one)));
  });

  test('people get a table of at most 80 columns, under both names, in colour only on a terminal', async () => {
    const { stdout } = await succeed(lab, 'check-cluster-dbs', '--timeout', '15s');
    expect(stdout).toMatch(/^NODE +ROLE +STATE/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain(escape);

    const onTerminal = async (flags: string, env = {}): Promise<string> => {
      const line = `${lab.inside.join(' ')} '${process.execPath}' '${binary}' probe --timeout 15s ${flags}`;
      return (await execa('script', ['-qec', line, '/dev/null'], { cwd: lab.directory, env })).stdout;
    };
    expect(await onTerminal('')).toContain(escape);
    expect(await onTerminal('--no-color')).not.toContain(escape);
    expect(await onTerminal('', { NO_COLOR: '1' })).not.toContain(escape);
  });

  test('variables of libpq and of its driver change nothing', async () => {
    const env = {
      PGHOST: '192.0.2.1',
      PGPORT: '1',
      PGUSER: 'postgres',
      PGPASSWORD: 'wrong',
      PGDATABASE: 'postgres',
      PGSSLMODE: 'disable',
      PGOPTIONS: '-c default_transaction_read_only=on',
      PGCONNECT_TIMEOUT: '1',
      NODE_PG_FORCE_NATIVE: '1',
    };

    expectProblems(answerOf(await dbctlWith(lab, { env }, 'probe', '-o', 'json', '--timeout', '15s')), []);
  });

  test('it needs no SSH: no key, no agent, no program, and it connects to PostgreSQL only', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dbctl-without-ssh-'));
    const settings = readFileSync(join(lab.directory, '.env.cluster'), 'utf8').replaceAll(
      /^CLUSTER_SSH_.*\n/gm,
      '',
    );
    writeFileSync(join(directory, '.env.cluster'), settings, { mode: 0o600 });
    const certificate = `${lab.env['CLUSTER_NAME']}-ca.crt`;
    copyFileSync(join(lab.directory, certificate), join(directory, certificate));
    const record = join(directory, 'record.mjs');
    writeFileSync(record, recordConnections);
    const env = { HOME: directory, PATH: '', SSH_AUTH_SOCK: '', NODE_OPTIONS: `--import=${record}` };

    const finished = await dbctlWith(lab, { env, directory }, 'probe', '-o', 'json', '--timeout', '15s');

    expectProblems(answerOf(finished), []);
    const opened = JSON.parse(readFileSync(`${record}.json`, 'utf8')) as { to: string[]; programs: number };
    rmSync(directory, { recursive: true });
    const nodes = ['pg1', 'pg2'].map((node) => `${addressOf(lab, node)}:5432`);
    expect([...new Set(opened.to)].toSorted()).toEqual(nodes);
    expect(opened.programs).toBe(0);
  });

  test.each([
    ['admin', 'POSTGRES_PASSWORD'],
    ['writer', 'POSTGRES_APP_PASSWORD'],
    ['reader', 'POSTGRES_READONLY_PASSWORD'],
  ] as const)(
    'a wrong password of the %s is told with its name, and the others go on',
    async (kind, setting) => {
      const answer = await having({ [setting]: 'not-this-password' }, () => probe(lab));

      const { name } = roleOf(lab, kind);
      const wrong = ['pg1', 'pg2'].map(
        (node) => new RegExp(`^critical ${node}: the password of ${kind} ${name} is wrong`),
      );
      const unseen = kind === 'admin' ? [/^unknown pg2: only the admin role can see/] : [];
      expectProblems(answer, [...wrong, ...unseen]);
      expect(answer.exitCode).toBe(2);
      expect(answer.said).not.toContain('not-this-password');
      for (const { logins } of answer.nodes) {
        expect(Object.entries(logins).filter(([, mark]) => mark === 'failed')).toEqual([[kind, 'failed']]);
      }
    },
  );

  test("from the cluster's own hosts the replication role logs in, and its wrong password is seen", async () => {
    const { pid } = lab.hosts().find(({ name }) => name === 'pg2')!;
    const fromHost = async () =>
      answerOf(await dbctlWith(lab, { pid }, 'probe', '-o', 'json', '--timeout', '15s'));

    const good = await fromHost();
    const bad = await having({ POSTGRES_REPLICATION_PASSWORD: 'not-this-password' }, fromHost);

    expectProblems(good, []);
    expect(good.nodes.map(({ logins }) => logins['replication'])).toEqual(['ok', 'ok']);
    expectProblems(bad, [/^critical pg[12]: the password of replication replicator is wrong/]);
  });

  test('a password is the same in one code point or two', async () => {
    const { name } = roleOf(lab, 'admin');
    const before = await lab.sql('pg1', `select rolpassword from pg_authid where rolname = '${name}'`);
    await lab.sql('pg1', `alter role ${name} password 'admin \u00FC"$#%@:/'`);

    const answer = await having({ POSTGRES_PASSWORD: `'admin u\u0308"$#%@:/'` }, () =>
      probe(lab, '--wait', '20s'),
    );

    await lab.sql('pg1', `alter role ${name} password '${before}'`);
    expectProblems(answer, []);
  });

  test('a reader with too much is found out by doing and by asking', async () => {
    const reader = roleOf(lab, 'reader').name;
    await lab.sql(
      'pg1',
      `create table public.open (n int); grant create on schema public to ${reader};
       grant select, update on public.open to ${reader}`,
      'app',
    );
    const may = `select has_schema_privilege('${reader}', 'public', 'CREATE') and has_table_privilege('${reader}', 'public.open', 'UPDATE')`;
    expect(await lab.sql('pg1', may, 'app')).toBe('t');

    const answer = await probe(lab);

    await lab.sql('pg1', `drop table public.open; revoke create on schema public from ${reader}`, 'app');
    expectProblems(answer, [
      /^critical pg1: reader can create tables$/,
      /^critical pg[12]: reader may change public.open$/,
    ]);
    await healed(lab);
  });

  test('a writer who is superuser is critical', async () => {
    const { name } = roleOf(lab, 'writer');
    await lab.sql('pg1', `alter role ${name} superuser`);

    const answer = await probe(lab);

    await lab.sql('pg1', `alter role ${name} nosuperuser`);
    expectProblems(answer, [
      new RegExp(`^critical pg1: writer ${name} has privileges that it does not need: SUPERUSER$`),
    ]);
    expect(answer.exitCode).toBe(2);
  });

  test('waiting ends at its time when it does not get green; a warning exits with 1', async () => {
    const elapsed = stopwatch();

    const finished = await having({ POSTGRES_VERSION: '16' }, () =>
      lab.dbctl('probe', '-o', 'json', '--timeout', '15s', '--wait', '2s'),
    );

    const answer = answerOf(finished);
    expectProblems(answer, [/^warning cluster: \.env\.cluster has PostgreSQL 16, the servers run 17$/]);
    expect(answer.exitCode).toBe(1);
    expect(finished.stderr).toContain('WARNING: 1 problem, looking again');
    expect(elapsed()).toBeLessThan(20);
  });

  test('what keeps it from looking is UNKNOWN: a file, a certificate, a flag, a bug', async () => {
    const bug = 'Date.prototype.toISOString=()=>{throw%20new%20Error()}';
    const later =
      'const%20t=AbortSignal.timeout;AbortSignal.timeout=(n)=>{setImmediate(()=>{throw%20new%20Error()});return%20t.call(AbortSignal,n)}';
    const broken = (code: string) =>
      dbctlWith(
        lab,
        { env: { NODE_OPTIONS: `--import=data:text/javascript,${code}` } },
        'probe',
        '--timeout',
        '15s',
      );
    const finished = [
      await lab.dbctl('probe', '-c', 'nowhere.env'),
      await having({ CLUSTER_CA_CERT: '/nowhere/ca.crt' }, () => lab.dbctl('probe')),
      await lab.dbctl('probe', '--bogus'),
      await lab.dbctl('check-cluster-dbs', '-o', 'yaml'),
      await broken(bug),
      await broken(later),
    ];

    for (const one of finished) {
      expectExit(one, 3);
      expect(one.stdout).toBe('');
      expect(one.stderr).toMatch(/error|bug/);
    }
  });

  test('a name server that never answers does not hold the process after the answer', async () => {
    const silent = createSocket('udp4').bind(53, '127.0.0.77');
    const resolver = join(lab.directory, 'resolv.conf');
    writeFileSync(resolver, 'nameserver 127.0.0.77\n');
    const line = `mount --bind '${resolver}' /etc/resolv.conf && exec '${process.execPath}' '${binary}' probe -o json --timeout 1s`;
    const settings = {
      CLUSTER_DB_PRIMARY_HOST: 'pg1=db1.example.com',
      CLUSTER_DB_REPLICA_HOSTS: 'pg2=db2.example.com,pg3=db3.example.com',
    };
    const elapsed = stopwatch();

    const run = () => execa('unshare', ['-m', 'sh', '-c', line], { cwd: lab.directory, reject: false });
    const { exitCode = null, stdout, stderr } = await having(settings, run);
    const seconds = elapsed();
    silent.close();

    const answer = answerOf({ exitCode, stdout, stderr });
    expect(answer.nodes.map(({ state }) => state)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(seconds, answer.said).toBeLessThan(6);
  });
});

/** Loaded into dbctl: writes where the process connected to, and how many programs it started, when it ends. */
const recordConnections = `
import { createHook } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
const connections = [];
let programs = 0;
createHook({
  init(id, type, trigger, resource) {
    if (type === 'TCPCONNECTWRAP') connections.push(resource);
    if (type === 'PROCESSWRAP') programs += 1;
  },
}).enable();
process.on('exit', () => {
  const to = connections.map(({ address, port }) => address + ':' + port);
  writeFileSync(new URL(import.meta.url + '.json'), JSON.stringify({ to, programs }));
});
`;
