// One question that answers everything a host is checked for before anything is changed on it.

import type { Instance } from '../model/instance.ts';
import { query, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

/** What must be right on every host, whatever is on it. */
export interface SystemFacts {
  /** os-release's ID and VERSION_ID: "debian", "13". */
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
    | { readonly state: 'cluster'; readonly version: number };
  readonly isStandby: boolean;
  /** The data directory that the instance's postgresql.conf names. */
  readonly configuredFor: string | undefined;
  /** The configuration of an instance that is this node too, at another port or of another version. */
  readonly elsewhere?: string | undefined;
  readonly diskTotalBytes: number;
  readonly diskFreeBytes: number;
  readonly cores: number;
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
    ),
    (stdout) => parseHostFacts(stdout, Date.now()),
  );

/** The size of the file system that a path is on, or will be on when it is made, in bytes. */
export const fileSystemBytes = (path: string): Query<number> =>
  query(
    sh('d=$1; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -Pk "$d"', path),
    (stdout) => Number(/^\S+ +(\d+) /m.exec(stdout.slice(stdout.indexOf('\n')))?.[1]) * 1024,
  );

/** How many cores a host has. */
export const coresOf = (): Query<number> => query(['nproc'], Number);

export function parseHostFacts(stdout: string, now: number): HostFacts {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
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
    data: parseData(of('data')),
    isStandby: of('standby') === 'yes',
    configuredFor: of('configured') || undefined,
    elsewhere: of('elsewhere') || undefined,
    diskTotalBytes: (totalKb ?? 0) * 1024,
    diskFreeBytes: (freeKb ?? 0) * 1024,
    cores: Number(of('cores')),
  };
}

function parseData(text: string): HostFacts['data'] {
  if (text === 'absent' || text === 'empty' || text === 'mount' || text === 'foreign') return { state: text };
  return { state: 'cluster', version: Number(text) };
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
