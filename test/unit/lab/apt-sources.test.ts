import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseMirrors, parseSources, sourcesFor, findMirrors } from '../../../src/lab/apt-sources.ts';

const deb822 = `Types: deb
# a comment between fields
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

test('the mirror of a deb822 file is found, and its security updates', () => {
  const sources = parseSources('/etc/apt/sources.list.d/debian.sources', deb822);

  expect(chooseMirrors(sources)).toEqual({
    main: 'http://mirror.test/debian',
    security: 'http://mirror.test/debian-security',
  });
  expect(sources.at(-1)?.components).toEqual(['main', 'contrib']);
});

test('the mirror of a one-line file is found', () => {
  const text = `# deb http://old.test/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://vendor.test/apt bookworm main
deb-src http://src.test/debian bookworm main
deb http://mirror.test/debian bookworm main contrib # the archive
deb http://mirror.test/debian-security bookworm-security main`;

  expect(chooseMirrors(parseSources('/etc/apt/sources.list', text))).toEqual({
    main: 'http://mirror.test/debian',
    security: 'http://mirror.test/debian-security',
  });
});

test("another vendor's repository with Debian's release names is not the mirror", () => {
  const text = `deb https://vendor.test/apt bookworm main
deb https://vendor.test/linux/debian bookworm stable`;

  expect(chooseMirrors(parseSources('/etc/apt/sources.list', text))).toBeUndefined();
});

test('a disabled source does not count', () => {
  const disabled = deb822.replaceAll('Types: deb', 'Enabled: no\nTypes: deb');

  expect(chooseMirrors(parseSources('debian.sources', disabled))).toBeUndefined();
});

test('what is written for the hosts is read back as the same mirrors', () => {
  const mirrors = { main: 'http://mirror.test/debian', security: 'http://mirror.test/debian-security' };

  expect(chooseMirrors(parseSources('debian.sources', sourcesFor('trixie', mirrors)))).toEqual(mirrors);
  expect(sourcesFor('trixie', { main: mirrors.main, security: undefined })).not.toContain('security');
});

test('a mirror that stands in a file of its own is looked up there', () => {
  const apt = mkdtempSync(join(tmpdir(), 'dbctl-apt-'));
  mkdirSync(join(apt, 'sources.list.d'));
  writeFileSync(join(apt, 'debian.list'), 'https://cloud.test/debian\n');
  const uri = `mirror+file:${apt}/debian.list`;
  const signed = 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(
    join(apt, 'sources.list.d/debian.sources'),
    `Types: deb\nURIs: ${uri}\nSuites: trixie\nComponents: main\n${signed}\n`,
  );

  expect(findMirrors(undefined, apt).main).toBe('https://cloud.test/debian');
});

test('a machine without Debian sources is told to name a mirror', () => {
  const empty = mkdtempSync(join(tmpdir(), 'dbctl-apt-'));

  expect(() => findMirrors(undefined, empty)).toThrow('no Debian package mirror');
  expect(findMirrors('http://asked.test/debian', empty).main).toBe('http://asked.test/debian');
});
