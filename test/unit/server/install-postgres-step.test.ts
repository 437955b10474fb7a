import { expect, test } from 'vitest';
import * as apt from '../../../src/system/install-package.ts';
import { installPostgres } from '../../../src/server/install-postgres-step.ts';
import { lockHolders } from '../../../src/system/package-locks.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { plan, run } from '../../support/shop.ts';

const name = 'postgresql-17';
const step = installPostgres(17)[1]!;

/** A host whose package sources offer the package: at once, after an update, or never. */
function hostThatOffers(since: 'at once' | 'after an update' | 'never', isHeld = false) {
  let installed = false;
  let updated = since === 'at once';
  const offer = (): string => `  Candidate: ${updated && since !== 'never' ? '17.2-1' : '(none)'}\n`;
  return fakeHost(
    {},
    answering(
      when(apt.installedVersion(name), () => (installed ? 'ii 17.2-1' : '')),
      when(apt.isAvailable(name), offer),
      when(apt.isHeld(name), isHeld ? 'hold' : 'unknown'),
      when(apt.updateLists(), () => void (updated = true)),
      when(apt.install([name]), () => void (installed = true)),
      when(apt.finishInterrupted(), ''),
      when(lockHolders(), ''),
    ),
  );
}

test.each([
  ['at once', ['dpkg --configure -a', 'install']],
  ['after an update', ['dpkg --configure -a', 'update', 'install']],
] as const)('a package that is offered %s is planned, installed once, then in place', async (since, done) => {
  const { host, ran } = hostThatOffers(since);

  expect((await plan(step, host)).changes).toEqual(['install postgresql-17']);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect(ran.map((line) => / (install|update|dpkg --configure -a)\b/.exec(line)?.[1] ?? line)).toEqual(done);
  expect((await run(step, host)).status).toBe('in place');
});

test('what takes long is said before it begins', async () => {
  const notes: string[] = [];

  await run(step, hostThatOffers('after an update').host, notes);

  expect(notes).toEqual(['install postgresql-17', 'reading the package lists', 'installing postgresql-17']);
});

test('a package that nobody offers says where to get it', async () => {
  await expect(run(step, hostThatOffers('never').host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'pg1 cannot find the package postgresql-17',
    next: [expect.stringContaining('POSTGRES_VERSION'), expect.stringContaining('apt.postgresql.org.sh')],
  });
});

test('a package that is on hold and not installed says how to let it be installed', async () => {
  await expect(run(step, hostThatOffers('at once', true).host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'the package postgresql-17 is on hold on pg1, and not installed',
    next: ['let it be installed, on pg1: apt-mark unhold postgresql-17', expect.any(String)],
  });
});
