import { expect, test } from 'vitest';
import { UnreachableError } from '../../../src/model/errors.ts';
import { backupRunPlan } from '../../../src/backup/backup-plan.ts';
import { tryLinks } from '../../../src/system/try-links.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { backedUpShop } from '../../support/shop.ts';

test('a backup asks for the primary before it is begun', { timeout: 10_000 }, async () => {
  const { cluster, backup } = backedUpShop();
  const port = tryLinks([{ host: '10.0.0.11', port: 8432, service: 'pgbackrest', caFile: undefined }]);
  const { host, ran } = fakeHost(
    { '/etc/dbctl/shop/_pgbackrest/control.conf': '' },
    answering(when(port, 'link=silent\n')),
    'control',
  );

  const stages = backupRunPlan(cluster, backup, { control: host, type: 'incr', known: [] });

  expect(stages.map(({ title }) => title)).toEqual([
    'Verify access to the primary',
    'Make an incremental backup',
  ]);
  await expect(stages[0]!.steps(host)[0]!.diff(host)).rejects.toThrow(UnreachableError);
  expect(ran).toEqual([]);
});
