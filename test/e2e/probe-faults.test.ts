// What probe says when something is broken: every fault is made on the hosts, seen by PostgreSQL, and mended again.

import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../support/e2e.ts';
import { expectProblems, healed, probe, type Answer } from '../support/probe-story.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

const stateOf = ({ nodes }: Answer): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ name, state }) => [name, state]));

const service = 'postgresql@17-main';

describeOnHosts('probe of a cluster in trouble', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startCluster('probe-faults', 'two replicas');
    await healed(lab);
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('a light, continuous load of writes is no lag, nor is what a look at the same time writes', async () => {
    await lab.sql('pg1', 'create table load (n int)', 'app');
    const load = lab.sql('pg1', writes, 'app');

    const answers: Answer[] = [];
    for (let round = 0; round < 3; round += 1) {
      answers.push(...(await Promise.all([probe(lab), probe(lab)])));
    }
    await load;

    expect(Number(await lab.sql('pg1', 'select count(*) from load', 'app'))).toBeGreaterThan(100);
    await lab.sql('pg1', 'drop table load', 'app');
    for (const answer of answers) {
      expectProblems(answer, []);
      for (const { lagSeconds } of answer.nodes.slice(1)) expect(lagSeconds, answer.said).toBeLessThan(1);
    }
  });

  test('paused replay is seen, and what is written meanwhile is lag with an age', async () => {
    await lab.sql('pg2', 'select pg_wal_replay_pause()');
    await expect.poll(() => lab.sql('pg2', 'select pg_get_wal_replay_pause_state()')).toBe('paused');
    await lab.sql('pg1', 'create table later as select generate_series(1, 1000) as n', 'app');
    const paused = /^warning pg2: replay is paused$/;

    lab.configure({ WARN_REPLICA_LAG: '0.5', MAX_REPLICA_LAG: '600' });
    const warned = await probe(lab);
    lab.configure({ WARN_REPLICA_LAG: '0.2', MAX_REPLICA_LAG: '0.5' });
    const alarmed = await probe(lab);

    await lab.sql('pg2', 'select pg_wal_replay_resume()');
    await lab.sql('pg1', 'drop table later', 'app');
    lab.configure({ WARN_REPLICA_LAG: '5', MAX_REPLICA_LAG: '30' });
    expectProblems(warned, [paused, /^warning pg2: .* behind \(.*B\), more than 0.5 s$/]);
    expect(warned.exitCode).toBe(1);
    expectProblems(alarmed, [paused, /^critical pg2: .* behind \(.*B\), more than 0.5 s$/]);
    expect(alarmed.exitCode).toBe(2);
    await healed(lab);
  });

  test('a slot that nobody uses and that holds WAL is named', async () => {
    await lab.sql('pg1', `select pg_create_physical_replication_slot('old_one', true)`);
    const held = `select restart_lsn is not null and not active from pg_replication_slots where slot_name = 'old_one'`;
    expect(await lab.sql('pg1', held)).toBe('t');

    const answer = await probe(lab);

    await lab.sql('pg1', `select pg_drop_replication_slot('old_one')`);
    expectProblems(answer, [/^warning pg1: slot old_one belongs to no replica/]);
  });

  test('a stopped replica is critical, and waiting gets green once it is started', async () => {
    await lab.shell('pg3', `systemctl stop ${service}`);

    const stopped = await probe(lab);
    const waiting = lab.start('probe', '--wait', '60s', '--timeout', '15s');
    await new Promise((seen) => waiting.process.stderr?.once('data', seen));
    await lab.shell('pg3', `systemctl start ${service}`);

    expectProblems(stopped, [
      /^critical pg3: nothing listens on /,
      /^warning pg3: slot dbctl_pg3 is not in use/,
    ]);
    expect(stateOf(stopped)).toEqual({ pg1: 'writable', pg2: 'streaming', pg3: 'refused' });
    const finished = await waiting.end;
    expectExit(finished, 0);
    expect(finished.stderr).toContain('looking again');
  });

  test('hosts that are cut off cost one timeout in all, and the others are still seen', async () => {
    const cut = lab.hosts().filter(({ name }) => name === 'pg2' || name === 'pg3');
    const turn = (way: 'up' | 'down') =>
      Promise.all(cut.map(({ veth }) => execa('ip', ['link', 'set', veth, way])));
    await turn('down');
    const elapsed = stopwatch();

    const answer = await probe(lab, '--timeout', '8s');
    const seconds = elapsed();
    await turn('up');

    await healed(lab);

    expectProblems(answer, [
      /^critical pg2: .* did not answer in time$/,
      /^critical pg3: .* did not answer in time$/,
    ]);
    expect(stateOf(answer)).toEqual({ pg1: 'writable', pg2: 'timeout', pg3: 'timeout' });
    // One after the other they would take 16 s.
    expect(seconds, answer.said).toBeGreaterThan(7.9);
    expect(seconds, answer.said).toBeLessThan(15.5);
  });

  test('a replica that streams from nowhere falls behind', async () => {
    const before = await lab.sql('pg3', `select current_setting('primary_conninfo')`);
    const reload = 'select pg_reload_conf()';
    const nowhere = before.replace(/port='?5432'?/, 'port=1').replaceAll(`'`, `''`);
    await lab.sql('pg3', `alter system set primary_conninfo = '${nowhere}';\n${reload}`);
    const receivers = () => lab.sql('pg3', 'select count(*) from pg_stat_wal_receiver');
    await expect.poll(receivers, { timeout: 10_000 }).toBe('0');
    await lab.sql('pg1', 'create table missed (n int)', 'app');
    lab.configure({ WARN_REPLICA_LAG: '0.5' });

    const answer = await probe(lab);

    lab.configure({ WARN_REPLICA_LAG: '5' });
    await lab.sql('pg3', `alter system set primary_conninfo = '${before.replaceAll(`'`, `''`)}';\n${reload}`);
    await lab.sql('pg1', 'drop table missed', 'app');
    expectProblems(answer, [
      /^critical pg3: does not stream: it has no WAL receiver$/,
      /^(warning|critical) pg3: .* behind \(.*B\), more than/,
      /^warning pg3: slot dbctl_pg3 is not in use/,
    ]);
    expect(stateOf(answer)['pg3']).toBe('not streaming');
    await healed(lab);
  });

  test('a certificate of another CA, one for another name and no TLS are three answers', async () => {
    const file = await lab.sql('pg3', 'show ssl_cert_file');
    const key = await lab.sql('pg3', 'show ssl_key_file');
    const read = (host: string, path: string) => lab.shell(host, `cat '${path}'`);
    const [ownCertificate, ownKey] = [await read('pg3', file), await read('pg3', key)];
    const reload = 'select pg_reload_conf()';
    const show = async (certificate: string, itsKey: string): Promise<Answer> => {
      await lab.shell('pg3', `cat > '${file}'`, `${certificate}\n`);
      await lab.shell('pg3', `cat > '${key}'`, `${itsKey}\n`);
      await lab.sql('pg3', reload);
      return probe(lab);
    };
    await lab.shell('pg3', selfSigned(addressOf(lab, 'pg3')));
    const [otherFile, otherKey] = [file, key].map((path) => path.replaceAll('pg3', 'pg2'));

    const strange = await show(await read('pg3', '/tmp/other.crt'), await read('pg3', '/tmp/other.key'));
    const misnamed = await show(await read('pg2', otherFile!), await read('pg2', otherKey!));
    await lab.sql('pg3', `alter system set ssl = off;\n${reload}`);
    const open = await probe(lab);
    await lab.sql('pg3', `alter system reset ssl;\n${reload}`);
    const mended = await show(ownCertificate, ownKey);

    expectProblems(strange, [/^critical pg3: presents a certificate that the CA of .* did not sign$/]);
    expect(stateOf(strange)['pg3']).toBe('tls-ca');
    expectProblems(misnamed, [/^critical pg3: presents a certificate for another name/]);
    expect(stateOf(misnamed)['pg3']).toBe('tls-name');
    expectProblems(open, [/^critical pg3: has no TLS$/]);
    expect(stateOf(open)['pg3']).toBe('no-tls');
    expectProblems(mended, []);
  });

  test('a primary that is another node than the file says is a warning', async () => {
    const [pg1, pg2, pg3] = ['pg1', 'pg2', 'pg3'].map((node) => `${node}=${addressOf(lab, node)}`);
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `${pg2}`, CLUSTER_DB_REPLICA_HOSTS: `${pg1},${pg3}` });

    const answer = await probe(lab);

    lab.configure({ CLUSTER_DB_PRIMARY_HOST: `${pg1}`, CLUSTER_DB_REPLICA_HOSTS: `${pg2},${pg3}` });
    expectProblems(answer, [
      /^warning pg1: is a primary, but \.env\.cluster has replica$/,
      /^warning pg2: is a replica, but \.env\.cluster has primary$/,
    ]);
    expect(answer.exitCode).toBe(1);
  });

  // Last: nothing mends this but a new clone.
  test('two writable primaries are a split brain, and both are named', async () => {
    await lab.sql('pg3', 'select pg_promote()');
    for (const node of ['pg1', 'pg3']) {
      expect(
        await lab.sql(node, 'create table written_on_both (n int); select pg_is_in_recovery()', 'app'),
      ).toBe('f');
    }

    const answer = await probe(lab);

    expect(answer.problems, answer.said).toContain('critical cluster: split brain: pg1, pg3 accept writes');
    expect(answer.problems, answer.said).toContain('critical cluster: timelines differ: pg1 1, pg2 1, pg3 2');
    expect(answer.exitCode).toBe(2);
  });
});

/** Three seconds and more of commits and rollbacks, one every ten milliseconds. */
const writes = `
do $$ begin
  for n in 1..300 loop
    insert into load values (n);
    if n % 3 = 0 then rollback; else commit; end if;
    perform pg_sleep(0.01);
  end loop;
end $$`;

/** A shell line that makes /tmp/other.crt, which another CA signed for the right address. */
const selfSigned = (address: string): string =>
  [
    'cd /tmp',
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -days 9 -subj /CN=other 2>/dev/null',
    'openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout other.key -out other.csr -subj /CN=pg3 2>/dev/null',
    `printf 'subjectAltName=IP:${address}' > names`,
    'openssl x509 -req -in other.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -extfile names -out other.crt 2>/dev/null',
  ].join(' && ');
