// From what was gathered to one file for somebody else: every text passes through the redactor here, and nowhere else.

import { closeSync, openSync, writeSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { gzipSync } from 'node:zlib';
import type { Cluster } from '../model/cluster.ts';
import { redactor } from '../model/redact.ts';
import { tarOf, type TarFile } from '../model/tar.ts';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { printable } from '../host/printable.ts';
import type { Secret } from '../model/secret.ts';
import { version } from '../model/version.ts';
import type { HostReport } from './report-facts.ts';

export type Bundle = ReturnType<typeof makeBundle>;

export interface Contents {
  readonly cluster: Cluster;
  readonly secrets: readonly Secret[];
  /** Of this machine: how .env.cluster was understood, logs of earlier runs. */
  readonly local: readonly TarFile[];
  readonly hosts: readonly HostReport[];
  readonly now: Date;
}

/** Writes the bundle, for its owner alone (mode 0600). Throws RefusedError when there is such a file already. */
export function makeBundle(file: string, contents: Contents) {
  const redact = redactor(contents.secrets);
  const clean = (text: string): string => redact(printable(text));
  const files = textsOf(contents).map(({ path, text }) => ({ path, text: clean(text) }));
  const archive = gzipSync(tarOf(files, contents.now.getTime() / 1000));
  save(file, archive);
  return {
    file,
    bytes: archive.length,
    files: files.length,
    hosts: contents.hosts.map(({ name, problem, files: found }) => {
      return {
        name,
        /** Why it was not reached; null when it was. */ problem: problem && clean(problem),
        files: found.length,
      };
    }),
  };
}

/** "dbctl-report-shop-20261121T143000Z" */
export const bundleName = ({ name }: Cluster, now: Date): string =>
  `dbctl-report-${name}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function textsOf({ cluster, local, hosts, now }: Contents): readonly TarFile[] {
  const inHosts = hosts.flatMap(({ name, files }) =>
    files.map(({ path, text }) => ({ path: `hosts/${name}/${path}`, text })),
  );
  const all = [{ path: 'README.txt', text: readme(cluster, hosts, now) }, programs(), ...local, ...inHosts];
  return all.map(({ path, text }) => ({ path: `${bundleName(cluster, now)}/${tame(path)}`, text }));
}

/** A host says what its files are called: none of them may lead out of the directory that it is unpacked in. */
const tame = (path: string): string =>
  printable(path)
    .split(/[/\\\n]/)
    .filter((part) => !['', '.', '..'].includes(part))
    .join('/');

const programs = (): TarFile => ({
  path: 'dbctl.txt',
  text: `dbctl ${version()}\nNode.js ${process.version}\n${platform()} ${release()} ${arch()}\n`,
});

const readme = ({ name }: Cluster, hosts: readonly HostReport[], now: Date): string =>
  [
    `The cluster ${name} as dbctl ${version()} saw it on ${now.toISOString()}.`,
    '',
    'dbctl.txt    versions of dbctl and Node.js, and the machine they ran on',
    'config.txt   how .env.cluster was understood',
    'runs/        logs of the last runs of dbctl on this cluster',
    'hosts/       a directory for each host:',
    '  error.txt        why it could not be asked',
    "  system, memory, disk, clock, versions, units, kernel, journal (of dbctl's units)",
    '  pgbackrest.txt   what is in the repository',
    '  NODE-server.txt  settings, replication, slots, archiver, sizes; no statements, no rows',
    "  NODE-log.txt     the end of PostgreSQL's log",
    '  files.txt        the files that dbctl owns there; their texts are in files/',
    '',
    'Every secret of .env.cluster was replaced by [secret], in every spelling; so was what looks like a password, a',
    'private key or a verifier. Keys and password files stayed on their hosts. Names, addresses, sizes and what',
    'applications made PostgreSQL log are in here: look through it before you give it away.',
    '',
    ...hosts.map(({ name: host, problem, files }) => `${host}: ${problem ?? `${files.length} files`}`),
    '',
  ].join('\n');

function save(file: string, content: Buffer): void {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      writeSync(descriptor, content);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const next = ['name another one: dbctl report --output-file <file>'];
    if (code === 'EEXIST') throw new RefusedError({ what: `${file} is already there`, next, cause });
    throw new ConfigError({ what: `${file} cannot be written`, why: code, next, cause });
  }
}
