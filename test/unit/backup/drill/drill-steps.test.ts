import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DrillResult } from '../../../../src/backup/drill/drill.ts';
import type { DrillAim } from '../../../../src/backup/drill/drill-target.ts';
import { UnverifiedError } from '../../../../src/model/errors.ts';
import { drillProgress, hasDrillState, readDrills } from '../../../../src/backup/drill/drills-query.ts';
import { unitState } from '../../../../src/host/systemd.ts';
import { ensureDrillFiles } from '../../../../src/backup/drill/drill-files-step.ts';
import { ensureDrillSchedule } from '../../../../src/backup/drill/drill-schedule-step.ts';
import { rehearseRestore } from '../../../../src/backup/rehearse-restore-step.ts';
import { passedDrill } from '../../../support/drills.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { clusterOf, leastBackup } from '../../../support/cluster-file.ts';
import { answering, when } from '../../../support/answering.ts';
import { pg1, pg2, plan, run, shop } from '../../../support/shop.ts';

const states = {
  absent: 'LoadState=not-found\nActiveState=inactive\n',
  running: 'LoadState=loaded\nActiveState=active\nSubState=running\nInvocationID=theirs\n',
  succeeded: 'LoadState=loaded\nActiveState=active\nSubState=exited\nExecMainCode=1\nInvocationID=ours\n',
  failed:
    'LoadState=loaded\nActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=1\nInvocationID=ours\n',
};
type State = keyof typeof states;

const aim = { target: { type: 'default' }, backup: { label: 'F1' }, isRandom: false } as unknown as DrillAim;
const earlier = { ...passedDrill, id: 'earlier' };

/** A host whose drill ends so, with that line in its history. */
function drillHost(start: State, end: State, line: DrillResult | undefined) {
  let state = start;
  const drills: DrillResult[] = [earlier];
  const finish = (): void => {
    state = end;
    if (line) drills.push(line);
  };
  const known = answering(
    when(unitState('dbctl-drill-shop'), () => states[state]),
    when(readDrills(shop), () => drills.map((drill) => JSON.stringify(drill)).join('\n')),
    when(drillProgress(shop), () => {
      finish();
      return 'copying 4096\n2\n';
    }),
  );
  return fakeHost({}, (argv, stdin, asUser) => {
    if (argv[0] === 'systemd-run') state = 'running';
    else if (argv[2]?.startsWith('systemctl stop')) state = 'absent';
    else if (argv[0] === 'journalctl') return 'another drill runs on this host';
    else return typeof known === 'function' ? known(argv, stdin, asUser) : undefined;
    return '';
  });
}

async function rehearse(start: State, end: State, line: DrillResult | undefined) {
  const notes: string[] = [];
  const { host, ran } = drillHost(start, end, line);
  const { step, answer } = rehearseRestore(shop, aim);
  await run(step, host, notes);
  return { results: [answer()], notes, programs: ran.map((one) => one.split(' ')[0]) };
}

test('a drill answers with the line that it wrote', async () => {
  const { results, notes, programs } = await rehearse('absent', 'succeeded', passedDrill);

  expect(results).toEqual([passedDrill]);
  expect(notes).toContain('copying 2.0 kB of 4.0 kB (50 %)');
  expect(programs).toEqual(['systemd-run', 'sh']);
});

test('a drill that failed has a result, too, and leaves no failed unit', async () => {
  const failed = { ...passedDrill, result: 'failed' as const };
  const { results, programs } = await rehearse('failed', 'failed', failed);

  expect(results).toEqual([failed]);
  expect(programs).toEqual(['sh', 'systemd-run', 'sh']);
});

test('a drill that runs is followed, and its own line is the answer', async () => {
  const { results, programs } = await rehearse('running', 'succeeded', { ...passedDrill, id: 'theirs' });

  expect(results).toMatchObject([{ id: 'theirs' }]);
  expect(programs).toEqual(['sh']);
});

test('a drill that ended while nobody looked is no answer for now', async () => {
  const { programs } = await rehearse('succeeded', 'succeeded', passedDrill);

  expect(programs).toEqual(['sh', 'systemd-run', 'sh']);
});

test('a drill without a line is undetermined, with what it said', async () => {
  const ending = rehearse('absent', 'failed', undefined);

  await expect(ending).rejects.toThrow(UnverifiedError);
  await expect(ending).rejects.toMatchObject({
    why: expect.stringContaining('another drill runs') as string,
  });
});

