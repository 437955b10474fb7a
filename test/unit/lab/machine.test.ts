// What is read from the machine, in the formats the machine has.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../../src/model/errors.ts';
import { withLock } from '../../../src/lab/state.ts';
import { mountPoints } from '../../../src/lab/mounts.ts';
import { rulesOf } from '../../../src/lab/network.ts';
import { follow, run } from '../../../src/lab/run.ts';
import { columns } from '../../../src/lab/describe.ts';

test('mount points are read in their order, blanks included', () => {
  const mountinfo = `27 1 254:0 / / rw - ext4 /dev/vda rw
40 27 0:39 / /var/lib/dbctl-lab/labs/a/merged rw - overlay overlay rw,lowerdir=/x
41 27 0:40 / /mnt/with\\040blank rw - tmpfs tmpfs rw
`;

  expect(mountPoints(mountinfo)).toEqual(['/', '/var/lib/dbctl-lab/labs/a/merged', '/mnt/with blank']);
});

test("a lab's rules are found by their comment, and another lab's are not", () => {
  const listing = `-P POSTROUTING ACCEPT
-A POSTROUTING -s 10.77.0.0/24 -o eth0 -m comment --comment dbctl-lab-a -j MASQUERADE
-A POSTROUTING -s 10.77.1.0/24 -o eth0 -m comment --comment "dbctl-lab-a-b" -j MASQUERADE
-A POSTROUTING -s 10.9.0.0/24 -j MASQUERADE
`;

  expect(rulesOf('a', listing).map((rule) => rule.slice(0, 3))).toEqual([
    ['POSTROUTING', '-s', '10.77.0.0/24'],
  ]);
  expect(rulesOf('a-b', listing).map((rule) => rule.slice(0, 3))).toEqual([
    ['POSTROUTING', '-s', '10.77.1.0/24'],
  ]);
});

describe('programs of the machine', () => {
  test('a program that fails is an error with its last words', async () => {
    const failing = run(['sh', '-c', 'echo "no such bridge" >&2; exit 3']);

    await expect(failing).rejects.toThrow(CommandError);
    await expect(failing).rejects.toMatchObject({
      message: 'sh failed (3)',
      why: expect.stringContaining('no such bridge'),
    });
  });

  test('a program that is not there is an error too', async () => {
    await expect(run(['dbctl-no-such-program'])).rejects.toThrow('dbctl-no-such-program failed');
  });

  test('the lines of a long program come one by one, from both streams', async () => {
    const lines: string[] = [];

    await follow(['sh', '-c', 'echo one; sleep 0.05; echo two >&2'], (line) => lines.push(line));

    expect(lines).toEqual(['one', 'two']);
  });

  test('a long program that fails shows its last lines', async () => {
    const failing = follow(['sh', '-c', 'echo "E: cannot reach the mirror"; exit 1'], () => {});

    await expect(failing).rejects.toMatchObject({
      why: expect.stringContaining('E: cannot reach the mirror'),
    });
  });
});

test('two that want the same lock of the lab take turns', async () => {
  const lock = join(mkdtempSync(join(tmpdir(), 'dbctl-lock-')), 'lock');
  const seen: string[] = [];
  const work = (name: string) =>
    withLock(lock, async () => {
      seen.push(`${name} in`);
      await pause(50);
      seen.push(`${name} out`);
    });

  await Promise.all([work('one'), work('two')]);

  expect(seen.map((entry) => entry.split(' ')[1])).toEqual(['in', 'out', 'in', 'out']);
});

test('a lock is free again after a failure', async () => {
  const lock = join(mkdtempSync(join(tmpdir(), 'dbctl-lock-')), 'lock');
  await expect(withLock(lock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

  await expect(withLock(lock, () => Promise.resolve('done'))).resolves.toBe('done');
});

test('the columns of a lab table line up', () => {
  expect(
    columns([
      ['control', '10.77.0.10'],
      ['pg1', '10.77.0.11'],
    ]),
  ).toBe('  control  10.77.0.10\n  pg1      10.77.0.11');
});
