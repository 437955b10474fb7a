// The life of replicas in a cluster with backups: made from a backup, made anew, restarted, removed, and made again.

import { afterAll, beforeAll, describe } from 'vitest';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { describeOnHosts, patienceMs } from '../support/story.ts';
import { nodeOperations } from './chapters/node-operations.ts';
import { replicasFromBackups } from './chapters/replica-from-backup.ts';

describeOnHosts('replicas', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLabWithBackups('replicas', 'posix');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  // It leaves a primary with two replicas and backups, which the next one begins with.
  describe('replicas of a cluster with backups', () => replicasFromBackups(() => lab));
  describe('nodes that are there', () => nodeOperations(() => lab));
});
