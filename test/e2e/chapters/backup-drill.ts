// A restore that is rehearsed beside the cluster, asked past dbctl: what came back, what was left, what was not touched.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expectWalArrives, pgbackrestOn } from '../../support/backup-story.ts';
import type { Lab } from '../../support/e2e.ts';
import { expectExit, sqlAs, succeed } from '../../support/story.ts';

interface Drill {
  readonly id: string;
  readonly node: string;
  readonly result: string;
  readonly label: string;
  readonly target: { readonly type: string; readonly isRandom: boolean };
  readonly checksums: string;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  readonly tables: readonly { readonly database: string; readonly table: string; readonly rows: number }[];
  readonly error: string;
}

const nodes = ['pg1', 'pg2'];

export function restoreDrill(theLab: () => Lab): void {
  let lab: Lab;
  let name: string;
  let untouched: readonly string[];

  const asAdmin = (statement: string): Promise<string> =>
    sqlAs(lab, 'admin', { from: 'pg1', to: 'pg1' }, statement);

  const history = async (host = 'pg2'): Promise<readonly Drill[]> =>
    (await lab.shell(host, `cat /var/lib/dbctl/${name}/drills.jsonl 2>/dev/null || true`))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Drill);

  /** What a drill must leave alone on a node. */
  const stateOf = async (node: string): Promise<string> =>
    [
      await lab.sql(
        node,
        `select pg_postmaster_start_time(), failed_count, system_identifier, timeline_id, pg_is_in_recovery()
         from pg_stat_archiver, pg_control_system(), pg_control_checkpoint()`,
      ),
      await lab.shell(
        node,
        'cd /var/lib/postgresql/17/main && ls -A && md5sum postgresql.auto.conf PG_VERSION',
      ),
    ].join('\n');

  const states = (): Promise<readonly string[]> => Promise.all(nodes.map(stateOf));

  async function expectNothingLeft(): Promise<void> {
    for (const node of nodes) {
      expect(await lab.shell(node, 'ls -A /var/lib/postgresql/17')).toBe('main');
      expect(
        await lab.shell(node, "ps -u postgres -o args= | grep -c 'dbctl-drill\\|drill.sh' || true"),
      ).toBe('0');
      expect(await lab.shell(node, `ls /var/lib/dbctl/${name} 2>/dev/null || true`)).toMatch(
        /^(drill.lock\ndrills.jsonl)?$/,
      );
    }
    const archive = await pgbackrestOn(lab, 'control', `repo-ls --recurse archive/${name}`);
    expect(archive).not.toContain('.history');
    expect(archive).not.toMatch(/\/0000000[2-9]/);
    expect(await states()).toEqual(untouched);
  }

  beforeAll(async () => {
    lab = theLab();
    name = lab.env['CLUSTER_NAME']!;
    await asAdmin('create table orders as select n from generate_series(1, 2000) as n');
    untouched = await states();
  });

  test('passes on the replica with the rows that the primary has', async () => {
    await asAdmin('insert into orders select n from generate_series(2001, 2500) as n');
    await expectWalArrives(lab);

    const { stdout } = await succeed(lab, 'backup', 'drill', '-o', 'json');

    const drill = JSON.parse(stdout) as Drill;
    expect(drill).toMatchObject({ node: 'pg2', result: 'passed', checksums: 'passed', error: '' });
    const orders = Number(await asAdmin('select count(*) from orders'));
    expect(drill.tables).toContainEqual({
      database: lab.env['POSTGRES_DB'],
      table: 'public.orders',
      rows: orders,
    });
    expect(orders).toBe(2500);
    await expectNothingLeft();
  });

  test('runs by its timer, on one host only', async () => {
    const unit = `dbctl-scheduled-drill-${name}`;
    expect(await lab.shell('pg2', `systemctl is-active ${unit}.timer`)).toBe('active');
    expect(await lab.shell('pg1', `systemctl list-unit-files --no-legend '${unit}.*' || true`)).toBe('');

    await lab.shell('pg2', `systemctl start ${unit}.service`);

    expect((await history()).map(({ result }) => result)).toEqual(['passed', 'passed']);
  });

  test('goes on when dbctl is killed, and the next one follows it', async () => {
    const killed = lab.start('backup', 'drill', '--random-point');
    const unit = `dbctl-drill-${name}.service`;
    const isCopying = () => lab.shell('pg2', 'ls /var/lib/postgresql/17');
    await expect.poll(isCopying, { timeout: 20_000, interval: 100 }).toContain('dbctl-drill');
    const invocation = await lab.shell('pg2', `systemctl show --value -p InvocationID ${unit}`);
    killed.process.kill('SIGKILL');

    const { stdout } = await succeed(lab, 'backup', 'drill', '-o', 'json');

    expect(JSON.parse(stdout)).toMatchObject({ id: invocation, target: { type: 'time', isRandom: true } });
    expect(await history()).toHaveLength(3);
    await expectNothingLeft();
  });

  test('fails when an assertion does, and names it', async () => {
    lab.configure({ BACKUP_DRILL_SQL: 'drill.sql' });
    const queries = [
      'select count(*) >= 2500 from orders;',
      'select n < 2500 from orders order by n desc; -- ; no end',
      "select ';' = nowhere;",
      'delete from orders returning true;',
    ];
    writeFileSync(join(lab.directory, 'drill.sql'), `${queries.join('\n')}\n`);

    const finished = await lab.dbctl('backup', 'drill');

    expectExit(finished, 5);
    expect(finished.stdout).toContain('failed: line 2: select n < 2500 from orders order by n desc');
    expect(finished.stdout).toContain('failed: 3 checks failed');
    const [drill] = (await history()).slice(-1);
    expect(drill!.checks.slice(-4).map(({ passed, detail }) => [passed, detail])).toEqual([
      [true, ''],
      [false, 'row 1 answers false'],
      [false, 'column "nowhere" does not exist (SQLSTATE 42703)'],
      [false, 'cannot execute DELETE in a read-only transaction (SQLSTATE 25006)'],
    ]);
    await expectNothingLeft();
  });

  test('that goes on and on is ended by its deadline, which is told, and nothing is left', async () => {
    const unit = `dbctl-scheduled-drill-${name}.service`;
    const place = '/run/systemd/system';
    const endless = `[{"line":1,"sql":"select pg_sleep(3600) is null"}]`;
    await lab.shell(
      'pg2',
      `cp -p /etc/dbctl/${name}/drill.json /root/ && cat > /etc/dbctl/${name}/drill.json`,
      endless,
    );
    expect(await lab.shell('pg2', `systemctl show -P ExecStart ${unit}`)).toContain('/usr/bin/timeout 12h ');
    await lab.shell(
      'pg2',
      `mkdir -p ${place}/${unit}.d && { echo '[Service]'; echo ExecStart=; sed -n 's,/timeout 12h,/timeout 15s,; /^ExecStart=/p' /etc/systemd/system/${unit}; } > ${place}/${unit}.d/soon.conf && systemctl daemon-reload`,
    );

    await lab.shell('pg2', `systemctl start ${unit} || :`);

    await lab.shell(
      'pg2',
      `mv /root/drill.json /etc/dbctl/${name}/; rm -r ${place}/${unit}.d; systemctl daemon-reload`,
    );
    const [drill] = (await history()).slice(-1);
    expect(drill).toMatchObject({ result: 'failed', node: 'pg2' });
    expect(drill!.error).toBe('the drill was told to end: its unit was stopped, or it had run for 12 hours');
    await expectNothingLeft();
  });

  test('fails when a bit of the backup was flipped', async () => {
    const flip = 'open F,"+<",$ARGV[0];$n=int((-s F)/2);seek F,$n,0;read F,$c,1;seek F,$n,0;print F $c^"\\1"';
    const bundles = `/var/lib/pgbackrest/${name}/backup/${name}/*F/bundle/*`;
    const flipBit = () => lab.shell('control', `for f in ${bundles}; do perl -e '${flip}' "$f"; done`);
    await flipBit();

    const finished = await lab.dbctl('backup', 'drill');
    await flipBit();

    expectExit(finished, 5);
    expect(finished.stdout).toMatch(/failed: the backup \S+F could not be restored:\n.*/);
    await expectNothingLeft();
    const { stdout } = await succeed(lab, 'backup', 'drill', '--history', '-o', 'json');
    expect((JSON.parse(stdout) as { drills: readonly Drill[] }).drills.map(({ result }) => result)).toEqual([
      'passed',
      'passed',
      'passed',
      'failed',
      'failed',
      'failed',
    ]);
  });
}
