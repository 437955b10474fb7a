import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Query } from '../../../src/host/command.ts';
import { diskSpeed, parseDiskSpeed, parseSiteFacts } from '../../../src/doctor/site-query.ts';
import { parseTriedLinks, tryLinks } from '../../../src/system/try-links.ts';

const answer = `os=debian 13
systemd=yes
cores=4
memory=8192
missing=ss${' '}
overcommit=0
hugepages=always [madvise] never
glibc=2.41
disk=1000 400
path=/var/lib/postgresql
data=77
startup=1500 93000 deploy /bin/bash
startfile=81500 /home/deploy/.my profile
startfile=900 /etc/profile
package=postgresql-17 -
package=pgbackrest 2.55.1-1
package=curl -
offer=postgresql-17 17.12-0+deb13u1
lists=yes
icu=libicu76
listener=8432 812 dbctl-pgbackrest-shop.service pgbackrest
listener=9000 44 - my server
clock=1763700003.250000000
`;

describe('facts of a host', () => {
  test('are understood', () => {
    expect(parseSiteFacts(answer, 1_763_700_000_000)).toEqual({
      os: 'debian',
      release: '13',
      hasSystemd: true,
      clockOffsetSeconds: 3.25,
      cores: 4,
      memoryBytes: 8192 * 1024,
      missingPrograms: ['ss'],
      disk: { path: '/var/lib/postgresql', totalBytes: 1_024_000, freeBytes: 409_600 },
      dataBytes: 77 * 1024,
      listeners: [
        { port: 8432, pid: 812, unit: 'dbctl-pgbackrest-shop.service', command: 'pgbackrest' },
        { port: 9000, pid: 44, unit: undefined, command: 'my server' },
      ],
      hasPackageLists: true,
      packages: {
        'postgresql-17': { installed: undefined, candidate: '17.12-0+deb13u1' },
        pgbackrest: { installed: '2.55.1-1', candidate: undefined },
        curl: { installed: undefined, candidate: undefined },
      },
      glibc: '2.41',
      icu: 'libicu76',
      startup: {
        user: 'deploy',
        shell: '/bin/bash',
        plainMs: 1.5,
        loginMs: 93,
        files: [
          { path: '/home/deploy/.my profile', ms: 80 },
          { path: '/etc/profile', ms: 0 },
        ],
      },
      overcommit: 0,
      hasHugePagesAlways: false,
    });
  });

  test('may be missing', () => {
    const facts = parseSiteFacts('os= \nclock=1.0\nhugepages=[always] madvise\n', 0);

    expect(facts).toMatchObject({ os: '', packages: {}, listeners: [], hasHugePagesAlways: true });
    expect([facts.dataBytes, facts.glibc, facts.icu, facts.startup]).toEqual(Array(4).fill(undefined));
  });
});

describe('the speed of a disk', () => {
  test('is amounts by time', () => {
    expect(parseDiskSpeed('sync=30 60000\nwrite=50000000 500000\nread=50000000 250000\n')).toEqual({
      write: 1e8,
      read: 2e8,
      sync: 0.002,
    });
  });

  test('is unknown where nothing was tried', () => {
    expect(parseDiskSpeed('sync=0 300000\n')).toEqual({ write: undefined, read: undefined, sync: undefined });
  });
});

/** What openssl says of a certificate, in the digits that it arrives in. */
const said = (code: number): string =>
  Buffer.from(
    `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n    Verify return code: ${code} (text)\n`,
  ).toString('hex');

describe('links', () => {
  test('are understood', () => {
    const shown = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

    expect(
      parseTriedLinks(
        `link=open|1|${said(0)}\nlink=open|1|${said(20)}\nlink=open|0|${said(20)}\nlink=open|1|\nlink=no route\n`,
        6,
      ),
    ).toEqual([
      { state: 'open', shown, isTrusted: true },
      { state: 'open', shown, isTrusted: false },
      { state: 'open', shown, isTrusted: undefined },
      { state: 'open', shown: undefined, isTrusted: undefined },
      { state: 'no route', shown: undefined, isTrusted: undefined },
      { state: 'not tried', shown: undefined, isTrusted: undefined },
    ]);
  });
});

/** Asks this machine, as a host would be asked. */
async function here<Answer>({ argv, parse }: Query<Answer>): Promise<Answer> {
  const [program = '', ...words] = argv;
  return parse((await promisify(execFile)(program, words)).stdout);
}

describe.skipIf(process.platform !== 'linux')('on a real host', () => {
  let open: Server;

  beforeAll(async () => {
    open = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => void open.close());

  test('each link is tried, and says how it went', async () => {
    const { port } = open.address() as AddressInfo;
    const link = { service: 'postgres', caFile: undefined } as const;

    const tried = await here(
      tryLinks([
        { ...link, host: '127.0.0.1', port },
        { ...link, host: '127.0.0.1', port: 1 },
      ]),
    );

    expect(tried.map(({ state }) => state)).toEqual(['open', 'refused']);
  });

  test('a file system is tried, and no file is left', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));

    const speed = await here(diskSpeed(directory));

    expect(readdirSync(directory)).toEqual([]);
    expect(speed.write === undefined || speed.write > 0).toBe(true);
  });
});
