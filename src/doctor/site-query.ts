// One question about a machine as a whole: its system, room, ports, packages, and how fast its shells start.
// Needs nothing but a shell, coreutils and awk; what other programs would add is missing without them.

import type { Listener, PackageVersions, SiteFacts, Startup } from './facts.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';

export interface SiteQuestion {
  /** Where data, or backups, will be. */
  readonly directory: string;
  /** The primary's data, to be counted; undefined elsewhere. */
  readonly dataDirectory: string | undefined;
  readonly packages: readonly string[];
  /** The package whose libraries sort text. */
  readonly server: string;
  readonly ports: readonly number[];
}

/** Everything about a machine that does not belong to one instance. */
export const siteFacts = (asked: SiteQuestion): Query<SiteFacts> =>
  loneQuery(
    [
      ...script('doctor/site-facts.sh', asked.directory, asked.dataDirectory ?? '', asked.server),
      asked.packages.join(' '),
      ...asked.ports.map(String),
    ],
    (stdout) => parseSiteFacts(stdout, Date.now()),
    { timeoutMs: 60_000 },
  );

/** The clock is the last thing the host says, so `now` is when that arrived. */
export function parseSiteFacts(stdout: string, now: number): SiteFacts {
  const all = (name: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1]!.trim());
  const of = (name: string): string => all(name)[0] ?? '';
  const [os = '', release = ''] = of('os').split(' ');
  const [totalKb = 0, freeKb = 0] = of('disk').split(' ').map(Number);
  return {
    os,
    release,
    hasSystemd: of('systemd') === 'yes',
    clockOffsetSeconds: Number(of('clock')) - now / 1000,
    cores: Number(of('cores')),
    memoryBytes: Number(of('memory')) * 1024,
    missingPrograms: of('missing').split(' ').filter(Boolean),
    disk: { path: of('path'), totalBytes: totalKb * 1024, freeBytes: freeKb * 1024 },
    dataBytes: of('data') === '' ? undefined : Number(of('data')) * 1024,
    listeners: all('listener').map(parseListener),
    hasPackageLists: of('lists') === 'yes',
    packages: parsePackages(all('package'), all('offer')),
    glibc: of('glibc') || undefined,
    icu: of('icu') || undefined,
    startup: parseStartup(of('startup'), all('startfile')),
    overcommit: Number(of('overcommit')),
    hasHugePagesAlways: of('hugepages').includes('[always]'),
  };
}

function parseListener(line: string): Listener {
  const [port, pid, unit, ...command] = line.split(' ');
  return {
    port: Number(port),
    pid: Number(pid),
    unit: unit === '-' ? undefined : unit,
    command: command.join(' '),
  };
}

/** "NAME VERSION", and "-" for none. */
function parsePackages(
  installed: readonly string[],
  offered: readonly string[],
): Readonly<Record<string, PackageVersions>> {
  const offers = new Map(offered.map((line) => line.split(' ') as [string, string]));
  return Object.fromEntries(
    installed.map((line) => {
      const [name = '', version] = line.split(' ');
      return [name, { installed: version === '-' ? undefined : version, candidate: offers.get(name) }];
    }),
  );
}

/** Microseconds, as the host counted them. */
function parseStartup(text: string, files: readonly string[]): Startup | undefined {
  const [plain, login, user, shell] = text.split(' ');
  if (!plain || !login || !user || !shell) return undefined;
  const plainMs = Number(plain) / 1000;
  return {
    user,
    shell,
    plainMs,
    loginMs: Number(login) / 1000,
    files: files.map((line) => {
      const [spent, ...path] = line.split(' ');
      return { path: path.join(' '), ms: Math.max(0, Number(spent) / 1000 - plainMs) };
    }),
  };
}
