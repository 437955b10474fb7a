// What a run says while it goes on, what it keeps, and what it shows when something fails.

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disguises, hits } from '../support/disguises.ts';
import { startLab, type Finished, type Lab } from '../support/e2e.ts';
import { expectClear } from '../support/faults.ts';
import { dbctlWith } from '../support/probe-story.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

type Event = Readonly<Record<string, unknown>>;

const eventsOf = ({ stderr }: Finished): readonly Event[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
const kindsOf = (events: readonly Event[]): readonly unknown[] => events.map(({ event }) => event);

const binary = new URL('../../bin/dbctl.js', import.meta.url).pathname;
const brokenFile = '/etc/postgresql/17/main/conf.d/zz_by_hand.conf';
const complaint = 'unrecognized configuration parameter "work_memm"';

describeOnHosts('the output of a run', () => {
  let lab: Lab;
  let first: Finished;

  const logDirectory = (): string => join(lab.directory, '.state/dbctl', lab.env['CLUSTER_NAME']!);
  const logs = (): readonly string[] =>
    readdirSync(logDirectory())
      .toSorted((one, other) => one.localeCompare(other))
      .map((name) => join(logDirectory(), name));
  const secrets = (): readonly string[] =>
    disguises(
      Object.entries(lab.env).flatMap(([name, value]) => (name.endsWith('_PASSWORD') ? [value] : [])),
    );

  beforeAll(async () => {
    lab = await startLab('output', '--hosts', 'pg1');
    first = await succeed(lab, 'init-primary', '-v');
  }, patienceMs);

  afterAll(async () => lab?.down());

  test('-v shows each command on each host, the way it is typed, and no secret', () => {
    expect(first.stderr).toMatch(/^pg1 \d+(\.\d+)? s exit 0 \$ .*psql .* < [\d.]+ k?B$/m);
    expect(first.stderr).toMatch(
      /^pg1 .* \$ install -o postgres -g postgres -m 640 \/dev\/stdin \/etc\/postgresql\/.* < /m,
    );
    expect(first.stderr).toMatch(/^Run PostgreSQL: pg1 changed — /m);
    expect(hits([first.stderr], secrets())).toEqual([]);
  });

  test('the log has the whole run, for its owner only, and no secret', () => {
    const [log = '', ...others] = logs();
    expect(others).toEqual([]);
    expect([statSync(log).mode & 0o777, statSync(logDirectory()).mode & 0o777]).toEqual([0o600, 0o700]);

    const text = readFileSync(log, 'utf8');
    const shown = first.stderr.split('\n').filter((line) => line.includes(' exit 0 $ '));
    expect(text.split(' exit 0 $ ').length).toBeGreaterThanOrEqual(shown.length);
    expect(text).toMatch(/ dbctl [\d.]+: dbctl init-primary -v$/m);
    expect(text).toContain('initdb');
    expect(text).toMatch(/ exit code 0, [\d.]+ (s|min)\n$/);
    expect(hits([text], secrets())).toEqual([]);
  });

  test('-q shows the answer alone', async () => {
    expect(await succeed(lab, '-q', 'init-primary')).toMatchObject({ stdout: '0 changes\n', stderr: '' });
  });

  test('--json tells the whole run, one event on each line, and answers in JSON', async () => {
    const run = await succeed(lab, 'init-primary', '--json');

    const events = eventsOf(run);
    expect(kindsOf(events)[0]).toBe('run-started');
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', exitCode: 0, log: logs().at(-1) });
    const count = (kind: string): number => events.filter(({ event }) => event === kind).length;
    expect(count('stage-ended')).toBeGreaterThan(5);
    expect([count('stage-started'), count('host-started')]).toEqual([
      count('stage-ended'),
      count('host-ended'),
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'step-ended',
        host: 'pg1',
        step: 'Start PostgreSQL',
        status: 'in place',
      }),
    );
    expect(count('command')).toBe(0);
    expect(JSON.parse(run.stdout)).toEqual({ cluster: lab.env['CLUSTER_NAME'], dryRun: false, changes: [] });
    expect(hits([run.stderr], secrets())).toEqual([]);
  });

  test('a run whose reader is gone goes on to its end', async () => {
    await lab.sql('pg1', `alter role "${lab.env['POSTGRES_APP_USER']}" connection limit 3`);
    const run = lab.start('init-primary');
    // What it says cannot be read to its end.
    const end = run.end.catch(() => undefined);
    run.process.stdout!.destroy();
    run.process.stderr!.destroy();

    const exitCode = await new Promise((resolve) => run.process.on('exit', resolve));
    await end;

    expect(exitCode).toBe(0);
    expect(
      await lab.sql(
        'pg1',
        `select rolconnlimit from pg_roles where rolname = '${lab.env['POSTGRES_APP_USER']}'`,
      ),
    ).toBe('80');
  });

  test('a server that does not start is shown with its own words, to people, to programs, and in the log', async () => {
    await lab.shell('pg1', `systemctl stop postgresql@17-main && echo 'work_memm = 4MB' > ${brokenFile}`);

    const plain = await lab.dbctl('init-primary');
    const json = await lab.dbctl('init-primary', '--json');
    await lab.shell('pg1', `rm ${brokenFile}`);

    const log = logs().at(-2)!;
    expectClear(lab, plain, 6, 'PostgreSQL did not start on pg1', complaint, `the whole run: ${log}`);
    expect(readFileSync(log, 'utf8')).toContain(complaint);
    expectExit(json, 6);
    const events = eventsOf(json);
    expect(events.filter(({ event, status }) => event !== 'note' && status === 'failed')).toMatchObject([
      { event: 'step-ended', host: 'pg1', step: 'Start PostgreSQL' },
      { event: 'host-ended', host: 'pg1' },
      { event: 'stage-ended', stage: 'Run PostgreSQL' },
    ]);
    expect(events.slice(-2)).toMatchObject([
      { event: 'error', exitCode: 6, why: expect.stringContaining(complaint) as unknown },
      { event: 'run-ended', exitCode: 6, log: logs().at(-1) },
    ]);
    await succeed(lab, 'init-primary');
  });

  test('a log that cannot be written keeps a run from its first change, and may be kept elsewhere', async () => {
    const base = join(lab.directory, '.state/dbctl');
    renameSync(base, `${base}.kept`);
    writeFileSync(base, 'no directory');

    const refused = await lab.dbctl('init-primary');
    const advice = /^→ or keep logs elsewhere: (XDG_STATE_HOME)=\S+ dbctl …$/m;
    const [, name = ''] = advice.exec(refused.stderr) ?? [];
    const elsewhere = join(lab.directory, 'elsewhere');
    const run = await dbctlWith(lab, { env: { [name]: elsewhere } }, 'init-primary');
    rmSync(base);
    renameSync(`${base}.kept`, base);

    expectClear(lab, refused, 4, `the log of this run cannot be written below ${base}`);
    expectExit(run, 0);
    expect(readdirSync(join(elsewhere, 'dbctl', lab.env['CLUSTER_NAME']!))).toHaveLength(1);
  });

  test('who is not root is told to be it here, or to let another host be the control host', async () => {
    const looking = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...looking];
    const asNobody = () =>
      execa('setpriv', [...nobody, process.execPath, binary, 'doctor', '-o', 'json'], {
        cwd: lab.directory,
        env: { HOME: '/nonexistent' },
        reject: false,
      });

    const refused = await asNobody();
    const advice = /"or name another control host in .env.cluster: (CLUSTER_CONTROL_HOST)=control=10.0.0.10"/;
    const [, name = ''] = advice.exec(refused.stdout) ?? [];
    lab.configure({ [name]: lab.env['CLUSTER_DB_PRIMARY_HOST'] });
    const looked = await asNobody();
    lab.configure({ [name]: undefined });

    expect(refused.exitCode, refused.stderr).toBe(4);
    expect(refused.stdout).toContain('dbctl needs root on this machine');
    expect(looked.exitCode, looked.stdout).toBe(0);
  });

  test('this machine, which was the control host, forgets the cluster with its lab', async () => {
    const cluster = lab.env['CLUSTER_NAME'];
    const known = [
      `/etc/dbctl/${cluster}/data-of-pg1.json`,
      `/etc/dbctl/pki/${cluster}`,
      `/var/lib/dbctl-journal/${cluster}.jsonl`,
    ];
    expect(known.filter(existsSync)).toEqual(known);

    await succeed(lab, 'lab', 'down', '--name', lab.name);

    expect(known.filter(existsSync)).toEqual([]);
  });
});
