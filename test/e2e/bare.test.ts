// From hosts without PostgreSQL: dbctl looks without touching, then installs it from the machine's own mirror.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { reboot } from '../support/faults.ts';
import { describeOnHosts, expectExit, patienceMs, sqlAs, succeed } from '../support/story.ts';

interface Finding {
  readonly check: string;
  readonly hosts: readonly string[];
  readonly next: readonly string[];
}

describeOnHosts('bare hosts', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('bare', '--bare', '--online', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('have no PostgreSQL', async () => {
    for (const host of ['pg1', 'pg2']) {
      expect(
        await lab.shell(host, 'command -v psql || ls -d /usr/lib/postgresql 2>/dev/null || echo none'),
      ).toBe('none');
    }
  });

  test('what a host lacks is named, and comes with what the advice says', async () => {
    await lab.shell('pg2', 'dpkg -r --force-depends iproute2; rm -f /var/lib/apt/lists/*_Packages*');
    const adviceFor = async (check: string): Promise<string> => {
      const { stdout } = await lab.dbctl('doctor', '-o', 'json');
      const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
      return findings.find((one) => one.hosts.includes('pg2') && one.check === check)?.next.join('\n') ?? '';
    };

    expect(await adviceFor('package')).toBe('apt-get update');
    await lab.shell('pg2', 'apt-get update');
    const install = await adviceFor('program');
    expect(install).toBe('apt-get install --no-install-recommends iproute2 perl-base');
    await lab.shell('pg2', install, 'y\n');
    // Lists of before the package came.
    await lab.shell(
      'pg2',
      `cd /var/lib/apt/lists && for list in *_Packages*; do echo >"\${list%_Packages*}_Packages"; done`,
    );
    const [, update = ''] = /^if its package lists are old: (.*)$/m.exec(await adviceFor('package')) ?? [];
    await lab.shell('pg2', `rm /var/lib/apt/lists/*_Packages* && ${update}`);

    expectExit(await lab.dbctl('doctor'), 0);
  });

  test('a dry run of init-primary lists what it would do and touches nothing', async () => {
    const before = await Promise.all(['control', 'pg1'].map((host) => filesOf(lab, host)));
    const env = readFileSync(join(lab.directory, '.env.cluster'), 'utf8');

    const { stdout } = await succeed(lab, 'init-primary', '--dry-run');

    expect(stdout).toContain('pg1: install postgresql-17');
    expect(stdout).toContain('pg1: create /var/lib/postgresql/17/main');
    expect(stdout).toContain('pg1: create role app_reader');
    expect(stdout).toMatch(/\n[1-9]\d* changes to make\n$/);
    expect(await Promise.all(['control', 'pg1'].map((host) => filesOf(lab, host)))).toEqual(before);
    expect(existsSync(join(lab.directory, `${lab.name}-ca.crt`))).toBe(false);
    expect(readFileSync(join(lab.directory, '.env.cluster'), 'utf8')).toBe(env);
  });

  test('a replica is refused as long as there is no primary', async () => {
    const before = await filesOf(lab, 'pg2');

    const refused = await lab.dbctl('add-replica', 'pg2');

    expectExit(refused, 4);
    expect(refused.stderr).toContain('dbctl init-primary');
    expect(await filesOf(lab, 'pg2')).toEqual(before);
  });

  test('init-primary installs PostgreSQL, and no cluster but ours appears', async () => {
    await succeed(lab, 'init-primary');

    expect(await clusters(lab, 'pg1')).toEqual(['17 main 5432 online postgres /var/lib/postgresql/17/main']);
    expect(await lab.shell('pg1', 'ls /var/lib/postgresql /var/lib/postgresql/17')).not.toContain(
      'dbctl-new',
    );
    expect(await lab.shell('pg1', 'systemctl is-system-running')).toBe('running');
  });

  test('a dry run of add-replica lists what it would do and touches no host', async () => {
    const before = await filesOf(lab, 'pg2');
    const slots = 'select count(*) from pg_replication_slots';

    const { stdout } = await succeed(lab, 'add-replica', '--dry-run');

    expect(stdout).toContain('pg2: install postgresql-17');
    expect(stdout).toContain('pg2: clone pg1 into /var/lib/postgresql/17/main');
    expect(await filesOf(lab, 'pg2')).toEqual(before);
    expect(await lab.sql('pg1', slots)).toBe('0');
  });

  test('add-replica does the same for a replica, which streams', async () => {
    await succeed(lab, 'add-replica');

    expect(await clusters(lab, 'pg2')).toEqual([
      '17 main 5432 online,recovery postgres /var/lib/postgresql/17/main',
    ]);
    await sqlAs(lab, 'writer', { from: 'pg1', to: 'pg1' }, 'create table seen as select 42 as n;');
    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg1', to: 'pg2' }, 'select n from seen').catch(String))
      .toBe('42');
    await succeed(lab, 'probe', '--wait', '10s');
  });

  test('both come back by themselves after a reboot', async () => {
    const startTime = (host: string) =>
      lab
        .sql(host, 'select pg_postmaster_start_time()')
        .catch((error: unknown) => `no answer: ${String(error)}`);
    const before = await Promise.all(['pg1', 'pg2'].map(startTime));

    await reboot(lab, 'pg1', 'pg2');

    for (const [index, host] of ['pg1', 'pg2'].entries()) {
      await expect.poll(() => startTime(host), { timeout: 30_000, interval: 500 }).toMatch(/^\d{4}-/);
      expect(await startTime(host)).not.toBe(before[index]);
    }
    await succeed(lab, 'probe', '--wait', '30s');
  });

  test('a second run has nothing to install', async () => {
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
  });
});

/** Every file of a host with its size and time of change, less what the system itself writes all the time. */
async function filesOf(lab: Lab, host: string): Promise<ReadonlySet<string>> {
  const busy = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp', '/var/log', '/var/lib/systemd'];
  const skipped = busy.map((path) => `-path ${path}`).join(' -o ');
  const listed = await lab.shell(
    host,
    `find / -xdev \\( ${skipped} \\) -prune -o -type f -printf '%p %s %T@ %m\\n' -o -print`,
  );
  return new Set(listed.split('\n'));
}

const clusters = async (lab: Lab, host: string): Promise<readonly string[]> =>
  (await lab.shell(host, 'pg_lsclusters --no-header'))
    .split('\n')
    .map((line) => line.split(/\s+/).slice(0, 6).join(' '));
