// Thirteen hosts from one file: sizes follow the number of nodes, and one replica that fails holds up no other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectClear, finishes } from '../support/faults.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

const replicas = Array.from({ length: 11 }, (_, index) => `pg${index + 2}`);
const last = replicas.at(-1)!;
const others = replicas.slice(0, -1);

const streaming = `select string_agg(application_name, ' ' order by length(application_name), application_name)
  from pg_stat_replication where state = 'streaming'`;

describeOnHosts('a cluster of one primary and eleven replicas', () => {
  let lab: Lab;

  /** How many lines of a node's pg_hba.conf let replicas of an address in. */
  const rulesFor = (name: string, address: string): Promise<string> =>
    lab.sql(
      name,
      `select count(*) from pg_hba_file_rules where database = '{replication}' and address = '${address}'`,
    );

  beforeAll(async () => {
    lab = await startLab('sizes', '--hosts', ['control', 'pg1', ...replicas].join(','));
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('streams to the ten others when one cannot be made, and the error names that one alone', async () => {
    await lab.shell(last, `ip route add unreachable ${addressOf(lab, 'pg1')}`);

    const finished = await lab.dbctl('up');

    expectClear(lab, finished, 6, last);
    for (const name of others) expect(finished.stderr).not.toMatch(new RegExp(`^error .*\\b${name}\\b`, 'm'));
    expect(await lab.sql('pg1', streaming)).toBe(others.join(' '));
  });

  test('is whole after the next run, with senders and slots for all', async () => {
    await lab.shell(last, `ip route del unreachable ${addressOf(lab, 'pg1')}`);

    await finishes(lab, 'up');

    const senders = { timeout: 60_000 };
    await expect.poll(() => lab.sql('pg1', streaming), senders).toBe(replicas.join(' '));
    const slots = 'select count(*) from pg_replication_slots where active';
    await expect.poll(() => lab.sql('pg1', slots), senders).toBe('11');
    expect(await lab.sql('pg1', `select rolconnlimit >= 22 from pg_roles where rolname = 'replicator'`)).toBe(
      't',
    );
    expect(await lab.sql(last, 'show max_wal_senders')).toBe(await lab.sql('pg1', 'show max_wal_senders'));
    await succeed(lab, 'probe', '--timeout', '30s');
  });

  test('restarts one by one, and streams to all again', async () => {
    const started = () => lab.sql(last, 'select pg_postmaster_start_time()');
    const before = await started();

    await succeed(lab, 'restart', '--yes');

    expect(await started()).not.toBe(before);
    await expect.poll(() => lab.sql('pg1', streaming), { timeout: 60_000 }).toBe(replicas.join(' '));
  });

  test('loses one and gets it back, which every node knows at once', async () => {
    const address = addressOf(lab, last);
    await succeed(lab, 'remove-replica', last);
    expect(await lab.sql('pg1', streaming)).toBe(others.join(' '));

    expectExit(await lab.dbctl('add-replica', `${last}=${address}`), 0);

    expect(await lab.sql('pg1', streaming)).toBe(replicas.join(' '));
    for (const name of ['pg1', 'pg2', last]) expect(await rulesFor(name, address)).toBe('1');
    expectExit(await lab.dbctl('plan'), 0);
  });
});
