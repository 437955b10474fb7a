import { expect, test } from 'vitest';
import {
  finishInterrupted,
  install,
  installedVersion,
  installPackage,
  isAvailable,
  updateLists,
} from '../../../src/system/install-package.ts';
import { CommandError } from '../../../src/model/errors.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { quote } from '../../../src/host/quote.ts';

test('packages are installed without questions, without extras, and with old configuration kept', () => {
  expect(quote(install(['postgresql-17', '-o']).argv)).toMatchInlineSnapshot(
    `"flock --timeout=300 /run/dbctl-packages.lock env DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Options::=--force-confold install --no-install-recommends -- postgresql-17 -o"`,
  );
  expect(quote(updateLists().argv)).toMatchInlineSnapshot(
    `"flock --timeout=300 /run/dbctl-packages.lock env DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Options::=--force-confold update"`,
  );
  expect(quote(finishInterrupted().argv)).toBe(
    'flock --timeout=300 /run/dbctl-packages.lock dpkg --configure -a',
  );
});

test('a slow mirror has ten minutes', () => {
  expect([install([]), updateLists(), finishInterrupted()].map(({ timeoutMs }) => timeoutMs)).toEqual([
    600_000, 600_000, 600_000,
  ]);
});

test.each([
  ['installed', 'ii 17.2-1.pgdg120+1', '17.2-1.pgdg120+1'],
  ['installed, and on hold', 'hi 17.2-1', '17.2-1'],
  ['on hold before it was ever installed', 'hn ', undefined],
  ['never installed', '', undefined],
  ['removed, its configuration kept', 'rc 17.2-1', undefined],
  ['unpacked by a dpkg that was interrupted', 'iU 17.2-1', undefined],
  ['half configured', 'iF 17.2-1', undefined],
  ['in need of a reinstallation', 'iiR17.2-1', undefined],
  ['nonsense', 'dpkg-query: no packages found', undefined],
])('a package that is %s', (_reason, stdout, version) => {
  expect(installedVersion('postgresql-17').parse(stdout)).toBe(version);
});

test('the name of a package is an argument, not a part of the script', () => {
  const { argv } = installedVersion('a; b');

  expect(argv.slice(0, 2)).toEqual(['sh', '-c']);
  expect(argv.slice(3)).toEqual(['sh', 'a; b']);
});

test.each([
  ['offered', 'postgresql-17:\n  Installed: (none)\n  Candidate: 17.2-1\n', true],
  ['not offered', 'postgresql-17:\n  Installed: (none)\n  Candidate: (none)\n', false],
  ['unknown', '', false],
  ['cut off', 'postgresql-17:\n  Candidate: ', false],
])('a package that is %s', (_reason, stdout, answer) => {
  expect(isAvailable('postgresql-17').parse(stdout)).toBe(answer);
});

/** A host whose update fails, and that finds the package afterwards or not. */
const brokenSource = (isFound: boolean) => {
  let isRead = false;
  return fakeHost({}, (argv) => {
    const line = argv.join(' ');
    if (line.endsWith('update')) {
      isRead = true;
      throw new CommandError({
        what: 'a command failed',
        why: 'apt-get update\nW: slow\nE: no Release file',
      });
    }
    return line.startsWith('apt-cache') && isRead && isFound ? '  Candidate: 17.2-1\n' : '';
  });
};

test('a package source that cannot be read is passed over where the package can be had, with a warning', async () => {
  const { host, ran } = brokenSource(true);

  const more = await installPackage('postgresql-17').apply(host, () => {});

  expect(ran.at(-1)).toContain('install --no-install-recommends -- postgresql-17');
  expect(more).toEqual([expect.objectContaining({ text: 'pass over a package source: E: no Release file' })]);
});

test('a package that cannot be had is refused with what its sources say', async () => {
  const { host } = brokenSource(false);

  await expect(installPackage('postgresql-17').apply(host, () => {})).rejects.toMatchObject({
    exitCode: 4,
    message: 'pg1 cannot find the package postgresql-17',
    why: 'It is not in the package sources of this host.\nE: no Release file',
  });
});
