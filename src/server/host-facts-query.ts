// One question that answers everything a host is checked for before anything is changed on it.

import type { Instance } from '../model/instance.ts';
import { parseLayout, type Layout } from './layout.ts';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { parseStartFacts, type StartFacts } from '../postgres/start.ts';
import { parseDataNote, type DataNote, type FileSystem } from './data-note.ts';
import { fieldsIn } from '../model/answers.ts';

/** What must be right on every host, whatever is on it. */
export interface SystemFacts {
  /** os-release's ID, and VERSION_ID or else VERSION_CODENAME: "debian", "13"; "debian", "forky". */
  readonly os: string;
  readonly release: string;
  readonly hasSystemd: boolean;
  /** The host's clock minus ours. */
  readonly clockOffsetSeconds: number;
}

export interface HostFacts extends SystemFacts {
  /** Who dbctl noted as the owner of the data directory: "orders/pg1". */
  readonly owner: string | undefined;
  /** Who listens on the node's port. */
  readonly listener: { readonly command: string; readonly pid: number } | undefined;
  /** The server of this data directory, from its postmaster.pid; it may have crashed since. */
  readonly postmaster: { readonly pid: number; readonly port: number } | undefined;
  readonly data:
    | { readonly state: 'absent' | 'empty' | 'mount' | 'foreign' }
    | {
        readonly state: 'cluster';
        /** NaN where its file is gone or damaged. */
        readonly version: number;
        /** A file without which no server starts with it; a damaged one is none. */
        readonly lacks?: 'PG_VERSION' | 'global/pg_control';
      };
  /** The account that the data directory belongs to; undefined where there is none. */
  readonly dataOf?: string | undefined;
  readonly isStandby: boolean;
  /** As what a server would start with the data. */
  readonly start: StartFacts;
  /** The system identifier in the control file. */
  readonly systemIdentifier: string | undefined;
  /** What was written down about the data when it was made. */
  readonly note: DataNote | undefined;
  /** Whether dbctl has set data aside, or is putting it right in place: what is missing comes back. */
  readonly isBeingReplaced: boolean;
  /** A directory beside the data directory that holds the data of the note; looked for where there is none. */
  readonly namesake: string | undefined;
  /** The file system that the data directory is on, or would be made on. */
  readonly fileSystem: (FileSystem & { readonly isReadOnly: boolean }) | undefined;
  /** The host's machine-id. */
  readonly machine: string;
  /** The data directory that the instance's postgresql.conf names. */
  readonly configuredFor: string | undefined;
  /** The configuration of an instance that is this node too, at another port or of another version. */
  readonly elsewhere?: string | undefined;
  readonly diskTotalBytes: number;
  readonly diskFreeBytes: number;
  readonly cores: number;
  /** On which file systems the data is. */
  readonly layout?: Layout | undefined;
}

/** Facts about a host and the place of one instance on it. */
export const hostFacts = (instance: Instance): Query<HostFacts> =>
  query(
    script(
      'server/host-facts.sh',
      instance.dataDirectory,
      String(instance.port),
      instance.configDirectory,
      instance.dbctlDirectory,
      instance.binDirectory,
    ),
    (stdout) => parseHostFacts(stdout, Date.now()),
  );

/** Where a node's WAL is, or will be when it is made. */
export interface WalDisk {
  /** Of its file system; links are followed. */
  readonly bytes: number;
  /** The directory that pg_wal is a link to; undefined where it is none. */
  readonly link: string | undefined;
}

export const walDisk = ({ dataDirectory }: Instance): Query<WalDisk> =>
  query(script('server/wal-disk.sh', dataDirectory), (stdout) => ({
    bytes: Number(/^Filesystem.*\n\S+ +(\d+) /m.exec(stdout)?.[1]) * 1024,
    link: /^wal=(.+)$/m.exec(stdout)?.[1],
  }));

/** How many cores a host has. */
export const coresOf = (): Query<number> => query(['nproc'], Number);

export function parseHostFacts(stdout: string, now: number): HostFacts {
  const { of } = fieldsIn(stdout);
  const [os = '', release = ''] = of('os').split(' ');
  const postmaster = parsePostmaster(of('postmaster'));
  const [totalKb, freeKb] = of('disk').split(' ').map(Number);
  return {
    os,
    release,
    hasSystemd: of('systemd') === 'yes',
    clockOffsetSeconds: Number(of('clock')) - now / 1000,
    owner: of('owner') || undefined,
    listener: parseListener(of('listener'), postmaster?.pid),
    postmaster,
    data: parseData(of('data'), of('control') === 'damaged' ? 'global/pg_control' : of('lacks')),
    dataOf: of('data_of') || undefined,
    isStandby: of('standby') === 'yes',
    start: parseStartFacts(stdout),
    systemIdentifier: of('identifier') || undefined,
    note: parseDataNote(of('note')),
    isBeingReplaced: of('replacing') === 'yes',
    namesake: of('namesake') || undefined,
    fileSystem: parseFileSystem(of('mount')),
    machine: of('machine'),
    configuredFor: of('configured') || undefined,
    elsewhere: of('elsewhere') || undefined,
    diskTotalBytes: (totalKb ?? 0) * 1024,
    diskFreeBytes: (freeKb ?? 0) * 1024,
    cores: Number(of('cores')),
    layout: parseLayout(stdout),
  };
}

function parseData(text: string, lacks: string): HostFacts['data'] {
  if (text === 'absent' || text === 'empty' || text === 'mount' || text === 'foreign') return { state: text };
  const version = Number(text);
  if (Number.isNaN(version)) return { state: 'cluster', version, lacks: 'PG_VERSION' };
  return { state: 'cluster', version, ...(lacks === 'global/pg_control' && { lacks }) };
}

/** TARGET="/srv" SOURCE="/dev/sdb1" UUID="4c1f…" FSTYPE="ext4" OPTIONS="rw,relatime" */
function parseFileSystem(text: string): HostFacts['fileSystem'] {
  const of = (name: string): string => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  if (of('TARGET') === '') return undefined;
  return {
    mountPoint: of('TARGET'),
    device: of('SOURCE'),
    uuid: of('UUID') || null,
    type: of('FSTYPE'),
    isReadOnly: of('OPTIONS').split(',').includes('ro'),
  };
}

/** The first and the fourth line of postmaster.pid: the process and its port. */
function parsePostmaster(text: string): HostFacts['postmaster'] {
  const [pid, port] = text.split(' ').map(Number);
  return pid && port ? { pid, port } : undefined;
}

/**
 * users:(("postgres",pid=123,fd=6),…). A server that has just forked holds its port twice for a moment, so the postmaster
 * goes before the others.
 */
function parseListener(text: string, postmaster: number | undefined): HostFacts['listener'] {
  const users = [...text.matchAll(/\("([^"]*)",pid=(\d+)/g)].map(([, command = '', pid]) => ({
    command,
    pid: Number(pid),
  }));
  return users.find(({ pid }) => pid === postmaster) ?? users[0];
}
