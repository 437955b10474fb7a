// Data that was there and is out of sight: a disk that did not mount, a directory that got another name, the disk of
// another server. Whether it is missed is asked of the hosts' files and of PostgreSQL.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { expectRefused, expectReplicates, expectStreaming, follow, settled } from '../support/faults.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';

const data = '/var/lib/postgresql/17/main';

interface Note {
  readonly systemIdentifier: string;
  readonly fileSystem: { readonly mountPoint: string };
}

describeOnHosts('data that is out of sight', () => {
  let lab: Lab;

  const note = async (host: string, path: string): Promise<Note> =>
    JSON.parse(await lab.shell(host, `cat ${path}`)) as Note;
  const noteOf = (name: string): Promise<Note> => note(name, `/etc/dbctl/*/${name}/data.json`);
  const dataOn = (name: string): Promise<string> => lab.shell(name, `ls -A ${data} 2>/dev/null || echo none`);
  const mount = 'mount --bind /srv/disk /var/lib/postgresql';
  const identifier = (name: string): Promise<string> =>
    lab.sql(name, 'select system_identifier from pg_control_system()');

  beforeAll(async () => {
    lab = await startCluster('away', 'replica');
    await lab.sql('pg1', 'create table kept as select 1 as n', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('is written down where it is, on the node and on the control host, and again when it moves', async () => {
    expect((await noteOf('pg1')).systemIdentifier).toBe(await identifier('pg1'));
    expect((await noteOf('pg2')).fileSystem.mountPoint).toBe('/');
    await lab.shell(
      'pg2',
      `systemctl stop postgresql@17-main && mkdir /srv/disk && cp -a /var/lib/postgresql/. /srv/disk/ &&
       rm -r ${data} && ${mount} && systemctl start postgresql@17-main`,
    );

    const moved = await succeed(lab, 'up');

    expect(moved.stdout).toContain('2 changes');
    expect((await noteOf('pg2')).fileSystem.mountPoint).toBe('/var/lib/postgresql');
    expect(await note('control', '/etc/dbctl/*/data-of-pg2.json')).toEqual(await noteOf('pg2'));
    await settled(lab, 'up');
  });

  test('a replica whose disk is not mounted is not cloned onto the one below', async () => {
    await lab.shell('pg2', 'systemctl stop postgresql@17-main && umount /var/lib/postgresql');

    for (const command of [['plan'], ['up'], ['add-replica'], ['restart', 'pg2']]) {
      await expectRefused(lab, 'pg2 had data and has none now: is its disk mounted?', ...command);
    }
    const reinit = await expectRefused(lab, 'is not mounted', 'reinit', 'pg2', '--yes');

    expect(reinit.stderr).toContain('→ mount it, on ');
    expect(reinit.stderr).toContain('mount /var/lib/postgresql');
    expect(reinit.stderr).toContain('dbctl reinit pg2 --lost-disk');
    expect(await dataOn('pg2')).toBe('none');
    expect((await lab.dbctl('doctor')).stdout).toContain('is its disk mounted?');
    await lab.shell('pg2', mount);
    await succeed(lab, 'up');
    await expectStreaming(lab, 'pg2');
  });

  test('nor when its host was made anew, for the control host remembers it', async () => {
    await lab.shell(
      'pg2',
      `systemctl stop postgresql@17-main && umount /var/lib/postgresql &&
       rm -r /etc/postgresql/17/main && mkdir /root/etc && mv /etc/dbctl/* /root/etc/`,
    );

    const refused = await expectRefused(lab, 'is its disk mounted?', 'up');

    expect(refused.stderr).toContain('dbctl reinit pg2');
    expect(await dataOn('pg2')).toBe('none');
    await succeed(lab, 'reinit', 'pg2', '--yes', '--lost-disk');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    await settled(lab, 'up');
  });

  test('a primary whose data has another name is not made anew, in a fresh checkout either', async () => {
    const { CLUSTER_NAME: name } = lab.env;
    // Beside it is what a restore has set aside before, whose name comes first.
    await lab.shell(
      'pg1',
      `systemctl stop postgresql@17-main && mv ${data} ${data}.old && mkdir -p ${data}.before/global &&
       cp ${data}.old/global/pg_control ${data}.before/global/ && touch -d '1 hour ago' ${data}.before/global/pg_control`,
    );
    rmSync(join(lab.directory, `${name}-ca.crt`));

    for (const command of [['plan'], ['up'], ['restart', 'pg1', '--yes']]) {
      await expectRefused(lab, `${data}.old`, ...command);
    }
    const refused = await expectRefused(lab, 'pg2 is a replica with data, and pg1 has none', 'init-primary');

    expect(refused.stderr).toContain('is its disk mounted?');
    expect(refused.stderr).not.toContain('--abandon');
    await follow(lab, 'pg1', refused, /mv \S+ \S+/);
    await lab.shell('pg1', `rm -r ${data}.before`);
    await succeed(lab, 'up');
    expect(await lab.sql('pg1', 'select n from kept', 'app')).toBe('1');
    await expectStreaming(lab, 'pg2');
  });

  test("another server's data in its place is not started", async () => {
    await lab.shell(
      'pg1',
      `systemctl stop postgresql@17-main && mv ${data} /srv/own &&
       runuser -u postgres -- /usr/lib/postgresql/17/bin/initdb -D ${data} >/dev/null`,
    );

    for (const command of [['plan'], ['up'], ['init-primary'], ['restart', 'pg1', '--yes']]) {
      const { stderr } = await expectRefused(lab, 'is the right disk mounted?', ...command);
      expect(stderr).toContain((await noteOf('pg1')).systemIdentifier);
    }

    expect(await lab.shell('pg1', 'systemctl is-active postgresql@17-main || :')).toBe('inactive');
    await lab.shell('pg1', `rm -r ${data} && mv /srv/own ${data}`);
    await succeed(lab, 'up');
  });

  test('nor is data on a disk that is mounted read-only', async () => {
    await lab.shell(
      'pg2',
      `systemctl stop postgresql@17-main && mount --bind /var/lib/postgresql /var/lib/postgresql &&
       mount -o remount,bind,ro /var/lib/postgresql`,
    );

    await expectRefused(lab, 'read-only', 'restart', 'pg2');
    const refused = await expectRefused(lab, 'read-only', 'up');

    expect(refused.stderr).toContain('mount -o remount,rw /var/lib/postgresql');
    await lab.shell('pg2', 'umount /var/lib/postgresql');
    await succeed(lab, 'up');
  });

  test('a cluster of one node is not begun anew before somebody gives up what it was by its name', async () => {
    await succeed(lab, 'remove-replica', 'pg2', '--yes', '--wipe');
    expect(await lab.shell('control', 'ls /etc/dbctl/*/')).not.toContain('data-of-pg2');
    const old = await identifier('pg1');
    await lab.shell(
      'pg1',
      'systemctl stop postgresql@17-main; mv /var/lib/postgresql /var/lib/away; mkdir /var/lib/postgresql',
    );

    for (const command of [['plan'], ['up'], ['init-primary']]) {
      await expectRefused(lab, 'pg1 had data and has none now: is its disk mounted?', ...command);
    }
    await expectRefused(
      lab,
      'is not the system identifier',
      'init-primary',
      '--abandon',
      '7000000000000000001',
    );
    expect(await dataOn('pg1')).toBe('none');

    await lab.shell('pg1', 'rmdir /var/lib/postgresql; mv /var/lib/away /var/lib/postgresql');
    await succeed(lab, 'up');
    expect(await lab.sql('pg1', 'select n from kept', 'app')).toBe('1');
    await expectRefused(lab, 'there is nothing to be given up', 'init-primary', '--abandon', old);

    await lab.shell('pg1', `systemctl stop postgresql@17-main; rm -r ${data}`);
    await succeed(lab, 'init-primary', '--abandon', old);
    expect(await identifier('pg1')).not.toBe(old);
    await settled(lab, 'up');
  });
});
