import { expect, test } from 'vitest';
import {
  finishInterrupted,
  install,
  installedVersion,
  isAvailable,
  updateLists,
} from '../../../src/system/apt.ts';
import { quote } from '../../../src/host/quote.ts';

test('packages are installed without questions, without extras, and with old configuration kept', () => {
  expect(quote(install(['postgresql-17', '-o']).argv)).toMatchInlineSnapshot(
    `"flock --timeout=300 /run/dbctl-packages.lock env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install --no-install-recommends -- postgresql-17 -o"`,
  );
  expect(quote(updateLists().argv)).toMatchInlineSnapshot(
    `"flock --timeout=300 /run/dbctl-packages.lock env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold update"`,
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