const { backup, ...cluster } = clusterOf({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });
const backedUp = { ...cluster, backup };
const backupOf = (changes: object) => ({ ...backup!, ...changes });
const timer = '/etc/systemd/system/dbctl-scheduled-drill-shop.timer';
const service = '/etc/systemd/system/dbctl-scheduled-drill-shop.service';

test('the assertions are taken to the host, statement by statement', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'dbctl-drill-')), 'drill.sql');
  writeFileSync(file, 'select true;\nselect 1 = 1;');
  const { host, disk } = fakeHost({}, answering(when(hasDrillState(backedUp), () => 'postgres 750\n')));

  for (const step of ensureDrillFiles(backedUp, backupOf({ drillAssertionsFile: file }), pg2)) {
    await run(step, host);
  }

  expect(JSON.parse(disk.get('/etc/dbctl/shop/drill.json')!.content)).toEqual([
    { line: 1, sql: 'select true' },
    { line: 2, sql: 'select 1 = 1' },
  ]);
  expect(disk.get('/etc/dbctl/shop/drill.conf')!.content).toMatchInlineSnapshot(`
    "# Written by dbctl for cluster shop; changes made here are lost. By hand, as root:
    # /usr/bin/nice -n 10 /usr/bin/ionice -c 2 -n 7 /usr/bin/timeout 12h /bin/sh /usr/local/lib/dbctl/apart.sh /var/lib/postgresql/17/dbctl-drill-shop /var/lib/dbctl/shop -- /bin/sh /usr/local/lib/dbctl/drill.sh /etc/dbctl/shop/drill.conf
    cluster='shop'
    node='pg2'
    version='17'
    instance='main'
    port='5432'
    stanza='shop'
    config='/etc/dbctl/shop/pg2/pgbackrest.conf'
    state='/var/lib/dbctl/shop'
    database='shop'
    admin='shop_admin'
    roles='shop_admin shop_app shop_readonly replicator'
    assertions='/etc/dbctl/shop/drill.json'
    job_libraries='pg_cron|pg_partman_bgw|pg_task|pg_timetable|pg_background|pgagent|dbms_job|pglogical|pglogical_ticker|spock|bdr|pgactive|pg_failover_slots|pgautofailover|repmgr|citus|pg_net|vectorize|pg_later|pg_squeeze|pg_documentdb|kafka_fdw|worker_spi'
    "
  `);
});

const judge = (path: string) =>
  plan(ensureDrillFiles(backedUp, backupOf({ drillAssertionsFile: path }), pg2).at(-1)!, fakeHost().host);

test("psql's own commands and a missing file are refused", async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'dbctl-drill-')), 'drill.sql');
  writeFileSync(file, 'select true;\n\\! id');

  await expect(judge(file)).rejects.toThrow('has a command of psql on line 2');
  await expect(judge(`${file}.not`)).rejects.toThrow('does not exist');
});

test.each([
  ['another node', pg1, {}],
  ['nobody', pg2, { schedule: { ...backup!.schedule, drill: undefined } }],
])('the schedule is taken away where %s has it', async (_, node, changes) => {
  const steps = ensureDrillSchedule(backedUp, backupOf(changes), node);
  const disk = new Map([
    [service, ''],
    [timer, ''],
  ]);
  const { host, ran } = fakeHost(Object.fromEntries(disk), (argv) => (argv[0] === 'sh' ? '' : undefined));

  expect(steps).toHaveLength(1);
  expect((await plan(steps[0]!, host)).changes).toEqual(["take the drill's schedule away"]);
  await steps[0]!.apply(host, () => {});
  expect(ran.join()).toContain('dbctl-scheduled-drill-shop');
  expect((await plan(steps[0]!, fakeHost().host)).changes).toEqual([]);
});

test('the last node keeps it', () => {
  expect(ensureDrillSchedule(backedUp, backup!, pg2).length).toBeGreaterThan(4);
});

test('of several nodes on one host only the last sees to the schedule', () => {
  const second = { ...pg2, host: pg1.host, port: 5433 };
  const oneHost = { ...backedUp, nodes: [pg1, second] };

  expect(ensureDrillSchedule(oneHost, backup!, pg1)).toEqual([]);
  expect(ensureDrillSchedule(oneHost, backup!, second).length).toBeGreaterThan(4);
});
