// The primary is another node than the file says: pg2 was promoted by hand, and every command works with it. What is true
// is asked of PostgreSQL, and of the files of the server that nobody may touch.

import { afterAll, beforeAll, describe } from 'vitest';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { addressOf, describeOnHosts, patienceMs, succeed } from '../support/story.ts';
import { movedPrimary } from './chapters/moved-primary.ts';
import { twoPrimaries } from './chapters/two-primaries.ts';

describeOnHosts('the primary is another node than the file says', () => {
  let lab: Lab;
  let addresses: Readonly<Record<string, string>>;

  beforeAll(async () => {
    lab = await startLabWithBackups('moved', 'posix', '--hosts', 'control,pg1,pg2,pg3');
    addresses = Object.fromEntries(['pg1', 'pg2', 'pg3'].map((name) => [name, addressOf(lab, name)]));
    lab.configure({ CLUSTER_DB_REPLICA_HOSTS: `pg2=${addresses['pg2']}` });
    await succeed(lab, 'up');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  // It leaves pg2 as the primary, in the file too, with pg1 and pg3 as its replicas: the next one begins with them.
  describe('after a promotion by hand', () =>
    movedPrimary(
      () => lab,
      (name) => addresses[name]!,
    ));
  describe('while two nodes take writes', () =>
    twoPrimaries(
      () => lab,
      (name) => addresses[name]!,
    ));
});
