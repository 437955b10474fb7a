import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { hostFacts } from '../../../src/server/host-facts-query.ts';
import { systemIdentifier } from '../../../src/postgres/instance.ts';
import { checkHost } from '../../../src/server/check-host-step.ts';
import { checkSameCluster } from '../../../src/replication/check-same-cluster-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { primary, replica, run } from '../../support/shop.ts';

const facts = (os: string, data: string): string =>
  `os=${os}\nsystemd=yes\nclock=${Date.now() / 1000}\ndata=${data}\ndisk=90000000 90000000\ncores=2\n`;
const check = checkHost({ instance: primary, owner: 'shop/pg1', role: 'primary', neededBytes: 1e9 });
const hostWith = (answer: string) => fakeHost({}, answering(when(hostFacts(primary), answer)));

test('a host that can be used is left as it is', async () => {
  const { host, ran } = hostWith(facts('debian 13', 'absent'));

  expect(await run(check, host)).toEqual({ status: 'in place', changes: [] });
  expect(ran).toEqual([]);
});

test('a host that cannot be used says every reason and every remedy', async () => {
  const error = await run(check, hostWith(facts('fedora 43', 'foreign')).host).catch(
    (thrown: unknown) => thrown,
  );

  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toMatchObject({
    message: 'pg1 cannot be used',
    why: 'it runs fedora 43\n/var/lib/postgresql/17/main holds data that dbctl did not create',
  });
  expect((error as RefusedError).next).toHaveLength(2);
});

const identifiedBy = (answer: string) =>
  fakeHost({}, answering(when(systemIdentifier(replica), answer)), 'pg2').host;

test.each([
  ['no data yet', ''],
  ['data of the same cluster', 'Database system identifier: 7434\n'],
])('%s may become a replica', async (_reason, answer) => {
  expect((await run(checkSameCluster(replica, '7434'), identifiedBy(answer))).status).toBe('in place');
});

test('data of another cluster is refused, with a way to keep it', async () => {
  const step = checkSameCluster(replica, '7434');

  await expect(run(step, identifiedBy('Database system identifier: 9\n'))).rejects.toMatchObject({
    exitCode: 4,
    message: 'the data on pg2 belongs to another cluster than the primary',
    why: 'system identifier 9 in /var/lib/postgresql/17/main, and 7434 on the primary',
    next: [expect.stringContaining('mv /var/lib/postgresql/17/main'), expect.any(String)],
  });
});

test('a check has nothing to apply', async () => {
  const { host, ran, disk } = fakeHost();

  await check.apply(host, () => {});
  await checkSameCluster(replica, '7434').apply(host, () => {});

  expect([ran.length, disk.size]).toEqual([0, 0]);
});
