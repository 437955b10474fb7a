import { expect, test } from 'vitest';
import { UnverifiedError } from '../../../src/errors.ts';
import { acceptsConnections } from '../../../src/shell/instance.ts';
import { askEnd, pgbackrest } from '../../../src/shell/pgbackrest.ts';
import { verifyArchiving } from '../../../src/steps/verify-archiving.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { archiver } from '../../support/probe-facts.ts';
import { answering, json, when, whenSql, yesOrNo } from './answering.ts';
import { backedUpShop, ended } from './backed-up.ts';
import { plan, primary, run } from './shop.ts';

const { cluster, backup } = backedUpShop();
const step = verifyArchiving(cluster, backup);
const configs = {
  control: '/etc/dbctl/shop/_pgbackrest/control.conf',
  pg1: '/etc/dbctl/shop/pg1/pgbackrest.conf',
} as const;

const facts = {
  ...archiver,
  isInRecovery: false,
  lastFailedWal: null,
  failedCount: 0,
  walFileBytes: 16_777_216,
  currentWal: null,
};

/** A host on which pgBackRest's check ends so; what its archiver says. */
const hostWith = (name: keyof typeof configs, end: string, said: string = json(facts)) =>
  fakeHost(
    { [configs[name]]: '' },
    answering(
      when(askEnd(pgbackrest({ config: configs[name], stanza: 'shop' }, 'check')), end),
      when(acceptsConnections(primary), yesOrNo(said !== 'not running\n')),
      whenSql('pg_stat_archiver', said),
    ),
    name,
  ).host;

test.each(['control', 'pg1'] as const)('on %s, WAL that arrives is nothing to do', async (name) => {
  expect((await run(step, hostWith(name, ended(0)))).status).toBe('in place');
});

test.each(['control', 'pg1'])('before there is a configuration on %s, it is a plan', async (name) => {
  const outcome = await plan(step, fakeHost({}, {}, name).host);

  expect(outcome).toEqual({ status: 'planned', changes: ['see WAL arrive in the repository'] });
});

test.each([
  ['that never failed', json(facts), 'WAL did not arrive'],
  [
    'that failed',
    json({ ...facts, lastFailedWal: '000000010000000000000008', failedCount: 3 }),
    'WAL did not arrive\nthe archiver failed 3 times, last for 000000010000000000000008',
  ],
  ['of a server that is down', 'not running\n', 'WAL did not arrive'],
])('WAL that does not arrive is told, with what the archiver says %s', async (_how, said, why) => {
  const failed = plan(step, hostWith('pg1', ended(82, 'WAL did not arrive'), said));

  await expect(failed).rejects.toThrow(UnverifiedError);
  await expect(failed).rejects.toMatchObject({ why });
});

test('the control host has no archiver to ask', async () => {
  await expect(plan(step, hostWith('control', ended(56, 'no primary')))).rejects.toMatchObject({
    why: 'no primary',
  });
});
