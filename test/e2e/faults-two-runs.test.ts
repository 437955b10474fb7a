// Two people run the same command at the same time: one of them may be told so, and the next run finds all in order.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Finished, type Lab } from '../support/e2e.ts';
import {
  expectClear,
  expectNothingUnfinished,
  expectReplicates,
  expectStreaming,
  settled,
  slotsOn,
} from '../support/faults.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';

describeOnHosts('two runs at the same time', () => {
  let lab: Lab;

  /** Runs a command twice at once; a run that does not end well says what happened and what to do. */
  async function twice(...command: readonly string[]): Promise<void> {
    const both: readonly Finished[] = await Promise.all([lab.dbctl(...command), lab.dbctl(...command)]);
    for (const one of both) {
      if (one.exitCode === 0) continue;
      expect([4, 5, 6], one.stderr).toContain(one.exitCode);
      expectClear(lab, one, one.exitCode ?? -1, 'run the same');
    }
    await succeed(lab, ...command);
    await settled(lab, ...command);
  }

  beforeAll(async () => {
    lab = await startLab('e2e-f-two', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('of init-primary leave one whole primary, and one authority that everybody knows', async () => {
    await twice('init-primary');

    for (const host of ['control', 'pg1']) await expectNothingUnfinished(lab, host);
    const name = lab.env['CLUSTER_NAME']!;
    const authority = readFileSync(join(lab.directory, `${name}-ca.crt`), 'utf8').trim();
    expect(await lab.ssh('control', `cat /etc/dbctl/pki/${name}/ca.crt`)).toBe(authority);
    expect(await lab.ssh('pg1', `cat /etc/dbctl/${name}/pg1/ca.crt`)).toBe(authority);
    const pair = `cd /etc/dbctl/pki/${name} && openssl pkey -in ca.key -pubout && openssl x509 -in ca.crt -noout -pubkey`;
    const [fromKey, fromCertificate] = (await lab.ssh('control', pair)).split(/(?<=END PUBLIC KEY-----)\n/);
    expect(fromKey).toBe(fromCertificate);
  });

  test('of add-replica leave one replica that streams', async () => {
    await twice('add-replica');

    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });
});
