import { expect, test } from 'vitest';
import { newClusterJson, newClusterText } from '../../../src/cluster-file/new-cluster-text.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

test('what was written is shown with the commands that come next', () => {
  const cluster = clusterOf({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'replica-2=[fd00::2]' });

  expect(newClusterText(cluster, '.env.cluster')).toMatchInlineSnapshot(`
    ".env.cluster describes the cluster shop:
      pg1        primary  10.0.0.11:5432
      replica-2  replica  [fd00::2]:5432
      backups on control (minio), encrypted
    It contains every password: keep a copy in a safe place.

    → dbctl config  shows the settings, without the secrets
    → dbctl doctor  checks the hosts; changes nothing
    → dbctl up      creates the cluster
    "
  `);
});

test('without a control host it says why there are no backups', () => {
  expect(newClusterText(clusterOf(), '.env.cluster')).toContain('no backups: they need a control host');
});

test('another file is named in the commands, quoted where that is needed', () => {
  const json = newClusterJson(clusterOf(), "my file's");

  expect(json).toMatchObject({
    cluster: 'shop',
    repository: null,
    next: expect.arrayContaining(["dbctl up -c 'my file'\\''s'"]) as unknown,
  });
  expect(JSON.stringify(json)).not.toContain('password');
});
