// Hosts on which going on would break something: refused, with the evidence, and every file as it was.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectClear, expectReplicates, expectStreaming, filesOn, finishes } from '../support/faults.ts';
import { describeOnHosts, expectExit, patienceMs } from '../support/story.ts';

const directory = '/var/lib/postgresql/17/main';

describeOnHosts('a host that is not as it should be', () => {
  let lab: Lab;

  /** Runs a command that must be refused, and insists that no file of the host has changed. */
  async function expectRefused(command: readonly string[], host: string, ...words: readonly string[]) {
    await expectRefusal(command, host, `${host} cannot be used`, ...words);
  }

  async function expectRefusal(command: readonly string[], host: string, ...words: readonly string[]) {
    const before = await filesOn(lab, host);

    const refused = await lab.dbctl(...command);

    expectClear(lab, refused, 4, ...words);
    expect(refused.stdout).toBe('');
    expect(await filesOn(lab, host)).toBe(before);
  }

  const beginsToListen = async (host: string): Promise<string> => {
    await lab.shell(host, `systemd-run -q --unit=squatter perl -MIO::Socket::INET -e '${listens}'`);
    const poll = { timeout: 20_000, interval: 250 };
    await expect.poll(() => lab.shell(host, `ss -Hltn 'sport = :5432' | wc -l`), poll).toBe('1');
    return lab.shell(host, `ss -Hltnp 'sport = :5432' | grep -o 'pid=[0-9]*' | cut -d= -f2`);
  };

  beforeAll(async () => {
    lab = await startLab('f-host', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.for([
    { host: 'pg1', command: ['init-primary'] },
    { host: 'pg2', command: ['add-replica'] },
  ])('$command on $host: every reason to refuse, then a clean finish', async ({ host, command }) => {
    // A port that somebody else has.
    const pid = await beginsToListen(host);
    await expectRefused(command, host, 'port 5432 is taken by', `pid ${pid}`);
    await lab.shell(host, 'systemctl stop squatter');

    // Data that dbctl did not make, of any kind.
    const foreign = [
      `install -d ${directory} && echo precious > ${directory}/note`,
      `echo 17 > ${directory}/PG_VERSION`,
    ];
    for (const make of foreign) {
      await lab.shell(host, make);
      await expectRefused(command, host, `${directory} holds data that dbctl did not create`, 'mv ');
    }
    await lab.shell(host, `rm -r ${directory}`);

    // A cluster that runs, made by the distribution's own tool.
    await lab.shell(host, 'pg_createcluster 17 main --start >/dev/null 2>&1');
    await expectRefused(command, host, `${directory} holds data that dbctl did not create`);
    expect(await lab.sql(host, 'select 1')).toBe('1');
    const said = (await lab.dbctl(...command)).stderr;
    await lab.shell(host, /systemctl stop .*$/m.exec(said)![0]);
    expect(await lab.shell(host, `cat ${directory}.old/PG_VERSION; pg_lsclusters -h`)).toBe('17');

    // The same, with its data elsewhere and on another port: its settings would be overwritten, its data taken over.
    await lab.shell(host, 'pg_createcluster 17 main -d /srv/theirs -p 5499 --start >/dev/null 2>&1');
    await expectRefused(command, host, 'configuration of another server, for the data in /srv/theirs');
    const theirs = `cd / && runuser -u postgres -- psql -Atp 5499 -c 'show data_directory'`;
    expect(await lab.shell(host, theirs)).toBe('/srv/theirs');
    await lab.shell(host, 'pg_dropcluster --stop 17 main');

    // A disk in the place of the data directory itself.
    await lab.shell(host, `install -d ${directory} && mount -t tmpfs none ${directory}`);
    await expectRefused(command, host, `mounted on ${directory} itself`, '/var/lib/postgresql,');
    await lab.shell(host, `umount ${directory} && rmdir ${directory}`);

    // A disk on which there is no room.
    await lab.shell(host, 'mount -t tmpfs -o size=100m,mode=755 none /var/lib/postgresql');
    await expectRefused(command, host, 'are free', 'larger disk');
    await lab.shell(host, 'umount /var/lib/postgresql');

    await finishes(lab, ...command);
  });

  test('and in the end the replica streams', async () => {
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
  });

  test('data of another cluster that dbctl made is not taken over, as a primary or as a replica', async () => {
    const name = lab.env['CLUSTER_NAME']!;
    const runs = () => lab.sql('pg1', 'select pg_postmaster_start_time()');
    const started = await runs();
    lab.configure({ CLUSTER_NAME: 'another' });

    await expectRefused(['init-primary'], 'pg1', `${directory} belongs to ${name}/pg1, not to another/pg1`);
    await expectRefusal(['add-replica'], 'pg2', 'pg1, the primary, cannot be used', `belongs to ${name}/pg1`);

    lab.configure({ CLUSTER_NAME: name });
    expect(await runs()).toBe(started);
  });

  test('a primary is not made a replica, nor a replica a primary', async () => {
    const [pg1, pg2] = [lab.env['CLUSTER_DB_PRIMARY_HOST']!, lab.env['CLUSTER_DB_REPLICA_HOSTS']!];
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: pg2, CLUSTER_DB_REPLICA_HOSTS: pg1 });

    const untouched = await filesOn(lab, 'pg2');
    expectClear(
      lab,
      await lab.dbctl('init-primary'),
      4,
      'pg1 is the primary',
      'pg2 is not',
      'CLUSTER_DB_PRIMARY_HOST',
    );
    expect(await filesOn(lab, 'pg2')).toBe(untouched);
    const started = () =>
      Promise.all(['pg1', 'pg2'].map((node) => lab.sql(node, 'select pg_postmaster_start_time()')));
    const before = await started();
    // Files that list the nodes are written in the order of the file.
    const added = await lab.dbctl('add-replica');
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: pg1, CLUSTER_DB_REPLICA_HOSTS: pg2 });

    expectExit(added, 0);
    expect(added.stderr).toMatch(/pg1 is the primary.*CLUSTER_DB_PRIMARY_HOST=pg1/);
    expect(await started()).toEqual(before);
    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg1', 'select pg_is_in_recovery()')).toBe('f');
    expect(await lab.sql('pg2', 'select pg_is_in_recovery()')).toBe('t');
  });
});

// systemd-run would replace what begins with a dollar sign.
const listens = '@kept = IO::Socket::INET->new(LocalPort => 5432, Listen => 1) or die; sleep 600';
