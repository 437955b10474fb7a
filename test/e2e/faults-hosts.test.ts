// A primary and a replica meet faults of their hosts and of their data, one after the other.

import { afterAll, beforeAll, describe } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { describeOnHosts, patienceMs, succeed } from '../support/story.ts';
import { hostsThatGoDown } from './chapters/hosts-that-go-down.ts';
import { replicaOfAnotherCluster } from './chapters/replica-of-another-cluster.ts';
import { slotThatIsLost } from './chapters/slot-lost.ts';

describeOnHosts('a primary with a replica', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('f-hosts', '--hosts', 'control,pg1,pg2');
    // Little WAL is kept, so that a slot is soon lost.
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

  describe('a cluster whose hosts go down', () => hostsThatGoDown(() => lab));
  describe('a replica of another cluster', () => replicaOfAnotherCluster(() => lab));
  describe('a slot that has lost its WAL', () => slotThatIsLost(() => lab));
});
