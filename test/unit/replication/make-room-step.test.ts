import { expect, test } from 'vitest';
import * as clone from '../../../src/replication/clone-query.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { exists } from '../../../src/system/paths.ts';
import {
  forgetKeptData,
  keepDataAside,
  markRestoring,
  removeCopy,
} from '../../../src/replication/make-room-step.ts';
import { stopPostgres } from '../../../src/server/stop-postgres-step.ts';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when, yesOrNo } from '../../support/answering.ts';
import { plan, replica, run } from '../../support/shop.ts';

const control = controlOf(replica);
const data = '/var/lib/postgresql/17/main';

/** A replica's host: what is there, and what was done to it. */
function replicaHost(state: { isRunning?: boolean; data?: clone.ReplicaData; hasKeptData?: boolean } = {}) {
  const now = { isRunning: true, data: 'whole' as clone.ReplicaData, hasKeptData: false, ...state };
  const fake = fakeHost(
    {},
    answering(
      when(control.state, () => `ActiveState=${now.isRunning ? 'active' : 'failed'}\n`),
      when(acceptsConnections(replica), () => yesOrNo(now.isRunning)),
      when(control.stop, () => void (now.isRunning = false)),
      when(exists(data), () => yesOrNo(now.data !== 'absent')),
      when(clone.hasKeptData(replica), () => yesOrNo(now.hasKeptData)),
      when(clone.replicaData(replica), () => `${now.data}\n`),
      when(clone.removeCopy(replica), () => void (now.data = 'absent')),
      when(
        clone.keepDataAside(replica),
        () => void Object.assign(now, { data: 'absent', hasKeptData: true }),
      ),
      when(clone.markRestoring(replica), () => void (now.data = 'restoring')),
      when(clone.removeKeptData(replica), () => void (now.hasKeptData = false)),
    ),
    'pg2',
  );
  return { ...fake, now };
}

test.each([
  [stopPostgres(replica), 'stop PostgreSQL'],
  [keepDataAside(replica), `keep ${data} aside until a new copy of the data streams`],
  [removeCopy(replica), `remove the copy in ${data}`],
  [markRestoring(replica), `compare ${data} with the backup, file by file`],
])('$title is planned, done once, and then in place', async (step, change) => {
  const { host, ran } = replicaHost();

  expect((await plan(step, host)).changes).toEqual([change]);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect((await run(step, host)).status).toBe('in place');
});

test('what an earlier run has kept is not replaced by what came after it', async () => {
  const { host } = replicaHost({ hasKeptData: true });

  expect((await run(keepDataAside(replica), host)).status).toBe('in place');
});

test('the data of before is removed once, when the new copy streams', async () => {
  const { host, now } = replicaHost({ hasKeptData: true });

  expect((await run(forgetKeptData(replica), host)).changes).toEqual([`remove ${clone.keptDataOf(replica)}`]);
  expect(now.hasKeptData).toBe(false);
  expect((await run(forgetKeptData(replica), host)).status).toBe('in place');
});
