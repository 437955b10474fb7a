import { expect, test } from 'vitest';
import { CommandError } from '../../../src/model/errors.ts';
import { whenUnlocked } from '../../../src/system/package-locks.ts';
import { fakeHost } from '../../support/fake-host.ts';

const upgrade = '812 /usr/bin/python3 /usr/bin/unattended-upgrade';

/** A host that answers, look by look, who has the locks; the last answer stays. */
function lockedBy(...looks: readonly string[]) {
  const left = [...looks];
  return fakeHost({}, () => (left.length > 1 ? left.shift()! : left[0]!)).host;
}

test('work waits for the process that has a lock, and says which one', async () => {
  const notes: string[] = [];
  const done: string[] = [];

  await whenUnlocked(
    lockedBy(upgrade, upgrade, ''),
    (note) => notes.push(note),
    async () => void done.push('done'),
  );

  expect(done).toEqual(['done']);
  expect(notes).toEqual(Array(2).fill(`waiting for another process that manages packages: ${upgrade}`));
});

test('a process that does not let go is named, with a command that shows it', async () => {
  const waiting = whenUnlocked(
    lockedBy(upgrade),
    () => {},
    async () => {},
    10,
  );

  await expect(waiting).rejects.toMatchObject({
    exitCode: 4,
    message: 'another process on pg1 manages packages, and does not end',
    why: `Process and command line:\n${upgrade}`,
    next: expect.arrayContaining(['see what it does, on pg1: ps -fp 812']),
  });
});

test('work that met a lock taken a moment before is done again; another failure is a failure', async () => {
  let attempts = 0;
  const failing = (last: number) => async () => {
    attempts += 1;
    if (attempts < last) throw new CommandError({ what: 'a command failed' });
  };

  await whenUnlocked(lockedBy('', upgrade, ''), () => {}, failing(2));
  expect(attempts).toBe(2);

  await expect(whenUnlocked(lockedBy(''), () => {}, failing(9))).rejects.toThrow('a command failed');
  expect(attempts).toBe(3);
});
