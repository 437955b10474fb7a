import { expect, test } from 'vitest';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { conninfo } from '../../../src/postgres/libpq.ts';
import * as sql from '../../../src/postgres/replication.ts';
import { ensureFollowing, primaryConnection } from '../../../src/replication/follow-primary-step.ts';
import { ensureSlot } from '../../../src/replication/replication-slot-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenSql, yesOrNo } from '../../support/answering.ts';
import { pg2, plan, primary, replica, run, shop } from '../../support/shop.ts';

const slotName = 'dbctl_pg2';

/** A primary with this slot, and the actions it was told, in order. */
function primaryWith(slot: sql.SlotFacts) {
  let now = slot;
  const done: string[] = [];
  const fake = fakeHost(
    {},
    answering(
      when(sql.slotFacts(primary, slotName), () => json(now)),
      when(sql.replaceSlot(primary, slotName), () => {
        done.push('replace');
        now = { active: false, isValid: true };
      }),
    ),
  );
  return { ...fake, done };
}

test.each<[string, sql.SlotFacts, string]>([
  ['that is missing', null, 'create slot dbctl_pg2 on pg1'],
  [
    'that lost its WAL',
    { active: false, isValid: false },
    'replace slot dbctl_pg2 on pg1: it is invalid and retains no WAL',
  ],
  [
    'that lost its WAL and is in use again',
    { active: true, isValid: false },
    'replace slot dbctl_pg2 on pg1: it is invalid and retains no WAL',
  ],
])('a slot %s is planned, made once, then in place', async (_reason, slot, change) => {
  const { host, done } = primaryWith(slot);
  const step = ensureSlot(shop, pg2, host);
  const there = fakeHost({}, {}, 'pg2').host;

  expect((await plan(step, there)).changes).toEqual([change]);
  expect(done).toEqual([]);
  expect((await run(step, there)).status).toBe('changed');
  expect(done).toEqual(['replace']);
  expect((await run(step, there)).status).toBe('in place');
});

test.each<[string, sql.SlotFacts]>([
  ['in use', { active: true, isValid: true }],
  ['waiting for its replica', { active: false, isValid: true }],
])('a slot that is %s stays', async (_reason, slot) => {
  const { host, done } = primaryWith(slot);

  expect((await run(ensureSlot(shop, pg2, host), host)).status).toBe('in place');
  expect(done).toEqual([]);
});

const wanted = primaryConnection(shop, pg2);

/** A replica that follows so, and takes over what it is told. */
function replicaThat(state: { running?: boolean; primaryConninfo?: string; primarySlotName?: string } = {}) {
  const now = { running: true, primaryConninfo: conninfo(wanted), primarySlotName: slotName, ...state };
  const facts = (): string =>
    json({ isInRecovery: true, receiver: null, replayLsn: null, systemIdentifier: '1', ...now });
  return fakeHost(
    {},
    answering(
      when(acceptsConnections(replica), () => yesOrNo(now.running)),
      when(sql.replicaFacts(replica), facts),
      whenSql('alter system set primary_conninfo', ''),
      whenSql('alter system set primary_slot_name', ''),
      // The postmaster reads its files a moment after it was told.
      whenSql('pg_reload_conf', () => {
        setTimeout(
          () => Object.assign(now, { primaryConninfo: conninfo(wanted), primarySlotName: slotName }),
          30,
        );
      }),
    ),
    'pg2',
  );
}

test('a replica connects over TLS with the name verified, by its own name, and without a password', () => {
  expect(wanted).toMatchObject({
    host: '10.0.0.11',
    application_name: 'pg2',
    sslmode: 'verify-full',
    channel_binding: 'require',
    passfile: '/etc/dbctl/shop/pg2/replication.pgpass',
  });
  expect(Object.keys(wanted)).not.toContain('password');
});

test.each([
  ['another primary', { primaryConninfo: conninfo({ ...wanted, host: '10.0.0.99' }) }],
  ['a name that is not verified', { primaryConninfo: conninfo({ ...wanted, sslmode: 'prefer' }) }],
  ['nobody', { primaryConninfo: '' }],
  ['no slot', { primarySlotName: '' }],
])('a replica that follows %s is pointed at the primary once', async (_reason, state) => {
  const { host, ran } = replicaThat(state);
  const step = ensureFollowing(shop, pg2);

  expect((await plan(step, host)).changes).toEqual(['follow pg1 as pg2 through slot dbctl_pg2']);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect(ran).toHaveLength(3);
  expect((await run(step, host)).status).toBe('in place');
});

test('options that PostgreSQL adds by itself do not matter', async () => {
  const { host } = replicaThat({ primaryConninfo: `${conninfo(wanted)} gssencmode=prefer` });

  expect((await run(ensureFollowing(shop, pg2), host)).status).toBe('in place');
});

test('what does not run yet is cloned with the same settings, so nothing is to do', async () => {
  const { host } = replicaThat({ running: false, primaryConninfo: '' });

  expect((await run(ensureFollowing(shop, pg2), host)).status).toBe('in place');
});
