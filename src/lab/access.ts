// How one gets into a lab: its SSH key, its hosts' keys, and .env.cluster. The master copies lie with the lab;
// the user's directory gets what is missing there, and loses it again with `lab down`.

import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, dirname } from 'node:path';
import type { LabEnvironment } from '../config/environment.ts';
import { randomSecret } from '../config/new-names.ts';
import { RefusedError } from '../model/errors.ts';
import { envFile, isOwn, ownedBy } from './env-file.ts';
import { hostDirectory, labDirectory, type Lab, type LabHost } from './lab.ts';
import { run } from './run.ts';
import { savedDirectory, type SavedLab } from './saved.ts';

export const envFileOf = (directory: string): string => join(directory, '.env.cluster');

export interface Access {
  readonly key: string;
  readonly knownHosts: string;
}

/** Where the lab's key and known_hosts are for its user. */
export const accessOf = ({ directory, name }: Lab): Access => ({
  key: join(directory, '.lab', name, 'id_ed25519'),
  knownHosts: join(directory, '.lab', name, 'known_hosts'),
});

/** Refuses to go near a .env.cluster that this lab did not write. */
export function checkEnvFile(directory: string, lab: string): void {
  const file = envFileOf(directory);
  if (!existsSync(file) || hasOwnFile(directory, lab)) return;
  throw new RefusedError({
    what: `${file} is already there, and the lab "${lab}" did not write it`,
    why: 'a lab writes a .env.cluster of its own and must not replace yours',
    next: [`write the lab's files elsewhere: dbctl lab up --name ${lab} --dir ./lab`],
  });
}

/** Whether a .env.cluster is there that this lab wrote. */
const hasOwnFile = (directory: string, lab: string): boolean =>
  existsSync(envFileOf(directory)) && isOwn(readFileSync(envFileOf(directory), 'utf8'), lab);

export const labKey = (root: string, lab: string): string => join(labDirectory(root, lab), 'id_ed25519');

export const hostKey = (root: string, lab: string, host: string): string =>
  join(hostDirectory(root, lab, host), 'ssh_host_ed25519_key');

/** Makes an ed25519 key without passphrase, unless it is there. */
export async function ensureKey(path: string, comment: string): Promise<void> {
  if (existsSync(path) && existsSync(`${path}.pub`)) return;
  rmSync(path, { force: true });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

/** Writes what is missing in the user's directory; what is there may have been edited, and stays. */
export function writeAccess({ root, owner }: LabEnvironment, lab: Lab): void {
  const { key, knownHosts } = accessOf(lab);
  const folder = join(lab.directory, '.lab');
  const made = [lab.directory, folder, join(folder, lab.name)].filter((path) => !existsSync(path));
  mkdirSync(join(folder, lab.name), { recursive: true, mode: 0o700 });
  for (const path of [key, `${key}.pub`]) {
    if (existsSync(path)) continue;
    copyFileSync(labKey(root, lab.name) + path.slice(key.length), path);
    chmodSync(path, 0o600);
    made.push(path);
  }
  const files = {
    [knownHosts]: () => knownHostsOf(root, lab),
    [envFileOf(lab.directory)]: () => newEnvFile(lab),
  };
  for (const [path, content] of Object.entries(files)) {
    if (existsSync(path)) continue;
    writeFileSync(path, content(), { mode: 0o600 });
    made.push(path);
  }
  if (owner) for (const path of made) chownSync(path, owner.uid, owner.gid);
}

/** Removes the lab's files from the user's directory; .env.cluster and its CA's certificate only if this lab wrote it. */
export function removeAccess({ directory, name, cluster }: Lab): void {
  rmSync(join(directory, '.lab', name), { recursive: true, force: true });
  try {
    rmdirSync(join(directory, '.lab'));
  } catch {
    // Another lab's files are in it, or it is not there.
  }
  if (!hasOwnFile(directory, name)) return;
  rmSync(envFileOf(directory));
  // The authority's key goes with the lab's hosts; left behind, its certificate would stand in the next lab's way.
  rmSync(caCertificateOf({ directory, cluster }), { force: true });
}

const newEnvFile = (lab: Lab): string => envFile({ lab, ...accessOf(lab), secret: randomSecret });

const knownHostsOf = (root: string, lab: Lab): string =>
  lab.hosts.map((host) => `${knownHostLine(root, lab, host)}\n`).join('');

function knownHostLine(root: string, lab: Lab, { name, address }: LabHost): string {
  const [type, key] = readFileSync(`${hostKey(root, lab.name, name)}.pub`, 'utf8').split(' ');
  return `${address} ${type} ${key}`;
}

export const caCertificateOf = ({ directory, cluster }: Pick<Lab, 'directory' | 'cluster'>): string =>
  join(directory, `${cluster}-ca.crt`);

/** Paths below the lab's own directory, and below that of a saved one. */
const keysOf = (root: string, lab: Lab): readonly string[] =>
  [labKey(root, lab.name), ...lab.hosts.map((host) => hostKey(root, lab.name, host.name))]
    .flatMap((key) => [key, `${key}.pub`])
    .map((path) => path.slice(labDirectory(root, lab.name).length));

export function keepFiles(root: string, lab: Lab, saveAs: string): void {
  const to = savedDirectory(root, saveAs);
  for (const path of keysOf(root, lab)) copy(join(labDirectory(root, lab.name), path), join(to, path));
  if (!hasOwnFile(lab.directory, lab.name)) return;
  copy(envFileOf(lab.directory), join(to, '.env.cluster'));
  if (existsSync(caCertificateOf(lab))) copy(caCertificateOf(lab), join(to, 'ca.crt'));
}

/** The keys of the saved lab become those of this one. */
export function giveKeys(root: string, saved: SavedLab, lab: Lab): void {
  const from = savedDirectory(root, saved.name);
  for (const path of keysOf(root, lab)) copy(join(from, path), join(labDirectory(root, lab.name), path));
}

/** Writes .env.cluster and the CA's certificate into the lab's directory. Answers what was written. */
export function giveFiles(root: string, saved: SavedLab, lab: Lab): readonly string[] {
  const from = savedDirectory(root, saved.name);
  const kept = join(from, '.env.cluster');
  if (!existsSync(kept)) return [];
  const [before, after] = [accessOf(saved.lab), accessOf(lab)];
  const text = ownedBy(readFileSync(kept, 'utf8'), saved.lab.name, lab.name)
    .replaceAll(before.key, after.key)
    .replaceAll(before.knownHosts, after.knownHosts);
  const file = envFileOf(lab.directory);
  mkdirSync(lab.directory, { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  if (!existsSync(join(from, 'ca.crt'))) return [file];
  copy(join(from, 'ca.crt'), caCertificateOf(lab));
  return [file, caCertificateOf(lab)];
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
