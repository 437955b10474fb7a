// Decides whether a host is the one we know. Unknown and changed keys are refused; there is no switch to turn it off.

import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError, UnreachableError } from '../model/errors.ts';
import {
  fingerprint,
  judge,
  keyType,
  type KnownHostsFile,
  type KnownKey,
  knownHostsName,
  knownKeys,
} from './known-hosts.ts';
import type { Route } from './ssh-config.ts';

export type HostKeyCheck = Awaited<ReturnType<typeof hostKeyCheck>>;

/** What we know about a route's host. Throws ConfigError when a known_hosts file is there but cannot be read. */
export async function hostKeyCheck(route: Route, accepted: readonly string[]) {
  const files = await Promise.all(route.knownHostsFiles.map(readKnownHosts));
  const name = route.hostKeyAlias ?? knownHostsName(route.host, route.port);
  const known = knownKeys(files, name);
  // As OpenSSH: a key kept without the port is good for every port of that host, but accuses none.
  const anyPort = route.hostKeyAlias === undefined ? knownKeys(files, route.host.toLowerCase()) : [];

  /** The reason to hang up on the server that shows this key; undefined when it is the right one. */
  async function refuse(shown: Buffer): Promise<UnreachableError | undefined> {
    const verdict = judge(known, shown);
    if (verdict.kind === 'known') return undefined;
    if (verdict.kind !== 'unknown') return mismatch(route, name, shown, verdict.kind, verdict.by);
    const elsewhere = judge(anyPort, shown);
    if (elsewhere.kind === 'known') return undefined;
    if (elsewhere.kind === 'revoked') return mismatch(route, name, shown, 'revoked', elsewhere.by);
    if (!accepted.includes(fingerprint(shown))) return unknown(route, shown);
    await remember(route.ownKnownHostsFile, `${name} ${keyType(shown)} ${shown.toString('base64')}`);
    return undefined;
  }
  // Key types in the order to ask the server for: those we know it by first, as OpenSSH does.
  return { types: preferred([...known, ...anyPort].map(({ type }) => type)), refuse };
}

// SHA-1 signatures (ssh-rsa) are left out: an RSA key signs with SHA-2 or not at all.
const signatures = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

function preferred(knownTypes: readonly string[]): readonly string[] {
  const isKnown = (signature: string): boolean =>
    knownTypes.includes(signature.startsWith('rsa-') ? 'ssh-rsa' : signature);
  return [...signatures.filter((type) => isKnown(type)), ...signatures.filter((type) => !isKnown(type))];
}

async function readKnownHosts(path: string): Promise<KnownHostsFile> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { path, text: '' };
    throw new ConfigError({
      what: `${path} cannot be read, so no host key can be checked`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: [`ls -l ${path}`],
      cause,
    });
  }
}

async function remember(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const before = await readFile(path, 'utf8').catch(() => '');
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${separator}${line}\n`, { mode: 0o600 });
}

function mismatch(
  route: Route,
  name: string,
  shown: Buffer,
  kind: 'changed' | 'revoked',
  by: KnownKey,
): UnreachableError {
  const known = fingerprint(Buffer.from(by.key, 'base64'));
  const where = `${route.host}:${route.port}`;
  if (kind === 'revoked') {
    return new UnreachableError({
      what: `the host key of ${where} is revoked`,
      why: `the host presented ${keyType(shown)} ${known}, marked @revoked in ${by.place}`,
      next: ['give the host a new key, or find out which machine answers in its place'],
    });
  }
  return new UnreachableError({
    what: `the host key of ${where} has changed: another machine may be answering in its place`,
    why: `expected ${by.type} ${known} (${by.place})\nthe host presented ${keyType(shown)} ${fingerprint(shown)}`,
    next: [
      `if the host was reinstalled, compare with it: ssh-keygen -lf ${serverKeyFile(shown)} (on the host)`,
      `then remove the old key: ssh-keygen -R '${name}' -f ${by.path}`,
    ],
  });
}

const unknown = (route: Route, shown: Buffer): UnreachableError =>
  new UnreachableError({
    what: `the host key of ${route.host}:${route.port} is not known`,
    why: `the host presented ${keyType(shown)} ${fingerprint(shown)}\nno entry for it in ${route.knownHostsFiles.join(', ')}`,
    next: [
      `compare the fingerprint with the host's own: ssh-keygen -lf ${serverKeyFile(shown)} (on the host)`,
      `if it is the same: ssh-keyscan -p ${route.port} -t ${shortType(shown)} ${route.host} >> ${route.ownKnownHostsFile}`,
      `or accept exactly this key: --accept-host-key ${fingerprint(shown)}`,
    ],
  });

const shortType = (key: Buffer): string =>
  keyType(key)
    .replace(/^ssh-/, '')
    .replace(/^ecdsa-.*/, 'ecdsa');

const serverKeyFile = (key: Buffer): string => `/etc/ssh/ssh_host_${shortType(key)}_key.pub`;
