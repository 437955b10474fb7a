// A replica was away for longer than the primary keeps WAL for it: told at once, with a way out that works as printed.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import {
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  settled,
  slotsOn,
} from '../../support/faults.ts';
import { succeed } from '../../support/story.ts';

const unit = 'postgresql@17-main';
const writeWal = `
  select count(pg_logical_emit_message(true, 'story', repeat('x', 1000000))) from generate_series(1, 40);
  select pg_switch_wal();
  checkpoint;`;

export function slotThatIsLost(theLab: () => Lab): void {
  let lab: Lab;

  beforeAll(() => {
    lab = theLab();
  });

  test.for([{ replica: 'stopped' }, { replica: 'running' }])(
    'is told when the replica is $replica, and a new clone is made as the answer says',
    async ({ replica }) => {
      await lab.shell('pg2', `systemctl stop ${unit}`);
      const isLost = async () => {
        await lab.sql('pg1', writeWal);
        return slotsOn(lab);
      };
      await expect.poll(isLost, { timeout: 60_000, interval: 100 }).toBe('dbctl_pg2 idle lost');
      if (replica === 'running') await lab.shell('pg2', `systemctl start ${unit}`);
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
}
