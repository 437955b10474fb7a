// Two people run the same command at the same time: one of them is told so, and waits for the other when asked to.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { describeOnHosts, expectExit, patienceMs } from '../support/story.ts';

describeOnHosts('two runs at the same time', () => {
  let lab: Lab;

  /** Runs a command three times at once: one changes the hosts, one is sent away, and one waits and has nothing to do. */
  async function atOnce(...command: readonly string[]): Promise<void> {
    const patient = lab.dbctl(...command, '--lock-wait', '10m');
    const [one, other] = await Promise.all([lab.dbctl(...command), lab.dbctl(...command)]);
    const sentAway = [one, other].filter(({ exitCode }) => exitCode !== 0);
    expect(sentAway.length).toBeGreaterThan(0);
    for (const away of sentAway) expectClear(lab, away, 7, 'nothing was touched', 'dbctl lock status');
    expectExit(await patient, 0);
    await settled(lab, ...command);
  }

  beforeAll(async () => {
    lab = await startLab('e2e-f-two', '--hosts', 'control,pg1,pg2');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('of init-primary leave one whole primary, and one authority that everybody knows', async () => {
    await atOnce('init-primary');

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
    await atOnce('add-replica');

    await expectNothingUnfinished(lab, 'pg2');
    await expectStreaming(lab, 'pg2');
    await expectReplicates(lab, 'pg2');
    expect(await slotsOn(lab)).toBe('dbctl_pg2 active reserved');
  });
});
