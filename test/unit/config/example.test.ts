import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exampleFile, withSettingTables } from '../../support/manual.ts';
import { parseCluster } from '../../../src/config/load.ts';
import { problemsOf } from '../../support/cluster-file.ts';
import { configuredReplicas } from '../../../src/model/cluster.ts';

// Both files are written anew by `npx vitest run --project unit --update`.

test('.env.cluster.example is what the settings say', async () => {
  await expect(exampleFile()).toMatchFileSnapshot('../../../.env.cluster.example');
});

test('docs/configuration.md has the settings as they are', async () => {
  const manual = readFileSync('docs/configuration.md', 'utf8');

  await expect(withSettingTables(manual)).toMatchFileSnapshot('../../../docs/configuration.md');
});

test('a manual without the markers is refused', () => {
  expect(() => withSettingTables('# Configuration')).toThrow('the manual needs');
});

test('the example lacks only the passwords, and works with every comment taken away', () => {
  const problems = problemsOf(() => parseCluster(exampleFile(), 'f'));
  expect(problems.match(/PASSWORD is empty/g)).toHaveLength(4);
  expect(problems).toContain('f has 4 problems');

  // A move needs a second file.
  const filled = exampleFile()
    .replace(/^# BACKUP_MOVE_FROM=.*/m, '')
    .replaceAll(/^# ([A-Z][A-Za-z_]*=)/gm, '$1')
    .replaceAll(/PASS(WORD)?=$/gm, '$&correct-horse-battery')
    .replaceAll(/(KEY|ROOT_USER)=$/gm, '$&from-$1');
  const cluster = parseCluster(filled, 'f');
  expect(configuredReplicas(cluster)).toHaveLength(2);
  expect(cluster.backup?.repository.kind).toBe('minio');
});
