import { expect, test } from 'vitest';
import { setPaused } from '../../../src/patroni/pause-plan.ts';
import { clusterOf } from '../../support/cluster-file.ts';

test('without Patroni there is nothing to pause, and no host is asked', async () => {
  const access = {
    changeHosts: () => Promise.reject(new Error('a host was asked')),
    confirm: () => Promise.reject(new Error('somebody was asked')),
  };

  await expect(setPaused(clusterOf({}), true, access)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('CLUSTER_HA is none'),
  });
});
