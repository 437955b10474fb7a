import { expect, test } from 'vitest';
import * as sql from '../../../src/postgres/replication.ts';
import { endReplicationOf } from '../../../src/replication/replication-slot-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when } from '../../support/answering.ts';
import { pg2, plan, primary, run, shop } from '../../support/shop.ts';

/** A primary with this slot and these connections. */
function primaryWith(slot: sql.SlotFacts, senders: readonly string[]) {
  const now = { slot, senders };
  return fakeHost(
    {},
    answering(
      when(sql.slotFacts(primary, 'dbctl_pg2'), () => json(now.slot)),
      when(sql.standbyFacts(primary), () => json({ senders: now.senders, synchronousNames: '' })),
      when(
        sql.endReplication(primary, 'pg2', 'dbctl_pg2'),
        () => void Object.assign(now, { slot: null, senders: ['pg3'] }),
      ),
    ),
  );
}

test.each<[string, sql.SlotFacts, readonly string[], readonly string[]]>([
  ['an idle slot', { active: false, isValid: true }, [], ['drop slot dbctl_pg2']],
  [
    'a slot in use',
    { active: true, isValid: true },
    ['pg2', 'pg3'],
    ['end the connection of pg2', 'drop slot dbctl_pg2'],
  ],
  ['a connection without a slot', null, ['pg2'], ['end the connection of pg2']],
])('%s is ended once', async (_case, slot, senders, changes) => {
  const { host, ran } = primaryWith(slot, senders);
  const step = endReplicationOf(shop, pg2);

  expect((await plan(step, host)).changes).toEqual(changes);
  expect((await run(step, host)).status).toBe('changed');
  expect((await run(step, host)).status).toBe('in place');
  expect(ran).toHaveLength(1);
});
