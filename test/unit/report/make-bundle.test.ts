import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleName, makeBundle } from '../../../src/report/make-bundle.ts';
import { secretsIn } from '../../../src/model/redact.ts';
import { disguises, hits } from '../../support/disguises.ts';
import { clusterOf, least, leastBackup } from '../../support/cluster-file.ts';

const cluster = clusterOf(leastBackup);
const secrets = secretsIn(cluster);
const values = Object.entries({ ...least, ...leastBackup })
  .filter(([name]) => /PASS|KEY|ROOT_USER/.test(name))
  .map(([, value]) => value);
const now = new Date('2026-11-21T14:30:00Z');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbctl-bundle-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const leaky = `\u001b[31m${values.join('\n')}\n${disguises(values).join('\n')}`;
const make = (file: string) =>
  makeBundle(file, {
    cluster,
    secrets,
    local: [{ path: 'config.txt', text: leaky }],
    hosts: [
      { name: 'pg1', problem: null, files: [{ path: 'files/etc/../..//\u001b[1ma.conf', text: leaky }] },
      { name: 'pg2', problem: `refused: ${values[0]}`, files: [{ path: 'error.txt', text: leaky }] },
    ],
    now,
  });

test('a bundle holds every text at a tame place, and no secret in any spelling', () => {
  const file = join(directory, 'report.tar.gz');
  const bundle = make(file);
  const tar = gunzipSync(readFileSync(file));

  const { stdout } = spawnSync('tar', ['-tf', '-'], { input: tar, encoding: 'utf8' });
  expect(stdout.trimEnd().split('\n')).toEqual(
    ['README.txt', 'dbctl.txt', 'config.txt', 'hosts/pg1/files/etc/a.conf', 'hosts/pg2/error.txt'].map(
      (path) => `${bundleName(cluster, now)}/${path}`,
    ),
  );
  expect(hits([tar.toString('latin1')], disguises(values))).toEqual([]);
  expect(tar.toString()).not.toContain('\u001b');
  expect(bundle.hosts).toEqual([
    { name: 'pg1', problem: null, files: 1 },
    { name: 'pg2', problem: 'refused: [secret]', files: 1 },
  ]);
});

test('it is for its owner alone, and replaces no other file', () => {
  const file = join(directory, 'report.tar.gz');
  make(file);

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(() => make(file)).toThrow(`${file} is already there`);
  expect(() => make(join(directory, 'no/such/directory'))).toThrow('cannot be written');
});
