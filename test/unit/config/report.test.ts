import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allSecrets, loadConfig } from '../../../src/config/load.ts';
import { lastRuns } from '../../../src/config/environment.ts';
import { fileOf, leastBackup, temporaryFile } from '../../support/cluster-file.ts';

test('secrets of settings that are not used are secrets too', () => {
  const { BACKUP_REPOSITORY: _, ...unused } = leastBackup;
  const understood = loadConfig(temporaryFile(fileOf(unused)));

  const values = allSecrets(understood).map((secret) => secret.reveal());
  expect(understood.cluster.backup).toBeUndefined();
  expect(values).toEqual(
    expect.arrayContaining(['writer-password', 'passphrase-of-the-repository', 'store-administrator']),
  );
});

test('the last ten runs of this cluster are taken, a long one from the beginning of a line', () => {
  const state = mkdtempSync(join(tmpdir(), 'dbctl-state-'));
  mkdirSync(join(state, 'shop'));
  mkdirSync(join(state, 'other'));
  for (let run = 10; run < 22; run += 1) writeFileSync(join(state, 'shop', `${run}.log`), `run ${run}\n`);
  writeFileSync(join(state, 'shop', '30.log'), 'a line of a long run\n'.repeat(50_000));
  writeFileSync(join(state, 'other', '99.log'), 'not ours\n');

  const runs = lastRuns({ name: 'shop' }, state);
  rmSync(state, { recursive: true });

  expect(runs.map(({ path }) => path)).toEqual([
    ...[13, 14, 15, 16, 17, 18, 19, 20, 21, 30].map((run) => `runs/${run}.log`),
  ]);
  expect(runs.at(-1)!.text).toMatch(/^(a line of a long run\n)+$/);
  expect(runs.at(-1)!.text.length).toBeLessThan(600_000);
  expect(lastRuns({ name: 'shop' }, '/no/such/directory')).toEqual([]);
});
