import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeRestore, describeSaved } from '../../../src/lab/describe.ts';
import { isOwn, ownedBy } from '../../../src/lab/env-file.ts';
import { networksOf } from '../../../src/lab/up.ts';
import { dropUnusedLayers, findSaved, removeSaved, writeSaved } from '../../../src/lab/saved.ts';
import { labFrom, writeLab } from '../../../src/lab/state.ts';
import { exampleLab } from './example-lab.ts';

const savedAt = new Date('2026-11-29T12:00:00Z');

describe('layers of saved labs', () => {
  const root = mkdtempSync(join(tmpdir(), 'dbctl-saved-'));
  const layer = (name: string): string => join(root, 'layers', name);
  for (const name of ['used', 'kept', 'lost']) mkdirSync(join(layer(name), 'pg1'), { recursive: true });
  writeLab(root, { ...exampleLab, layers: [layer('used')] });
  writeSaved(root, { name: 'ready', savedAt, lab: { ...exampleLab, layers: [layer('kept')] } });

  test('go only when neither a lab nor a saved one stands on them', () => {
    dropUnusedLayers(root);

    expect(['used', 'kept', 'lost'].map((name) => existsSync(layer(name)))).toEqual([true, true, false]);
  });

  test('go with the saved lab that had them', () => {
    expect(findSaved(root, 'ready').savedAt).toEqual(savedAt);

    expect(removeSaved(root, 'ready')).toBe(true);

    expect(['used', 'kept'].map((name) => existsSync(layer(name)))).toEqual([true, false]);
    expect(removeSaved(root, 'ready')).toBe(false);
    expect(() => findSaved(root, 'ready')).toThrow('no lab was saved as "ready"');
  });
});

test('a lab that an earlier dbctl wrote down has no layers and stands on the machine itself', () => {
  const { layers: _, isolated: __, cluster: ___, ...before } = exampleLab;

  expect(labFrom(JSON.stringify(before))).toEqual(exampleLab);
});

test('an isolated lab takes no address of the machine', () => {
  expect(networksOf([exampleLab, { ...exampleLab, network: '10.77.1.0/24', isolated: true }])).toEqual([
    '10.77.0.0/24',
  ]);
});

test('the .env.cluster of a saved lab becomes that of the lab made from it', () => {
  const before = '# Written by dbctl lab up lab\n# Removed by: dbctl lab down --name lab\nCLUSTER_NAME=lab\n';

  const after = ownedBy(before, 'lab', 'lab2');

  expect(isOwn(after, 'lab2')).toBe(true);
  expect(after).toContain('dbctl lab down --name lab2\nCLUSTER_NAME=lab\n');
});

test('saved labs are listed with what they take', () => {
  const all = [{ name: 'ready', savedAt, lab: exampleLab, bytes: 149 * 1024 ** 2 }];

  expect(describeSaved(all)).toBe('  ready  2026-11-29T12:00:00Z  149 MB  10.77.0.0/24  control,pg1,pg2\n');
  expect(describeSaved([])).toContain('sudo dbctl lab save');
});

test('an isolated lab says how dbctl reaches into it', () => {
  const isolated = { ...exampleLab, name: 'twin', isolated: true };

  expect(describeRestore('ready', isolated, '/srv')).toContain(
    'sudo ip netns exec dbctl.twin dbctl status -c x/.env.cluster',
  );
  expect(describeRestore('ready', exampleLab, '/srv/x')).toMatch(/^ {2}dbctl status$/m);
});
