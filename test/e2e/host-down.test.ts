// A replica's host is off: everything else goes on, and every command says what it could not see.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { cutPower, expectClear, expectStreaming, healLab, settled } from '../support/faults.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

interface PlanJson {
  readonly changes: readonly { readonly host: string; readonly change: string }[];
  readonly unknown: readonly { readonly host: string; readonly why: string }[];
}

describeOnHosts('a cluster of which one host is down', () => {
  let lab: Lab;

  const settingOn = (host: string): Promise<string> => lab.sql(host, 'show work_mem');

  beforeAll(async () => {
    lab = await startLabWithBackups('down', 'posix', '--hosts', 'control,pg1,pg2,pg3');
    await succeed(lab, 'up');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('is planned without it, and the plan says that it is not whole', async () => {
    await cutPower(lab, 'pg3');

    const finished = await lab.dbctl('plan');

    expectClear(lab, finished, 3, addressOf(lab, 'pg3'));
    expect(finished.stdout).toMatch(/^not known yet: pg3: .*\(Log in\)$/m);
    expect(finished.stdout).toMatch(/^Everything else is as .* 0 changes to make$/m);
  });

  test('gets what is new on the hosts that are there, with the exit code of what is not', async () => {
    lab.configure({ POSTGRES_CONF_work_mem: '9MB' });

    const planned = JSON.parse((await lab.dbctl('plan', '-o', 'json')).stdout) as PlanJson;
    const dryRun = await lab.dbctl('up', '--dry-run');
    const before = [await settingOn('pg1'), await settingOn('pg2')];
    const finished = await lab.dbctl('up');

    expect([...new Set(planned.changes.map(({ host }) => host))].toSorted()).toEqual(['pg1', 'pg2']);
    expect(planned.unknown.map(({ host }) => host)).toEqual(['pg3']);
    expectExit(dryRun, 3);
    expect(before).toEqual(['4MB', '4MB']);
    expectClear(lab, finished, 3, addressOf(lab, 'pg3'));
    // Two on each node, and the proof that WAL arrives where none came by itself yet.
    expect(finished.stdout).toMatch(/^[45] changes$/m);
    expect([await settingOn('pg1'), await settingOn('pg2')]).toEqual(['9MB', '9MB']);
    expect(await lab.sql('pg1', 'select application_name, state from pg_stat_replication')).toBe(
      'pg2|streaming',
    );
  });

  test('has nothing more to do then, and still does not end well', async () => {
    const again = await lab.dbctl('up');

    expectExit(again, 3);
    expect(again.stdout).toContain('0 changes');
  });

  test('shows its status, its certificates and its health without the host', async () => {
    const status = await lab.dbctl('status');
    const certificates = await lab.dbctl('certs', 'status');
    const doctor = await lab.dbctl('doctor');

    expectExit(status, 3);
    expect(status.stdout).toMatch(/pg2.*streaming/);
    expect(status.stdout).toMatch(/pg3.*unreachable/);
    expectExit(certificates, 3);
    expect(certificates.stdout).toMatch(/pg2.*PostgreSQL/);
    expect(certificates.stdout).toContain('not known: pg3: ');
    expectExit(doctor, 3);
    expect(doctor.stdout).toMatch(/pg3/);
    expect(await lab.shell('pg2', 'systemctl is-active postgresql@17-main')).toBe('active');
  });

  test('gets the rest when the host is back', async () => {
    await healLab(lab);
    await succeed(lab, 'up');

    expect(await settingOn('pg3')).toBe('9MB');
    await expectStreaming(lab, 'pg3');
    await settled(lab, 'up');
  });

  test('is not touched while its primary is off: nothing can be known without it', async () => {
    await cutPower(lab, 'pg1');
    lab.configure({ POSTGRES_CONF_work_mem: '8MB' });

    const planned = await lab.dbctl('plan');
    const finished = await lab.dbctl('up');

    expectClear(lab, planned, 3, addressOf(lab, 'pg1'));
    expect(planned.stdout).toBe('');
    expectClear(lab, finished, 3, addressOf(lab, 'pg1'));
    expect(await settingOn('pg2')).toBe('9MB');
  });
});
