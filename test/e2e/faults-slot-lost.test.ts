// A replica was away for longer than the primary keeps WAL for it: told at once, with a way out that works as printed.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import {
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  settled,
  slotsOn,
} from '../support/faults.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';

const unit = 'postgresql@17-main';
const writeWal = `
  select count(pg_logical_emit_message(true, 'story', repeat('x', 1000000))) from generate_series(1, 40);
  select pg_switch_wal();
  checkpoint;`;

describeOnHosts('a slot that has lost its WAL', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('e2e-f-slot', '--hosts', 'control,pg1,pg2');
    lab.configure({
      POSTGRES_CONF_max_slot_wal_keep_size: '16MB',
      POSTGRES_CONF_wal_keep_size: '0',
      POSTGRES_CONF_max_wal_size: '64MB',
      POSTGRES_CONF_min_wal_size: '32MB',
    });
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.for([{ replica: 'stopped' }, { replica: 'running' }])(
    'is told when the replica is $replica, and a new clone is made as the answer says',
    async ({ replica }) => {
      await lab.ssh('pg2', `systemctl stop ${unit}`);
      const isLost = async () => {
        await lab.sql('pg1', writeWal);
        return slotsOn(lab);
      };
      await expect.poll(isLost, { timeout: 60_000, interval: 100 }).toBe('dbctl_pg2 idle lost');
      if (replica === 'running') await lab.ssh('pg2', `systemctl start ${unit}`);
      const startedAt = performance.now();

      const refused = await lab.dbctl('add-replica');

      expectClear(lab, refused, 4, 'pg2 cannot catch up: pg1 has removed the WAL it needs');
      expect((performance.now() - startedAt) / 1000).toBeLessThan(60);
      const next = /dbctl (reinit pg2)$/m.exec(refused.stderr)![1]!;
      await succeed(lab, ...next.split(' '), '--yes');
      await settled(lab, 'add-replica');
      await expectNothingUnfinished(lab, 'pg2');
      await expectStreaming(lab, 'pg2');
      await expectReplicates(lab, 'pg2');
      expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
    },
  );
});
