// One question about a machine as a whole: its system, room, ports, packages, and how fast its shells start.
// Needs nothing but a shell, coreutils and awk; what other programs would add is missing without them.

import { loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { fieldsIn } from '../model/answers.ts';

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
export function parseSiteFacts(stdout: string, now: number) {
  const { of, all } = fieldsIn(stdout);
  const [os = '', release = ''] = of('os').split(' ');
  const [totalKb = 0, freeKb = 0] = of('disk').split(' ').map(Number);
  return {
    os,
    release,
    hasSystemd: of('systemd') === 'yes',
    /** The host's clock minus ours. */
    clockOffsetSeconds: Number(of('clock')) - now / 1000,
    cores: Number(of('cores')),
    memoryBytes: Number(of('memory')) * 1024,
    /** Programs that doctor itself needs and that are not there. */
    missingPrograms: of('missing').split(' ').filter(Boolean),
    /** The file system that data, or backups, will be on. */
    disk: { path: of('path'), totalBytes: totalKb * 1024, freeBytes: freeKb * 1024 },
    /** What the primary's data takes; undefined when there is none, or when counting took too long. */
    dataBytes: of('data') === '' ? undefined : Number(of('data')) * 1024,
    listeners: all('listener').map(parseListener),
    hasPackageLists: of('lists') === 'yes',
    /** By package name. */
    packages: parsePackages(all('package'), all('offer')),
    /** What sorts text: "2.41", "libicu76". */
    glibc: of('glibc') || undefined,
    icu: of('icu') || undefined,
    startup: parseStartup(of('startup'), all('startfile')),
    /** vm.overcommit_memory */
    overcommit: Number(of('overcommit')),
    hasHugePagesAlways: of('hugepages').includes('[always]'),
  };
}

/** Facts about a machine, whatever is on it. */
export type SiteFacts = ReturnType<typeof parseSiteFacts>;

/** A program that listens on a port. */
export type Listener = ReturnType<typeof parseListener>;

function parseListener(line: string) {
  const [port, pid, unit, ...command] = line.split(' ');
  return {
    port: Number(port),
    pid: Number(pid),
    /** "ssh.service"; undefined when it is in none. */
    unit: unit === '-' ? undefined : unit,
    command: command.join(' '),
  };
}

/** "NAME VERSION", and "-" for none. */
function parsePackages(installed: readonly string[], offered: readonly string[]) {
  const offers = new Map(offered.map((line) => line.split(' ') as [string, string]));
  return Object.fromEntries(
    installed.map((line) => {
      const [name = '', version] = line.split(' ');
      // What apt would install is only asked for where nothing is installed.
      return [name, { installed: version === '-' ? undefined : version, candidate: offers.get(name) }];
    }),
  );
}

/** How long shells of the account that dbctl logs in as take to start: microseconds, as the host counted them. */
function parseStartup(text: string, files: readonly string[]) {
  const [plain, login, user, shell] = text.split(' ');
  if (!plain || !login || !user || !shell) return undefined;
  const plainMs = Number(plain) / 1000;
  return {
    user,
    shell,
    /** `sh -c :` */
    plainMs,
    /** The account's own shell, as a login shell. */
    loginMs: Number(login) / 1000,
    /** Each start-up file alone, without what a plain shell takes. */
    files: files.map((line) => {
      const [spent, ...path] = line.split(' ');
      return { path: path.join(' '), ms: Math.max(0, Number(spent) / 1000 - plainMs) };
    }),
  };
}

/** Tests the file system that a directory is on, or will be on. Nothing is written where less than 1 GB is free. */
export const diskSpeed = (directory: string): Query<DiskSpeed> =>
  loneQuery(script('doctor/disk-speed.sh', directory), parseDiskSpeed, { timeoutMs: 30_000 });

/** Amounts and the microseconds that they took. */
export function parseDiskSpeed(stdout: string) {
  const rate = (name: string): number | undefined => {
    const [amount, spent] = fieldsIn(stdout).of(name).split(' ').map(Number);
    const perSecond = (amount! * 1e6) / spent!;
    return perSecond > 0 ? perSecond : undefined;
  };
  const syncs = rate('sync');
  // Bytes per second, and seconds until 8 kB are safely on disk.
  return { write: rate('write'), read: rate('read'), sync: syncs && 1 / syncs };
}

/** What a short test of a file system says; undefined where there was no time to find out. */
export type DiskSpeed = ReturnType<typeof parseDiskSpeed>;
