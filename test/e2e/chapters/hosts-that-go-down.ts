// Hosts reboot and lose their power: the cluster is back by itself, and there is nothing to do.

import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import {
  cutPower,
  expectReplicates,
  expectStreaming,
  healLab,
  reboot,
  settled,
} from '../../support/faults.ts';

export function hostsThatGoDown(theLab: () => Lab): void {
  let lab: Lab;

  async function expectBackByItself(): Promise<void> {
    for (const host of ['pg1', 'pg2']) {
      const answers = () => lab.sql(host, 'select 1').catch(String);
      await expect.poll(answers, { timeout: 60_000, interval: 250 }).toBe('1');
    }
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await lab.sql('pg1', 'select count(*) from kept', 'app')).toBe('1');
    await settled(lab, 'init-primary');
    await settled(lab, 'add-replica');
  }

  beforeAll(async () => {
    lab = theLab();
    await lab.sql('pg1', 'create table kept as select 1 as n', 'app');
  });

  test.for([{ hosts: ['pg2'] }, { hosts: ['pg1'] }])(
    'because $hosts reboots is back by itself',
    async ({ hosts }) => {
      await reboot(lab, ...hosts);

      await expectBackByItself();
    },
  );

  test('because all lose their power at once is back by itself', async () => {
    for (const host of ['pg1', 'pg2', 'control']) await cutPower(lab, host);
    await healLab(lab);

    await expectBackByItself();
  });
}
