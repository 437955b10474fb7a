// A running cluster gets Patroni, loses its leader in every way, and gets rid of Patroni again. What is true is asked of
// PostgreSQL on every host, past dbctl and past Patroni.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodesOfPatroni } from './chapters/nodes-of-patroni.ts';
import type { Lab } from '../support/e2e.ts';
import {
  advised,
  cable,
  cutPower,
  expectClear,
  expectRefused,
  finishes,
  followDbctl,
  healLab,
} from '../support/faults.ts';
import { expectNothingToDo, patient } from '../support/patroni-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, roleOf, succeed } from '../support/story.ts';

const nodes = ['pg1', 'pg2'];
const started = 'select pg_postmaster_start_time()';
const slots = `select coalesce(string_agg(slot_name, ', ' order by slot_name), '') from pg_replication_slots where active`;
const confirming = `select coalesce(string_agg(application_name || ' ' || sync_state, ', '), '') from pg_stat_replication`;
const senders = `select coalesce(string_agg(application_name || ' ' || state, ', '), '') from pg_stat_replication`;

describeOnHosts('a cluster that Patroni keeps', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('patroni', 'replica');
    await lab.sql('pg1', 'create table numbers (n int); grant all on numbers to public', 'app');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  /** "t", "f", or "down": asked on the host itself, whatever its network is. */
  const inRecovery = (node: string): Promise<string> =>
    lab.sql(node, 'select pg_is_in_recovery()').catch(() => 'down');

  const expectStreaming = (from: string, to: string): Promise<void> =>
    expect.poll(() => lab.sql(from, senders).catch(String), patient).toBe(`${to} streaming`);

  /** What Patroni keeps in etcd: "failsafe", "sync", of its manual. */
  const inEtcd = (key: string): Promise<string> => {
    const name = lab.env['CLUSTER_NAME'];
    const credential = '--cacert ca.crt --cert root.crt --key root.key';
    const words = `etcdctl ${credential} get --print-value-only /dbctl/${name}/${key}`;
    return lab.shell('control', `cd /etc/dbctl/${name}/_etcd && ${words}`).catch(String);
  };

  /**
   * A host that is lost while another is not wholly back leaves too few of etcd's members, or only nodes that Patroni
   * lets lead in no case: those that the leader has not written into /failsafe since they are back.
   */
  async function expectReadyToLose(leader: string, other: string): Promise<void> {
    await expect
      .poll(async () => (await lab.dbctl('status')).stdout, patient)
      .toMatch(new RegExp(`leader ${leader}, automatic failover\\n.*3 of 3 members`));
    await expect.poll(() => inEtcd('failsafe'), patient).toContain(`"${other}"`);
  }

  /** Looks until this node is what is wanted, and insists that never two took writes meanwhile. */
  async function expectOneWriterUntil(node: string, wanted: 't' | 'f'): Promise<void> {
    const two: string[] = [];
    const look = async (): Promise<string> => {
      const seen = await Promise.all(nodes.map(inRecovery));
      if (seen.every((one) => one === 'f')) two.push(new Date().toISOString());
      return seen[nodes.indexOf(node)]!;
    };
    await expect.poll(look, { ...patient, interval: 50 }).toBe(wanted);
    expect(two).toEqual([]);
  }

  const acknowledged = async (): Promise<readonly string[]> =>
    (await lab.shell('control', 'cat /root/acknowledged 2>/dev/null || :')).split('\n').filter(Boolean);

  async function expectMoreAcknowledged(): Promise<void> {
    const { length } = await acknowledged();
    await expect.poll(async () => (await acknowledged()).length, patient).toBeGreaterThan(length + 5);
  }

  /** Adds numbers through whoever leads, one by one, and writes down each that was acknowledged; answers what ends it. */
  async function startLoad(): Promise<() => Promise<void>> {
    const { name, password } = roleOf(lab, 'writer');
    const places = nodes.map((node) => addressOf(lab, node)).join(',');
    const connection = `host=${places} dbname=${lab.env['POSTGRES_DB']} user=${name} target_session_attrs=read-write connect_timeout=2 sslmode=require`;
    const loop = `n=0; while [ ! -e /root/stop ]; do n=$((n+1))
      PGPASSWORD=${password} timeout 60 /usr/lib/postgresql/17/bin/psql -XAtqw -d "${connection}" -c "insert into promised values ($n)" 2>/dev/null && echo $n >>/root/acknowledged; done; touch /root/stopped`;
    await lab.shell('control', `setsid bash -c '${loop}' </dev/null >/dev/null 2>&1 &`);
    await expectMoreAcknowledged();
    return async () => {
      await lab.shell('control', 'touch /root/stop; until [ -e /root/stopped ]; do sleep 0.1; done');
    };
  }

  const lostOn = async (node: string): Promise<readonly string[]> => {
    const found = new Set((await lab.sql(node, 'select n from promised', 'app')).split('\n'));
    return (await acknowledged()).filter((n) => !found.has(n));
  };

  const pidOfSession = `select pid from pg_stat_activity where query like '%the long session%' and pid <> pg_backend_pid()`;

  test(
    'gets it while it runs: no server restarts, and no connection ends',
    async () => {
      const { name, password } = roleOf(lab, 'writer');
      const place = `host=${addressOf(lab, 'pg1')} dbname=${lab.env['POSTGRES_DB']} user=${name} sslmode=require`;
      await lab.shell(
        'control',
        `PGPASSWORD='${password}' setsid /usr/lib/postgresql/17/bin/psql -Xd "${place}" -c "select pg_sleep(3600) as \\"the long session\\"" </dev/null >/dev/null 2>&1 &`,
      );
      await expect.poll(() => lab.sql('pg1', pidOfSession), patient).not.toBe('');
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));
      const session = await lab.sql('pg1', pidOfSession);

      lab.configure({ CLUSTER_HA: 'patroni' });
      await succeed(lab, 'up');

      expect(await Promise.all(nodes.map((node) => lab.sql(node, started)))).toEqual(before);
      expect(await lab.sql('pg1', pidOfSession)).toBe(session);
      expect(await lab.sql('pg1', slots)).toBe('pg2');
      await expectStreaming('pg1', 'pg2');
      await expectNothingToDo(lab);
      const { stdout } = await succeed(lab, 'status');
      expect(stdout).toContain('leader pg1, automatic failover');
    },
    patienceMs,
  );

  test('refuses what would be done behind its back, or take a leader or a host of etcd away', async () => {
    expectClear(
      lab,
      await lab.dbctl('init-primary'),
      4,
      'while Patroni keeps the cluster',
      'CLUSTER_HA=none',
    );
    for (const command of ['reinit', 'remove-replica'])
      expectClear(
        lab,
        await lab.dbctl(command, 'pg1', '--yes'),
        4,
        'pg1 is the primary',
        'dbctl switchover --candidate pg2',
      );
    expectClear(
      lab,
      await lab.dbctl('remove-replica', 'pg2', '--yes'),
      4,
      'etcd runs on the host of pg2',
      'ETCD_HOSTS=control,pg1,witness=',
    );
    expect(
      await lab.shell('pg1', 'systemctl start postgresql@17-main; systemctl is-active dbctl-patroni-\\*'),
    ).toBe('active');
  });

  test(
    'hands over when a person says so',
    async () => {
      await succeed(lab, 'switchover', '--candidate', 'pg2', '--yes');

      expect(await inRecovery('pg2')).toBe('f');
      await expectStreaming('pg2', 'pg1');
      expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain('pg2=');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'restarts a server through Patroni, and only that one',
    async () => {
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));

      await succeed(lab, 'restart', 'pg1', '--yes');

      expect(await lab.sql('pg1', started)).not.toBe(before[0]);
      expect(await lab.sql('pg2', started)).toBe(before[1]);
      await expectStreaming('pg2', 'pg1');
    },
    patienceMs,
  );

  nodesOfPatroni(() => lab);

  test(
    'is stopped and started as a whole, and the same node leads',
    async () => {
      const refused = await expectRefused(lab, 'Patroni would let pg1 lead', 'stop', 'pg2', '--yes');
      expect(await inRecovery('pg2')).toBe('f');

      expectExit(await followDbctl(lab, refused, /stop/, '--yes'), 0);

      for (const node of nodes) expect(await lab.shell(node, 'pgrep -x postgres || :')).toBe('');
      await succeed(lab, 'start');
      expect(await inRecovery('pg2')).toBe('f');
      await expectStreaming('pg2', 'pg1');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'a leader that is cut off stops taking writes before another leads, and comes back without the rows that only it had',
    async () => {
      await lab.sql('pg2', 'insert into numbers values (1)', 'app');
      await expect.poll(() => lab.sql('pg1', 'select count(*) from numbers', 'app'), patient).toBe('1');

      await cable(lab, 'pg2', 'down');
      await lab.sql('pg2', 'insert into numbers values (666)', 'app');

      await expectOneWriterUntil('pg1', 'f');
      await lab.sql('pg1', 'insert into numbers values (2)', 'app');
      await cable(lab, 'pg2', 'up');

      await expectStreaming('pg1', 'pg2');
      const rows = `select string_agg(n::text, ' ' order by n) from numbers`;
      await expect.poll(() => lab.sql('pg2', rows, 'app').catch(String), patient).toBe('1 2');
      expect(await inRecovery('pg2')).toBe('t');
    },
    patienceMs,
  );

  test(
    'another node leads when the host of the leader is dead, and the old one follows it when it is back',
    async () => {
      await expectReadyToLose('pg1', 'pg2');

      const logins = (): Promise<string> =>
        lab.shell('pg2', `journalctl -u ssh | grep -c 'Accepted publickey' || :`);
      const loginsBefore = Number(await logins());
      const watching = lab.start('status', '--watch', '--interval', '500ms', '-o', 'json');
      let watched = '';
      watching.process.stdout!.on('data', (text) => (watched += String(text)));
      await expect.poll(() => watched, patient).toContain('"leader":"pg1"');

      await cutPower(lab, 'pg1');

      await expect.poll(() => inRecovery('pg2'), patient).toBe('f');
      await expect.poll(() => watched, patient).toContain('"leader":"pg2"');
      watching.process.kill('SIGINT');
      expectExit(await watching.end, 0);
      const leaders = watched
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { leader: string }).leader);
      expect([leaders[0], leaders.at(-1)]).toEqual(['pg1', 'pg2']);
      expect(Number(await logins())).toBe(loginsBefore + 1);
      await lab.sql('pg2', 'insert into numbers values (3)', 'app');
      await healLab(lab);

      await expectStreaming('pg2', 'pg1');
      await expect
        .poll(() => lab.sql('pg1', 'select count(*) from numbers', 'app').catch(String), patient)
        .toBe('3');
      await succeed(lab, 'up');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test('history says who led since when, and the logs of each host say why', async () => {
    const timeline = await lab.sql(
      'pg2',
      `select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int`,
    );

    const { stdout: history } = await succeed(lab, 'history');
    const { stdout: logs } = await succeed(lab, 'logs', 'pg2', '-n', '200');
    const { stdout: beside } = await succeed(lab, 'logs', 'control');

    expect(history).toMatch(/^\S+ \S+ {2}up .*\n.*\n.*pg1 leads since .*timeline \d+ from \S+$/ms);
    expect(history).toMatch(
      new RegExp(`^.* pg2 leads since .*timeline ${timeline} from .*\\n  Patroni: `, 'm'),
    );
    expect(logs).toContain('promoted self to leader');
    expect(logs).toContain('journal of dbctl-etcd-');
    expect(beside).toMatch(/^journal of dbctl-etcd-/);
  });

  test(
    'lets commits wait for a replica, and then loses none that was acknowledged with the host of the leader',
    async () => {
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));
      await lab.sql('pg2', 'create table promised (n int); grant all on promised to public', 'app');
      lab.configure({ CLUSTER_SYNCHRONOUS: 'on' });
      await succeed(lab, 'up');

      expect(await lab.sql('pg2', confirming)).toBe('pg1 sync');
      expect(await Promise.all(nodes.map((node) => lab.sql(node, started)))).toEqual(before);
      await expectNothingToDo(lab);
      expect((await succeed(lab, 'status')).stdout).toContain('on: pg1 confirms commits');
      await expectReadyToLose('pg2', 'pg1');
      await expect.poll(() => inEtcd('sync'), patient).toContain('"pg1"');

      const stopLoad = await startLoad();
      await cutPower(lab, 'pg2');

      await expectOneWriterUntil('pg1', 'f');
      // Nobody is left that could confirm commits, and it goes on.
      await expectMoreAcknowledged();
      expect((await lab.dbctl('status', '--check')).stdout).toContain('on the primary alone');
      await healLab(lab);
      await expectOneWriterUntil('pg2', 't');
      await expect.poll(() => lab.sql('pg1', confirming).catch(String), patient).toBe('pg2 sync');
      await expectMoreAcknowledged();
      await stopLoad();
      expect(await lostOn('pg1')).toEqual([]);
      await expect.poll(() => lostOn('pg2'), patient).toEqual([]);
    },
    patienceMs,
  );

  test(
    'hands over while commits wait for the replica that is to lead',
    async () => {
      await expect.poll(() => inEtcd('sync'), patient).toContain('"pg2"');
      await succeed(lab, 'up');
      await succeed(lab, 'switchover', '--candidate', 'pg2', '--yes');

      await expect.poll(() => lab.sql('pg2', confirming).catch(String), patient).toBe('pg1 sync');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'a leader whose Patroni hangs takes no writes any more before another one leads',
    async () => {
      const before = await lab.sql('pg2', started);
      const two: string[] = [];
      const writers = async (): Promise<readonly string[]> => {
        const seen = await Promise.all(nodes.map(inRecovery));
        const found = nodes.filter((_, index) => seen[index] === 'f');
        if (found.length > 1) two.push(new Date().toISOString());
        return found;
      };

      await succeed(lab, 'lab', 'break', 'freeze', 'pg2', '--program', 'patroni', '--name', lab.name);

      const restarted = async (): Promise<string> => {
        await writers();
        return lab.sql('pg2', started).catch(() => before);
      };
      await expect.poll(restarted, { ...patient, interval: 50 }).not.toBe(before);
      await expect.poll(async () => (await writers()).length, { ...patient, interval: 50 }).toBe(1);
      expect(two).toEqual([]);
      const said = await lab.shell('pg2', 'journalctl -q -o cat -u dbctl-lease-\\*');
      expect(said).toContain('both are killed before another node leads');
      await healLab(lab);
      const [leader = '', other = ''] = (await writers())[0] === 'pg2' ? ['pg2', 'pg1'] : ['pg1', 'pg2'];
      await expectStreaming(leader, other);
      await expect.poll(() => inEtcd('sync'), patient).toContain(`"${other}"`);
      await succeed(lab, 'switchover', '--candidate', 'pg2', '--yes');
      await expectStreaming('pg2', 'pg1');
    },
    patienceMs,
  );

  test(
    'is paused and resumed by a person, and the history says by whom',
    async () => {
      const name = lab.env['CLUSTER_NAME'];
      const seenByPatroni = (): Promise<string> =>
        lab.shell('pg1', `patronictl -c /etc/dbctl/${name}/pg1/patroni.yml list`);

      await finishes(lab, 'pause');

      expect(await seenByPatroni()).toContain('Maintenance mode: on');
      expect((await succeed(lab, 'status')).stdout).toMatch(/paused since .* by \S+: no automatic failover/);
      expect((await lab.dbctl('plan')).stdout).toContain('let Patroni act by itself again');
      await finishes(lab, 'resume');
      expect(await seenByPatroni()).not.toContain('Maintenance mode');
      expect((await succeed(lab, 'history', '-n', '4')).stdout).toMatch(/ pause .*\n(.*\n)+.* resume /);
    },
    patienceMs,
  );

  test(
    'is paused when the file says so, and every look says it',
    async () => {
      lab.configure({ ENABLE_AUTO_FAILOVER: 'false' });
      await succeed(lab, 'up');

      expect((await succeed(lab, 'status')).stdout).toMatch(/paused since .*: no automatic failover/);
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'starts no server after a reboot while it is paused, and up starts it without an election',
    async () => {
      const timeline = 'select timeline_id from pg_control_checkpoint()';
      const before = await lab.sql('pg2', timeline);
      await cutPower(lab, 'pg2');
      await healLab(lab);
      const journal = 'journalctl -b -u dbctl-patroni-\\* -o cat';
      await expect.poll(() => lab.shell('pg2', journal), patient).toContain('PAUSE: postgres is not running');
      expect((await succeed(lab, 'status')).stdout).toContain('no server is started');

      await succeed(lab, 'up');

      expect(await inRecovery('pg2')).toBe('f');
      expect(await lab.sql('pg2', timeline)).toBe(before);
      await expectStreaming('pg2', 'pg1');
      await expectNothingToDo(lab);
    },
    patienceMs,
  );

  test(
    'lets another node lead when a person says so, where Patroni lets nobody: when the lease of the one that is gone is over',
    async () => {
      await expect
        .poll(async () => (await lab.dbctl('status')).stdout, patient)
        .toMatch(/leader pg2, paused.*\n.*3 of 3 members/);
      await cutPower(lab, 'pg2');

      await expectRefused(lab, 'the lease of pg2 is not over', 'failover', '--yes');
      await expect
        .poll(async () => (await lab.dbctl('failover', '--dry-run')).stdout, patient)
        .toContain('promote pg1');
      expect(await inRecovery('pg1')).toBe('t');
      const refused = await expectRefused(lab, 'pg2 cannot be asked', 'failover', '--yes');
      const [flag, position] = advised(refused, /(--accept-loss) (\S+)/);
      await succeed(lab, 'failover', '--yes', flag!, position!);

      expect(await inRecovery('pg1')).toBe('f');
      expect(lab.env['CLUSTER_DB_PRIMARY_HOST']).toContain('pg1=');
      await healLab(lab);
      lab.configure({ ENABLE_AUTO_FAILOVER: undefined });
      await succeed(lab, 'resume');
      await expectOneWriterUntil('pg2', 't');
      await expectStreaming('pg1', 'pg2');
    },
    patienceMs,
  );

  test(
    'gets rid of it while it runs, and has everything as it was',
    async () => {
      const before = await Promise.all(nodes.map((node) => lab.sql(node, started)));
      const settings = ['CLUSTER_HA', 'CLUSTER_SYNCHRONOUS'];
      lab.configure(Object.fromEntries(settings.map((name) => [name, undefined])));

      await succeed(lab, 'up');

      expect(await Promise.all(nodes.map((node) => lab.sql(node, started)))).toEqual(before);
      await expectStreaming('pg1', 'pg2');
      expect(await lab.sql('pg1', slots)).toBe('dbctl_pg2');
      for (const node of nodes) {
        expect(await lab.shell(node, 'systemctl is-active postgresql@17-main')).toBe('active');
        const left =
          'ls -d /etc/systemd/system/dbctl-* /etc/dbctl/*/*/patroni.yml /etc/postgresql/17/main/*base* /var/lib/postgresql/.dbctl* 2>/dev/null || :';
        expect(await lab.shell(node, left)).toBe('');
        expect(await lab.sql(node, 'show synchronous_standby_names')).toBe('');
      }
      await expectNothingToDo(lab);
      await succeed(lab, 'restart', '--yes');
      await expectStreaming('pg1', 'pg2');
    },
    patienceMs,
  );
});
